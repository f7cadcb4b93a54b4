"""API keys as people look after them: each change in one transaction with the entry that tells who made it and why."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.store import keys
from gateway.store.audit import Deed, note
from gateway.store.database import Database
from gateway.store.records import ApiKey
from gateway.store.tables import api_keys
from gateway.store.transaction import Transaction

# A key that ends sooner stays so; one that is ended is not brought back.
_END_LATER = (
    "UPDATE api_keys SET expires_at = ? WHERE public_id = ? AND source = ? AND revoked_at IS NULL"
    " AND (expires_at IS NULL OR expires_at > ?)"
)
_IS_USABLE = (
    "SELECT count(*) FROM api_keys WHERE public_id = ? AND source = ? AND revoked_at IS NULL"
    " AND (expires_at IS NULL OR expires_at > ?)"
)
_END = "UPDATE api_keys SET revoked_at = ? WHERE public_id = ? AND source = ? AND revoked_at IS NULL"
_REMOVE = "DELETE FROM api_keys WHERE public_id = ?"


class KeyCare:
    """Reached as `store.console.keys`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, source: str) -> list[ApiKey]:
        """Every key of a source, newest first, ended ones too."""
        return [key for key in self._database.read(keys.list_all) if key.source == source]

    def create(self, key: ApiKey, deed: Deed, *, now: float) -> None:
        """Keep a new key."""
        self._database.write(lambda transaction: _create(transaction, key, deed, now))

    def replace(self, old: str, key: ApiKey, deed: Deed, *, ends_at: float, now: float) -> bool:
        """Keep `key` beside the key with the id `old`, which ends at `ends_at`; False when that has ended already."""
        return self._database.write(
            lambda transaction: _replace(transaction, old, key, deed, ends_at=ends_at, now=now)
        )

    def revoke(self, public_id: str, source: str, deed: Deed, *, now: float) -> bool:
        """End a key at once and for good; False when there is none to end."""
        return self._database.write(lambda transaction: _revoke(transaction, public_id, source, deed, now))

    def lend(self, key: ApiKey) -> None:
        """Keep a key for one request of our own; `take_back` leaves nothing of it."""
        self._database.write(lambda transaction: keys.save(transaction, key))

    def take_back(self, public_id: str) -> None:
        self._database.write(lambda transaction: transaction.run(_REMOVE, (public_id,)))

    def last_use(self, source: str) -> float | None:
        """When a key of the source was used last."""
        return self._database.read(lambda connection: _last_use(connection, source))


def _create(transaction: Transaction, key: ApiKey, deed: Deed, now: float) -> None:
    keys.save(transaction, key)
    note(transaction, [deed], now)


def _replace(
    transaction: Transaction, old: str, key: ApiKey, deed: Deed, *, ends_at: float, now: float
) -> bool:
    if not transaction.run(_IS_USABLE, (old, key.source, now)).scalar_one():
        return False
    transaction.run(_END_LATER, (ends_at, old, key.source, ends_at))
    _create(transaction, key, deed, now)
    return True


def _revoke(transaction: Transaction, public_id: str, source: str, deed: Deed, now: float) -> bool:
    if transaction.run(_END, (now, public_id, source)).rowcount != 1:
        return False
    note(transaction, [deed], now)
    return True


def _last_use(connection: Connection, source: str) -> float | None:
    wanted = select(api_keys.c.last_used_at).where(
        api_keys.c.source == source, api_keys.c.last_used_at.is_not(None)
    )
    found: float | None = connection.scalar(wanted.order_by(api_keys.c.last_used_at.desc()).limit(1))
    return found
