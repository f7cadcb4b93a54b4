"""The troubles that are known: each from its beginning to its end, whose turn it is to look, and who is at it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import Select, select, text
from sqlalchemy.engine import Connection

from gateway.store.alert_messages import MessageRow, write_messages
from gateway.store.audit import Deed, note
from gateway.store.console_tables import alerts
from gateway.store.database import Database
from gateway.store.transaction import Bulk, Transaction
from gateway.store.watching_tables import watches

KEPT = 180 * 86400.0  # seconds a closed alert can be looked at
AWAY = 120.0  # seconds without a look after which nobody knows what was meanwhile
FAR = 3600.0  # a time further ahead than this was written by a clock that went wrong
CRITICAL = "critical"

_NAME = "alerts"
_BEGIN = (
    "INSERT INTO watches (name, looked_until, awake_since, next_at) VALUES (?, 0, ?, 0)"
    " ON CONFLICT (name) DO NOTHING"
)
# One process takes a turn: the others find `next_at` moved on when their statement comes to look.
_TAKE = (
    "UPDATE watches SET next_at = ?, looked_until = ?,"
    " awake_since = CASE WHEN looked_until < ? THEN ? ELSE awake_since END"
    " WHERE name = ? AND (next_at <= ? OR next_at > ?)"
)
_AWAKE = "SELECT awake_since FROM watches WHERE name = ?"
_MINE = "UPDATE watches SET looked_until = ? WHERE name = ? AND looked_until = ?"
_FORGET = "DELETE FROM alerts WHERE closed_at <= ?"
_DROP = Bulk(
    "DELETE FROM alerts WHERE closed_at IS NULL AND id IN (SELECT v.column1 FROM (VALUES", 1, ") AS v)"
)
_SEEN_BY = "UPDATE alerts SET seen_by = ? WHERE id = ? AND closed_at IS NULL AND seen_by IS NULL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One trouble, as it was seen last."""

    id: str
    rule: str
    subject: str  # a dialer, a source, dialer/list; empty: the gateway itself
    severity: str  # warning | critical
    opened_at: float  # when it began
    seen_at: float
    summary: str
    next_step: str
    raised_at: float | None = None  # since when people are told about it
    closed_at: float | None = None
    times: int = 1  # above 1: it came back soon after its end
    leads: int | None = None
    peak: int | None = None
    told_at: float | None = None
    recovery_told_at: float | None = None
    seen_by: str | None = None  # who has said that they are at it

    @property
    def about(self) -> str:
        """The dialer or source in `subject`."""
        return self.subject.partition("/")[0]


