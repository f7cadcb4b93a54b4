"""What the watch over the sources needs: whose turn it is, how often each source brings leads, what it has told.

Leads are counted from the table they stand in, a stretch of time at once, found by the time in their ids: keeping a
lead costs nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from gateway.leads.identity import first_id
from gateway.store.database import Database
from gateway.store.purging import PORTION
from gateway.store.transaction import Bulk, Transaction
from gateway.store.watching_tables import source_hours, watched_sources, watches

HOUR = 3600.0
REMEMBERED = 9 * 7 * 86400.0  # seconds the hours of a source are kept: eight weeks and the one that runs
AWAY = 600.0  # seconds without a look after which what was missed meanwhile is nobody's silence
FAR = 3600.0  # a time further ahead than this was written by a clock that went wrong

_NAME = "sources"
_BEGIN = (
    "INSERT INTO watches (name, looked_until, awake_since, next_at) VALUES (?, ?, ?, 0)"
    " ON CONFLICT (name) DO NOTHING"
)
# One process takes a turn: the others find `next_at` moved on when their statement comes to look.
_TAKE = (
    "UPDATE watches SET next_at = ?, awake_since = CASE WHEN next_at < ? THEN ? ELSE awake_since END"
    " WHERE name = ? AND (next_at <= ? OR next_at > ?)"
)
_TURN = "SELECT looked_until, awake_since FROM watches WHERE name = ?"
_ADVANCE = "UPDATE watches SET looked_until = ? WHERE name = ? AND looked_until = ?"
_COUNT = text(
    "SELECT source, count(*), min(received_at), max(received_at), max(gap) FROM"
    " (SELECT source, received_at, received_at - lag(received_at) OVER"
    " (PARTITION BY source ORDER BY received_at) AS gap"
    " FROM leads WHERE id >= :first AND id < :beyond AND test = 0) AS each GROUP BY source ORDER BY source"
)
_NEXT_LEAD = text(
    "SELECT min(id), min(received_at) FROM (SELECT id, received_at FROM leads WHERE id >= :first"
    " ORDER BY id LIMIT 1) AS soonest"
)
_THIS_HOUR = "SELECT source, leads, first_at, last_at, longest_gap FROM source_hours WHERE hour = ?"
_HOURS = Bulk(
    "INSERT INTO source_hours (source, hour, leads, first_at, last_at, longest_gap) VALUES",
    6,
    "ON CONFLICT (source, hour) DO UPDATE SET leads = excluded.leads, first_at = excluded.first_at,"
    " last_at = excluded.last_at, longest_gap = excluded.longest_gap",
)
_HEARD = Bulk(
    "INSERT INTO watched_sources (source, first_at, last_at, samples) VALUES",
    4,
    "ON CONFLICT (source) DO UPDATE SET last_at = excluded.last_at",
)
_USUAL = "UPDATE watched_sources SET usual_gap = ? WHERE source = ?"
_SILENT = (
    "UPDATE watched_sources SET silent_since = ?, usual_gap = ?"
    " WHERE source = ? AND silent_since IS NULL AND last_at = ?"
)
_AGAIN = "UPDATE watched_sources SET silent_since = NULL WHERE source = ? AND silent_since IS NOT NULL"
_FORGET = (
    "DELETE FROM source_hours WHERE (source, hour) IN"  # noqa: S608
    f" (SELECT source, hour FROM source_hours WHERE hour < ? LIMIT {PORTION})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """The right to look, and where the last look ended."""

    looked_until: float
    awake_since: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """The leads one source brought in an hour, or in a part of it."""

    source: str
    hour: int  # since the epoch
    leads: int
    first_at: float
    last_at: float
    longest_gap: float = 0.0

    def joined(self, later: Hour) -> Hour:
        """Two parts of the same hour."""
        return Hour(
            source=self.source,
            hour=self.hour,
            leads=self.leads + later.leads,
            first_at=self.first_at,
            last_at=later.last_at,
            longest_gap=max(self.longest_gap, later.longest_gap, later.first_at - self.last_at),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedSource:
    """What is known of a source that has brought leads."""

    source: str
    first_at: float
    last_at: float
    silent_since: float | None = None
    usual_gap: float | None = None
    samples: int = 0


class Watching:
    """Reached as `store.watching`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_due(self, now: float) -> bool:
        """Whether `take_turn` would be worth a write."""
        next_at = self._database.read(_next_at)
        return next_at is None or next_at <= now or next_at > now + FAR

    def take_turn(self, *, now: float, every: float, begin: float) -> Turn | None:
        """The right to look, once in `every` seconds for all processes; None: another has it. The first look ever
        begins at `begin`."""
        return self._database.write(lambda transaction: _take(transaction, now, every, begin))

    def count(self, start: float, end: float) -> list[Hour]:
        """The leads of each source in a stretch of one hour; tests do not count."""
        return self._database.read(lambda connection: _count(connection, start, end))

    def next_lead_at(self, start: float) -> float | None:
        """When the first lead from `start` on came; None when there is none yet."""
        return self._database.read(lambda connection: _next_lead_at(connection, start))

    def keep(self, parts: Sequence[Hour], *, start: float, end: float) -> bool:
        """Add what was counted from `start` to `end`; False when another process was quicker."""
        return self._database.write(lambda transaction: _keep(transaction, parts, start, end))

    def hours(self, source: str) -> list[Hour]:
        """The hours in which `source` brought leads, oldest first."""
        return self._database.read(lambda connection: _hours(connection, source))

    def sources(self) -> dict[str, WatchedSource]:
        """Every source that has brought a lead."""
        return self._database.read(_sources)

    def usual(self, source: str, gap: float | None) -> None:
        """Keep how long `source` usually takes, for whoever looks."""
        self._database.write(lambda transaction: transaction.run(_USUAL, (gap, source)))

    def fell_silent(self, source: str, *, last_at: float, usual_gap: float) -> bool:
        """It has been silent since `last_at`; False when that was told before, or is no longer so."""
        parameters = (last_at, usual_gap, source, last_at)
        return self._database.write(lambda transaction: bool(transaction.run(_SILENT, parameters).rowcount))

    def is_heard(self, source: str) -> bool:
        """It brings leads again; False when that was told before."""
        return self._database.write(lambda transaction: bool(transaction.run(_AGAIN, (source,)).rowcount))


