"""Who has signed in and not out again, as it is stored: digests of tokens, never tokens."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.store.audit import Deed, note
from gateway.store.console_tables import sessions, users
from gateway.store.database import Database
from gateway.store.transaction import Transaction
from gateway.store.users import Account, account_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One browser that has signed in."""

    digest: str
    user_id: str
    created_at: float
    seen_at: float
    expires_at: float
    address: str
    user_agent: str


_COLUMNS = tuple(column.name for column in sessions.columns)
_INSERT = f"INSERT INTO sessions ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608


class Sessions:
    """Reached as `store.console.sessions`; every look asks the database, so an ended session is dead everywhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session: Session, *deeds: Deed) -> None:
        """Somebody has signed in; sessions that are over leave the table on the way."""
        self._database.write(lambda transaction: _add(transaction, session, deeds))

    def find(self, digest: str) -> tuple[Session, Account] | None:
        """The session and whose it is, over or not."""
        return self._database.read(lambda connection: _find(connection, digest))

    def of(self, user_id: str, *, now: float, idle: float) -> list[Session]:
        """A person's sessions that are still good, the one used last first."""
        wanted = (
            select(sessions)
            .where(
                sessions.c.user_id == user_id,
                sessions.c.expires_at > now,
                sessions.c.seen_at > now - idle,
            )
            .order_by(sessions.c.seen_at.desc())
        )
        return self._database.read(
            lambda connection: [Session(**row) for row in connection.execute(wanted).mappings()]
        )

    def touch(self, digest: str, *, now: float) -> None:
        """It was used just now."""
        self._database.write(lambda transaction: _touch(transaction, digest, now))

    def end(self, digest: str, *deeds: Deed, now: float) -> bool:
        """End one; False when there is none."""
        return self._database.write(lambda transaction: _end(transaction, digest, deeds, now))

    def end_all(self, user_id: str, *deeds: Deed, now: float, keep: str = "") -> int:
        """End every session of a person but `keep`; how many there were."""
        return self._database.write(lambda transaction: _end_all(transaction, user_id, deeds, now, keep))


def _add(transaction: Transaction, session: Session, deeds: tuple[Deed, ...]) -> None:
    now = session.created_at
    transaction.run("DELETE FROM sessions WHERE expires_at <= ?", (now,))
    transaction.run(_INSERT, tuple(getattr(session, name) for name in _COLUMNS))
    transaction.run("UPDATE users SET seen_at = ? WHERE id = ?", (now, session.user_id))
    note(transaction, deeds, now)


def _find(connection: Connection, digest: str) -> tuple[Session, Account] | None:
    wanted = (
        select(*(column.label(f"session_{column.name}") for column in sessions.columns), *users.columns)
        .join(users, users.c.id == sessions.c.user_id)
        .where(sessions.c.digest == digest)
    )
    row = connection.execute(wanted).mappings().first()
    if row is None:
        return None
    return Session(**{name: row[f"session_{name}"] for name in _COLUMNS}), account_of(dict(row))


def _touch(transaction: Transaction, digest: str, now: float) -> None:
    transaction.run("UPDATE sessions SET seen_at = ? WHERE digest = ?", (now, digest))
    transaction.run(
        "UPDATE users SET seen_at = ? WHERE id = (SELECT user_id FROM sessions WHERE digest = ?)",
        (now, digest),
    )


def _end(transaction: Transaction, digest: str, deeds: tuple[Deed, ...], now: float) -> bool:
    ended = transaction.run("DELETE FROM sessions WHERE digest = ?", (digest,)).rowcount == 1
    if ended:
        note(transaction, deeds, now)
    return ended


def _end_all(transaction: Transaction, user_id: str, deeds: tuple[Deed, ...], now: float, keep: str) -> int:
    statement = "DELETE FROM sessions WHERE user_id = ? AND digest <> ?"
    ended = transaction.run(statement, (user_id, keep)).rowcount
    note(transaction, deeds, now)
    return ended
