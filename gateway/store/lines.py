"""How the lines of all processes stand, and which dialers a person has paused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.store.audit import Deed, note
from gateway.store.console_tables import line_reports, pauses
from gateway.store.database import Database
from gateway.store.holds import PORTION, lift_hold, release_leads
from gateway.store.transaction import Bulk, Transaction

FRESH = 20.0  # seconds: an older report is of a process that is gone, or stands still

_REPORT = Bulk(
    "INSERT INTO line_reports (owner, dialer, at, is_open, reason, opens_at, under_way, waiting, average, rate,"
    " last_answer_at, last_outcome) VALUES",
    12,
    "ON CONFLICT (owner, dialer) DO UPDATE SET at = excluded.at, is_open = excluded.is_open,"
    " reason = excluded.reason, opens_at = excluded.opens_at, under_way = excluded.under_way,"
    " waiting = excluded.waiting, average = excluded.average, rate = excluded.rate,"
    " last_answer_at = excluded.last_answer_at, last_outcome = excluded.last_outcome",
)
_FORGET = "DELETE FROM line_reports WHERE owner = ?"
_PAUSE = (
    "INSERT INTO pauses (dialer, since, actor, reason) VALUES (?, ?, ?, ?) ON CONFLICT (dialer) DO NOTHING"
)
_RESUME = "DELETE FROM pauses WHERE dialer = ?"
# Leads that came while it was paused carry that as their reason; it is none any more.
_UNREASON = (
    "UPDATE leads SET reason_code = NULL, message = NULL WHERE id IN (SELECT id FROM leads"  # noqa: S608
    f" WHERE reason_code = 'dialer.paused' AND state = 'queued' AND dialer = ? LIMIT {PORTION})"
    " AND state = 'queued'"
)


class Closed(StrEnum):
    """Why a line takes no lead now."""

    PAUSED = "paused"  # by a person
    HELD = "held"  # the dialer refuses us
    AWAY = "away"  # it cannot be reached, or says "later"
    STALLED = "stalled"  # requests are under way and none is answered


@dataclass(frozen=True, kw_only=True, slots=True)
class LineReport:
    """How one process sees one of its lines."""

    owner: str
    dialer: str
    at: float
    is_open: bool
    reason: Closed | None = None
    opens_at: float | None = None  # when it is tried again
    under_way: int = 0  # requests
    waiting: int = 0  # leads in the process's memory
    average: float = 0.0  # seconds an answer takes lately; 0: none has come
    rate: float = 0.0  # requests begun a second since the report before
    last_answer_at: float | None = None
    last_outcome: str | None = None  # of the request that ended last, answered or not


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A dialer that a person has stopped."""

    dialer: str
    since: float
    actor: str
    reason: str


class Lines:
    """Reached as `store.console.lines`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, reports: Sequence[LineReport]) -> None:
        """Tell how the lines of one process stand now; what it told before is replaced."""
        rows = [_row(each) for each in reports]
        self._database.write(lambda transaction: transaction.write(_REPORT, rows))

    def reports(self, *, now: float) -> list[LineReport]:
        """What the processes that live have told, by dialer."""
        wanted = select(line_reports).where(line_reports.c.at > now - FRESH)
        ordered = wanted.order_by(line_reports.c.dialer, line_reports.c.owner)
        return self._database.read(lambda connection: [_report(row) for row in connection.execute(ordered)])

    def pauses(self) -> dict[str, Pause]:
        """The dialers that are paused, by name."""
        return self._database.read(_pauses)

    def pause_of(self, dialer: str) -> Pause | None:
        """Whether one dialer is paused now, by the store's own word."""
        return self.pauses().get(dialer)

    def pause(self, dialer: str, deed: Deed, *, now: float) -> bool:
        """Nothing new is sent to `dialer` from now on; False when it was paused already. The deed says who and why."""

        def work(transaction: Transaction) -> bool:
            if not transaction.run(_PAUSE, (dialer, now, deed.actor, deed.reason)).rowcount:
                return False
            note(transaction, [deed], now)
            return True

        return self._database.write(work)

    def resume(self, dialer: str, deed: Deed, *, now: float) -> bool:
        """What has waited goes on its way; False when it was not paused."""

        def work(transaction: Transaction) -> bool:
            if not transaction.run(_RESUME, (dialer,)).rowcount:
                return False
            note(transaction, [deed], now)
            return True

        resumed = self._database.write(work)
        while resumed and self._database.write(lambda transaction: _unreason(transaction, dialer)):
            continue
        return resumed

    def release(self, dialer: str, scope: str, deed: Deed, *, now: float) -> int:
        """End a hold; how many leads went back into the queue."""

        def lift(transaction: Transaction) -> None:
            lift_hold(transaction, dialer, scope)
            note(transaction, [deed], now)

        self._database.write(lift)
        released = 0
        while True:
            portion = self._database.write(lambda transaction: release_leads(transaction, dialer, scope, now))
            released += portion
            if portion < PORTION:
                return released


def forget_lines(transaction: Transaction, owner: str) -> None:
    """The process is gone: its lines stand nowhere."""
    transaction.run(_FORGET, (owner,))


def _unreason(transaction: Transaction, dialer: str) -> bool:
    """One portion of the leads; True while there may be more."""
    return transaction.run(_UNREASON, (dialer,)).rowcount == PORTION


def _pauses(connection: Connection) -> dict[str, Pause]:
    rows = connection.execute(select(pauses).order_by(pauses.c.dialer)).mappings()
    return {row["dialer"]: Pause(**row) for row in rows}


def _row(report: LineReport) -> tuple[Any, ...]:
    return (
        report.owner,
        report.dialer,
        report.at,
        int(report.is_open),
        report.reason.value if report.reason else None,
        report.opens_at,
        report.under_way,
        report.waiting,
        report.average,
        report.rate,
        report.last_answer_at,
        report.last_outcome,
    )


def _report(row: Any) -> LineReport:
    return LineReport(
        owner=row.owner,
        dialer=row.dialer,
        at=row.at,
        is_open=bool(row.is_open),
        reason=Closed(row.reason) if row.reason else None,
        opens_at=row.opens_at,
        under_way=row.under_way,
        waiting=row.waiting,
        average=row.average,
        rate=row.rate,
        last_answer_at=row.last_answer_at,
        last_outcome=row.last_outcome,
    )