def purge_hours(transaction: Transaction, now: float) -> int:
    """Forget hours that no comparison reaches any more."""
    return transaction.run(_FORGET, (int((now - REMEMBERED) // HOUR),)).rowcount


def _next_at(connection: Connection) -> float | None:
    found: float | None = connection.scalar(select(watches.c.next_at).where(watches.c.name == _NAME))
    return found


def _take(transaction: Transaction, now: float, every: float, begin: float) -> Turn | None:
    transaction.run(_BEGIN, (_NAME, begin, now))
    taken = transaction.run(_TAKE, (now + every, now - AWAY, now, _NAME, now, now + FAR))
    if not taken.rowcount:
        return None
    looked_until, awake_since = transaction.run(_TURN, (_NAME,)).one()
    return Turn(looked_until=looked_until, awake_since=awake_since)


def _count(connection: Connection, start: float, end: float) -> list[Hour]:
    rows = connection.execute(_COUNT, {"first": first_id(start), "beyond": first_id(end)})
    return [
        Hour(
            source=source,
            hour=int(start // HOUR),
            leads=leads,
            first_at=first,
            last_at=last,
            longest_gap=gap or 0.0,
        )
        for source, leads, first, last, gap in rows
    ]


def _next_lead_at(connection: Connection, start: float) -> float | None:
    _, received_at = connection.execute(_NEXT_LEAD, {"first": first_id(start)}).one()
    found: float | None = received_at
    return found


def _keep(transaction: Transaction, parts: Sequence[Hour], start: float, end: float) -> bool:
    if not transaction.run(_ADVANCE, (end, _NAME, start)).rowcount:
        return False
    hour = int(start // HOUR)
    before = {
        row[0]: Hour(
            source=row[0], hour=hour, leads=row[1], first_at=row[2], last_at=row[3], longest_gap=row[4]
        )
        for row in transaction.run(_THIS_HOUR, (hour,)).fetchall()
    }
    whole = [before[part.source].joined(part) if part.source in before else part for part in parts]
    transaction.write(
        _HOURS,
        [(each.source, hour, each.leads, each.first_at, each.last_at, each.longest_gap) for each in whole],
    )
    transaction.write(_HEARD, [(part.source, part.first_at, part.last_at, 0) for part in parts])
    return True


def _hours(connection: Connection, source: str) -> list[Hour]:
    wanted = select(source_hours).where(source_hours.c.source == source).order_by(source_hours.c.hour)
    return [Hour(**row) for row in connection.execute(wanted).mappings()]


def _sources(connection: Connection) -> dict[str, WatchedSource]:
    rows = connection.execute(select(watched_sources).order_by(watched_sources.c.source)).mappings()
    return {row["source"]: WatchedSource(**row) for row in rows}
