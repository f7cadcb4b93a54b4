"""The people of the console, as they are stored; changes that matter end their sessions in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.store.audit import Deed, note
from gateway.store.console_tables import users
from gateway.store.database import Database
from gateway.store.transaction import Transaction

ADMINS_LOCK = 6  # kinds are taken in ascending order within one transaction
_ADMIN = "admin"
_COLUMNS = tuple(column.name for column in users.columns)
_CHANGEABLE = frozenset(
    {"role", "password_hash", "one_time_until", "totp_secret", "totp_step", "disabled_at"}
)


class LastAdmin(Exception):  # noqa: N818  it is an answer, not a fault
    """The change would leave nobody who can look after the others; nothing was changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One row: who may sign in, how they prove it, and what they may do."""

    id: str
    name: str
    role: str
    password_hash: str | None = field(default=None, repr=False)
    one_time_until: float | None = None
    totp_secret: bytes | None = field(default=None, repr=False)
    totp_step: int = 0
    subject: str | None = None
    created_at: float
    changed_at: float
    seen_at: float | None = None
    disabled_at: float | None = None


class Users:
    """Reached as `store.console.users`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- looking ---------------------------------------------------------------------------------------------

    def named(self, name: str) -> Account | None:
        """The account one signs in to with `name`."""
        return self._one(users.c.name == name)

    def with_id(self, user_id: str) -> Account | None:
        return self._one(users.c.id == user_id)

    def with_subject(self, subject: str) -> Account | None:
        """The account of somebody whom the company's own sign-in knows under `subject`."""
        return self._one(users.c.subject == subject)

    def everybody(self) -> list[Account]:
        """Every account, by name."""
        wanted = select(users).order_by(users.c.name)
        return self._database.read(lambda connection: _accounts(connection, wanted))

    def is_empty(self) -> bool:
        """Whether nobody can sign in yet."""
        wanted = select(users.c.id).limit(1)
        return self._database.read(lambda connection: connection.execute(wanted).first() is None)

    def _one(self, condition: Any) -> Account | None:
        found = self._database.read(lambda connection: _accounts(connection, select(users).where(condition)))
        return found[0] if found else None

    # -- changing --------------------------------------------------------------------------------------------

    def add(self, account: Account, *deeds: Deed, now: float) -> bool:
        """Keep a new account; False when its name is taken."""
        return self._database.write(lambda transaction: _add(transaction, account, deeds, now))

    def change(
        self,
        user_id: str,
        values: Mapping[str, Any],
        *deeds: Deed,
        now: float,
        keep_session: str = "",
    ) -> bool:
        """Change columns and end the user's sessions but `keep_session` (a digest); False when there is no such user.

        Raises LastAdmin when nobody would be left to look after the others.
        """
        if not _CHANGEABLE.issuperset(values):
            raise ValueError("This column is not changed here.")
        return self._database.write(
            lambda transaction: _change(transaction, user_id, values, deeds, now, keep_session)
        )

    def rehash(self, user_id: str, old: str, new: str) -> None:
        """The same password under newer parameters; nothing that anybody would notice."""
        statement = "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?"
        self._database.write(lambda transaction: transaction.run(statement, (new, user_id, old)).rowcount)

    def use_step(self, user_id: str, step: int) -> bool:
        """Count a step of the second factor as used; False when it, or a later one, was used before."""
        statement = "UPDATE users SET totp_step = ? WHERE id = ? AND totp_step < ?"
        return self._database.write(
            lambda transaction: transaction.run(statement, (step, user_id, step)).rowcount == 1
        )


def _add(transaction: Transaction, account: Account, deeds: Sequence[Deed], now: float) -> bool:
    places = ", ".join("?" * len(_COLUMNS))
    statement = f"INSERT INTO users ({', '.join(_COLUMNS)}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608
    row = tuple(getattr(account, name) for name in _COLUMNS)
    if transaction.run(statement, row).rowcount != 1:
        return False
    note(transaction, deeds, now)
    return True


def _change(
    transaction: Transaction,
    user_id: str,
    values: Mapping[str, Any],
    deeds: Sequence[Deed],
    now: float,
    keep_session: str,
) -> bool:
    may_cost_an_admin = bool({"role", "disabled_at"} & set(values))
    admins = 0
    if may_cost_an_admin:
        transaction.lock(ADMINS_LOCK, ("admins",))  # two admins who remove each other leave one
        admins = _admins(transaction)
    sets = ", ".join(f"{name} = ?" for name in (*values, "changed_at"))
    statement = f"UPDATE users SET {sets} WHERE id = ?"  # noqa: S608  names of columns, checked above
    if transaction.run(statement, (*values.values(), now, user_id)).rowcount != 1:
        return False
    if admins > 0 and _admins(transaction) == 0:
        raise LastAdmin
    transaction.run("DELETE FROM sessions WHERE user_id = ? AND digest <> ?", (user_id, keep_session))
    note(transaction, deeds, now)
    return True


def _admins(transaction: Transaction) -> int:
    statement = "SELECT count(*) FROM users WHERE role = ? AND disabled_at IS NULL"
    return int(transaction.run(statement, (_ADMIN,)).scalar_one())


def _accounts(connection: Connection, wanted: Any) -> list[Account]:
    return [account_of(dict(row)) for row in connection.execute(wanted).mappings()]


def account_of(row: Mapping[str, Any]) -> Account:
    """The account in a row that holds every column of `users`."""
    return Account(**{name: row[name] for name in _COLUMNS})
