"""What is to be told about alerts, target by target: who sends it now, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from gateway.store.audit import Deed, note
from gateway.store.console_tables import alert_messages
from gateway.store.database import Database
from gateway.store.purging import PORTION
from gateway.store.transaction import Bulk, Transaction

KEPT = 30 * 86400.0  # seconds a message can be looked at
AT_ONCE = 20  # messages of one target that go out as one

_WRITE = Bulk(
    "INSERT INTO alert_messages (id, target, severity, title, body, created_at, tries, next_at) VALUES", 8
)
# All that waits for a target goes together, as soon as some of it is due and nobody is sending to it: what was
# written first is read first.
_CLAIM = (
    "UPDATE alert_messages SET leased_until = ?, tries = tries + 1 WHERE id IN (SELECT id FROM alert_messages AS mine"
    " WHERE mine.target = ? AND mine.next_at IS NOT NULL AND EXISTS (SELECT 1 FROM alert_messages AS due"
    " WHERE due.target = mine.target AND due.next_at <= ?) AND NOT EXISTS (SELECT 1 FROM alert_messages AS busy"
    " WHERE busy.target = mine.target AND busy.next_at IS NOT NULL AND busy.leased_until > ?)"
    " ORDER BY mine.id LIMIT ?) AND next_at IS NOT NULL AND (leased_until IS NULL OR leased_until <= ?)"
    " RETURNING id, target, severity, title, body, created_at, tries"
)
_OURS = "WHERE target = ? AND leased_until = ? AND next_at IS NOT NULL"
_TOLD = f"UPDATE alert_messages SET next_at = NULL, leased_until = NULL, told_at = ?, problem = NULL {_OURS}"  # noqa: S608
_AGAIN = f"UPDATE alert_messages SET next_at = ?, leased_until = NULL, problem = ? {_OURS}"  # noqa: S608
_EXPIRE = (
    "UPDATE alert_messages SET next_at = NULL, problem = ? WHERE target = ? AND next_at IS NOT NULL"
    " AND created_at <= ?"
)
_FORGET = (
    "DELETE FROM alert_messages WHERE id IN"  # noqa: S608
    f" (SELECT id FROM alert_messages WHERE created_at <= ? LIMIT {PORTION})"
)
_UNSENT = text("next_at IS NOT NULL")


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRow:
    """One message to one target; holds no phone number and no name of a person."""

    id: str
    target: str
    severity: str
    title: str
    body: str
    created_at: float
    tries: int = 0  # the one that this is claimed for included


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetState:
    """How telling one target goes."""

    told_at: float | None = None  # the last message that was taken
    waiting: int = 0
    waiting_since: float | None = None
    tries: int = 0
    problem: str | None = None  # of the last try, while something waits or the last was given up


class AlertMessages:
    """Reached as `store.console.alert_messages`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, messages: Sequence[MessageRow], deed: Deed, *, now: float) -> None:
        """What a person wants to be told, and that they wanted it."""

        def work(transaction: Transaction) -> None:
            write_messages(transaction, messages)
            note(transaction, [deed], now)

        self._database.write(work)

    def anything_due(self, targets: Sequence[str], *, now: float) -> list[str]:
        """The targets for which a claim may find something; a look that disturbs nobody."""
        wanted = (
            select(alert_messages.c.target)
            .where(_UNSENT, alert_messages.c.target.in_(targets), alert_messages.c.next_at <= now)
            .where(func.coalesce(alert_messages.c.leased_until, 0.0) <= now)
            .distinct()
        )
        return self._database.read(lambda connection: list(connection.scalars(wanted)))

    def claim(self, target: str, *, now: float, lease: float) -> list[MessageRow]:
        """What is due for one target, ours until `lease`, the oldest first."""
        return self._database.write(lambda transaction: _claim(transaction, target, now, lease))

    def told(self, target: str, *, lease: float, now: float) -> None:
        """It has taken what was claimed until `lease`."""
        self._database.write(lambda transaction: transaction.run(_TOLD, (now, target, lease)))

    def again(self, target: str, *, lease: float, at: float, problem: str, before: float) -> int:
        """It has not taken it: once more at `at`. What was written until `before` is given up; how many that are."""

        def work(transaction: Transaction) -> int:
            transaction.run(_AGAIN, (at, problem, target, lease))
            return transaction.run(_EXPIRE, (problem, target, before)).rowcount

        return self._database.write(work)

    def states(self, targets: Sequence[str]) -> dict[str, TargetState]:
        """How telling goes, for each of these targets."""
        return self._database.read(lambda connection: {each: _state(connection, each) for each in targets})


def write_messages(transaction: Transaction, messages: Sequence[MessageRow]) -> None:
    """In the transaction that says that they are told: neither is ever there without the other."""
    transaction.write(
        _WRITE,
        [
            (each.id, each.target, each.severity, each.title, each.body, each.created_at, 0, each.created_at)
            for each in messages
        ],
    )


def purge_messages(transaction: Transaction, now: float) -> int:
    """Forget old messages."""
    return transaction.run(_FORGET, (now - KEPT,)).rowcount


def _claim(transaction: Transaction, target: str, now: float, lease: float) -> list[MessageRow]:
    rows = transaction.run(_CLAIM, (lease, target, now, now, AT_ONCE, now)).fetchall()
    names = ("id", "target", "severity", "title", "body", "created_at", "tries")
    return [MessageRow(**dict(zip(names, row, strict=True))) for row in sorted(rows, key=itemgetter(0))]


def _state(connection: Connection, target: str) -> TargetState:
    mine = alert_messages.c.target == target
    told_at = connection.scalar(select(func.max(alert_messages.c.told_at)).where(mine))
    waiting, since, tries = connection.execute(
        select(func.count(), func.min(alert_messages.c.created_at), func.max(alert_messages.c.tries)).where(
            _UNSENT, mine
        )
    ).one()
    last = connection.execute(
        select(alert_messages.c.problem).where(mine).order_by(alert_messages.c.id.desc()).limit(1)
    ).first()
    return TargetState(
        told_at=told_at,
        waiting=waiting,
        waiting_since=since,
        tries=tries or 0,
        problem=last.problem if last else None,
    )
