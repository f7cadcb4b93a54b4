"""Small care of the store: opted-out numbers, rows whose time is over, the probe that it can be written."""

from __future__ import annotations

from collections.abc import Callable

from gateway.store.claiming import RETENTION
from gateway.store.stopping import lock_departures
from gateway.store.transaction import Transaction

PORTION = 500  # rows removed in one transaction

Purge = Callable[[Transaction, float], int]

_CLAIMS = (
    "DELETE FROM idempotency WHERE (owner, route, key) IN"  # noqa: S608
    f" (SELECT owner, route, key FROM idempotency WHERE claimed_at <= ? LIMIT {PORTION})"
)
_IDENTITIES = (
    "DELETE FROM identities WHERE (scope, fingerprint) IN"  # noqa: S608
    f" (SELECT scope, fingerprint FROM identities WHERE expires_at <= ? LIMIT {PORTION})"
)


_IS_SUPPRESSED = "SELECT count(*) FROM suppressions WHERE phone = ?"


def suppress(transaction: Transaction, phone: str, now: float) -> bool:
    """Keep the number out of every dialer; leads on their way are stopped when they would be marked.

    False when it was suppressed already.
    """
    lock_departures(transaction)
    statement = "INSERT INTO suppressions (phone, since) VALUES (?, ?) ON CONFLICT (phone) DO NOTHING"
    return transaction.run(statement, (phone, now)).rowcount == 1


def is_suppressed(transaction: Transaction, phone: str) -> bool:
    """Whether the number must not be called."""
    return bool(transaction.run(_IS_SUPPRESSED, (phone,)).scalar_one())


def unsuppress(transaction: Transaction, phone: str) -> bool:
    """False when the number was not suppressed."""
    return transaction.run("DELETE FROM suppressions WHERE phone = ?", (phone,)).rowcount == 1


def purge_claims(transaction: Transaction, now: float) -> int:
    """Forget keys that are older than they are promised to be remembered."""
    return transaction.run(_CLAIMS, (now - RETENTION,)).rowcount


def purge_identities(transaction: Transaction, now: float) -> int:
    """Forget identities whose window is over."""
    return transaction.run(_IDENTITIES, (now,)).rowcount


def write_probe(transaction: Transaction) -> None:
    """A real write, so that a full disk or a read-only file shows before a lead meets it."""
    transaction.run("UPDATE alembic_version SET version_num = version_num")
