"""How many leads came in each stretch of time, and how long they took to the dialer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.engine import Connection

from gateway.leads.identity import first_id
from gateway.store.tables import ASIDE
from gateway.store.watching import HOUR
from gateway.store.watching_tables import source_hours, watched_sources, watches

HOURS = 24
STEP = 300.0  # seconds
STEPS = 12
WEEK = 168  # hours
WEEKS = 8  # looked back
MOST = 5_000  # of the last hour's leads looked at for their times, the newest

_BETWEEN = text("SELECT count(*) FROM leads WHERE id >= :first AND id < :beyond")
_TESTS = text(
    f"SELECT count(*) FROM leads WHERE {ASIDE} AND state = 'test' AND id >= :first AND id < :beyond"  # noqa: S608
)
_TIMES = text(
    "SELECT received_at, finished_at FROM leads WHERE id >= :first AND state = 'delivered'"
    " AND finished_at IS NOT NULL ORDER BY id DESC LIMIT :most"
)
_ATTEMPTS = text(
    "SELECT outcome, count(*) FROM attempts WHERE lead_id >= :first AND dialer = :dialer GROUP BY outcome"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """The leads that came from `start` on, until the next stretch begins."""

    start: float
    leads: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """Seconds from received to delivered, of the leads that came in one stretch."""

    start: float
    leads: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """The last day by the hour, the last hour by five minutes; tests left out."""

    hours: tuple[Stretch, ...]
    steps: tuple[Stretch, ...]
    times: Times | None  # of the last hour; None: nothing was delivered
    times_by_step: tuple[Times, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PastHours:
    """Leads of past weeks: source → hour since the epoch → leads; and since when each source is known."""

    leads: Mapping[str, Mapping[int, int]]
    first_at: Mapping[str, float]


def pace(connection: Connection, now: float) -> Pace:
    """What the watch has counted is taken from there; the last minutes, and what it has not seen, are counted."""
    times = [(received, finished - received) for received, finished in _times(connection, now)]
    step = now // STEP * STEP
    starts = [step - STEP * number for number in reversed(range(STEPS))]
    return Pace(
        hours=_hours(connection, now),
        steps=tuple(
            Stretch(start=start, leads=_came(connection, start, min(start + STEP, now + 1)))
            for start in starts
        ),
        times=_of(now - HOUR, [taken for _, taken in times]),
        times_by_step=tuple(
            found
            for start in starts
            if (found := _of(start, [taken for at, taken in times if start <= at < start + STEP]))
        ),
    )


def past_hours(connection: Connection, now: float, since: float) -> PastHours:
    """For each of the last weeks, the hours from a day ago until the end of today."""
    first, last = int(min(now - HOURS * HOUR, since) // HOUR), int((since + HOURS * HOUR) // HOUR)
    wanted = or_(
        *(
            and_(
                source_hours.c.hour >= first - week * WEEK,
                source_hours.c.hour <= last - week * WEEK,
            )
            for week in range(1, WEEKS + 1)
        )
    )
    known = select(watched_sources.c.source)
    rows = connection.execute(
        select(source_hours.c.source, source_hours.c.hour, source_hours.c.leads).where(
            source_hours.c.source.in_(known), wanted
        )
    )
    found: dict[str, dict[int, int]] = {}
    for source, hour, leads in rows:
        found.setdefault(source, {})[hour] = leads
    begun = connection.execute(select(watched_sources.c.source, watched_sources.c.first_at))
    return PastHours(leads=found, first_at={row[0]: row[1] for row in begun})


def attempts(connection: Connection, dialer: str, since: float) -> dict[str, int]:
    """By outcome, most first."""
    rows = connection.execute(_ATTEMPTS, {"first": first_id(since), "dialer": dialer})
    return dict(sorted(((outcome, number) for outcome, number in rows), key=lambda each: -each[1]))


def _hours(connection: Connection, now: float) -> tuple[Stretch, ...]:
    this = int(now // HOUR)
    starts = [this - number for number in reversed(range(HOURS))]
    counted_until = (
        connection.scalar(select(watches.c.looked_until).where(watches.c.name == "sources")) or 0.0
    )
    known = _counted(connection, starts[0])
    found = []
    for hour in starts:
        start, end = hour * HOUR, min((hour + 1) * HOUR, now + 1)
        rest = max(start, min(counted_until, end))
        leads = known.get(hour, 0) + (_came(connection, rest, end) if rest < end else 0)
        found.append(Stretch(start=start, leads=leads))
    return tuple(found)


def _counted(connection: Connection, hour: int) -> dict[int, int]:
    known = select(watched_sources.c.source)
    rows = connection.execute(
        select(source_hours.c.hour, func.sum(source_hours.c.leads))
        .where(source_hours.c.source.in_(known), source_hours.c.hour >= hour)
        .group_by(source_hours.c.hour)
    )
    return {number: int(leads) for number, leads in rows}


def _came(connection: Connection, start: float, end: float) -> int:
    stretch = {"first": first_id(start), "beyond": first_id(end)}
    everything: int = connection.execute(_BETWEEN, stretch).scalar_one()
    tests: int = connection.execute(_TESTS, stretch).scalar_one() if everything else 0
    return everything - tests


def _times(connection: Connection, now: float) -> Sequence[tuple[float, float]]:
    rows = connection.execute(_TIMES, {"first": first_id(now - HOUR), "most": MOST})
    return [(received, finished) for received, finished in rows]


def _of(start: float, taken: Sequence[float]) -> Times | None:
    if not taken:
        return None
    ordered = sorted(max(0.0, each) for each in taken)
    return Times(
        start=start,
        leads=len(ordered),
        p50=_percentile(ordered, 50),
        p95=_percentile(ordered, 95),
        p99=_percentile(ordered, 99),
    )


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest of the values that so many are not above: always one that happened."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