_COLUMNS = tuple(each.name for each in fields(Alert))
_KEEP = Bulk(
    f"INSERT INTO alerts ({', '.join(_COLUMNS)}) VALUES",
    len(_COLUMNS),
    # Who is at it is written by people meanwhile.
    "ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in ("id", "seen_by")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertTurn:
    """The right to look once; `at` proves it."""

    at: float
    awake_since: float  # nobody looked before this


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertChanges:
    """What one look came to: written down together, or not at all."""

    keep: Sequence[Alert] = ()  # new, or as they are now
    drop: Sequence[str] = ()  # ids of those that passed before anybody was told
    messages: Sequence[MessageRow] = ()


class Alerts:
    """Reached as `store.console.alerts`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- for people ------------------------------------------------------------------------------------------

    def open(self) -> list[Alert]:
        """What is wrong now: the critical first, then what has lasted longest."""
        wanted = select(alerts).where(text("closed_at IS NULL"), alerts.c.raised_at.is_not(None))
        found = self._database.read(lambda connection: _alerts(connection, wanted))
        return sorted(found, key=lambda each: (each.severity != CRITICAL, each.opened_at, each.id))

    def latest(self, *, before: float | None = None, limit: int = 50) -> list[Alert]:
        """What is over, the latest end first; `before` is the end of the last one of the page before."""
        wanted = select(alerts).where(alerts.c.closed_at.is_not(None))
        if before is not None:
            wanted = wanted.where(alerts.c.closed_at < before)
        ordered = wanted.order_by(alerts.c.closed_at.desc()).limit(limit)
        return self._database.read(lambda connection: _alerts(connection, ordered))

    def acknowledge(self, alert_id: str, *, by: str, now: float, address: str = "") -> bool:
        """Somebody is at it, so nobody is reminded; False when it is over, or somebody was quicker."""

        def work(transaction: Transaction) -> bool:
            if not transaction.run(_SEEN_BY, (by, alert_id)).rowcount:
                return False
            rule, subject = transaction.run(
                "SELECT rule, subject FROM alerts WHERE id = ?", (alert_id,)
            ).one()
            deed = Deed(
                actor=by,
                action="alert.acknowledged",
                subject="alert",
                subject_id=alert_id,
                detail={"rule": rule, "about": subject},
                address=address,
            )
            note(transaction, [deed], now)
            return True

        return self._database.write(work)

    def remember(self, alert: Alert) -> None:
        """Keep one that began and ended while nothing could be kept."""
        row = tuple(getattr(alert, name) for name in _COLUMNS)
        self._database.write(lambda transaction: transaction.write(_KEEP, [row]))

    # -- for the desk ----------------------------------------------------------------------------------------

    def standing(self) -> list[Alert]:
        """Everything that is not over, told or not."""
        wanted = select(alerts).where(text("closed_at IS NULL")).order_by(alerts.c.id)
        return self._database.read(lambda connection: _alerts(connection, wanted))

    def closed_since(self, moment: float) -> list[Alert]:
        """What ended at `moment` or later, the latest last."""
        wanted = select(alerts).where(alerts.c.closed_at >= moment).order_by(alerts.c.closed_at)
        return self._database.read(lambda connection: _alerts(connection, wanted))

    def is_due(self, now: float) -> bool:
        """Whether `take_turn` would be worth a write."""
        next_at = self._database.read(
            lambda connection: connection.scalar(select(watches.c.next_at).where(watches.c.name == _NAME))
        )
        return next_at is None or next_at <= now or next_at > now + FAR

    def take_turn(self, *, now: float, every: float) -> AlertTurn | None:
        """The right to look, once in `every` seconds for all processes; None: another has it."""
        return self._database.write(lambda transaction: _take(transaction, now, every))

    def keep(self, changes: AlertChanges, *, turn: AlertTurn, now: float) -> bool:
        """Write down what a look came to; False when another process has looked since."""
        return self._database.write(lambda transaction: _keep(transaction, changes, turn, now))


def purge_alerts(transaction: Transaction, now: float) -> int:
    """Forget what has been over for long; there are few."""
    transaction.run(_FORGET, (now - KEPT,))
    return 0


def _take(transaction: Transaction, now: float, every: float) -> AlertTurn | None:
    transaction.run(_BEGIN, (_NAME, now))
    if not transaction.run(_TAKE, (now + every, now, now - AWAY, now, _NAME, now, now + FAR)).rowcount:
        return None
    return AlertTurn(at=now, awake_since=transaction.run(_AWAKE, (_NAME,)).scalar_one())


def _keep(transaction: Transaction, changes: AlertChanges, turn: AlertTurn, now: float) -> bool:
    if not transaction.run(_MINE, (now, _NAME, turn.at)).rowcount:
        return False
    transaction.write(_DROP, [(each,) for each in changes.drop])
    transaction.write(_KEEP, [tuple(getattr(each, name) for name in _COLUMNS) for each in changes.keep])
    write_messages(transaction, changes.messages)
    return True


def _alerts(connection: Connection, wanted: Select[tuple[object, ...]]) -> list[Alert]:
    return [Alert(**row) for row in connection.execute(wanted).mappings()]
