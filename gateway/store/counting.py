"""Counts leads by source and state from the indexes alone: a day of a hundred thousand takes milliseconds.

Who is delivered, the great many, is never looked at: what is left of all leads when the others are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

from gateway.leads.identity import first_id
from gateway.leads.lead import State
from gateway.store.tables import ASIDE, PARKED

DAY = 86400.0
_LAST = "~"  # behind every id
_ASIDE_STATES = (
    State.DUPLICATE,
    State.TEST,
    State.REJECTED,
    State.QUARANTINED,
    State.HELD,
    State.UNCONFIRMED,
    State.SUPPRESSED,
    State.DEAD,
)

# The sources of these days, from the counts at the door; then each is one stretch of an index.
_TOTALS = text(
    "WITH known AS (SELECT DISTINCT source FROM intake_counts WHERE day >= :day)"
    " SELECT known.source,"
    " (SELECT count(*) FROM leads WHERE leads.source = known.source"
    " AND leads.id >= :first AND leads.id < :beyond),"
    " (SELECT received_at FROM leads WHERE leads.source = known.source"
    " AND leads.id >= :first AND leads.id < :beyond ORDER BY leads.id DESC LIMIT 1) FROM known"
)
_ASIDE = text(
    " UNION ALL ".join(
        f"SELECT '{state.value}', source, count(*) FROM leads WHERE {ASIDE} AND state = '{state.value}'"  # noqa: S608
        " AND id >= :first GROUP BY source"
        for state in _ASIDE_STATES
    )
)
# No condition on the id: it would lead the engine through all leads of the day, of which few are queued.
_WAITING = text(
    "SELECT dialer, source, count(*), min(id), sum(CASE WHEN id >= :first THEN 1 ELSE 0 END) FROM leads"
    " WHERE state = 'queued' GROUP BY dialer, source"
)
_SENDING = text("SELECT source, id FROM leads WHERE state = 'sending'")
_RECEIVED = "SELECT id, received_at FROM leads WHERE id IN ({})"
_PARKED = text(
    f"SELECT state, dialer, hold_scope, count(*) FROM leads WHERE {PARKED}"  # noqa: S608
    " GROUP BY state, dialer, hold_scope"
)
_REJECTED = text(
    f"SELECT coalesce(reason_code, ''), count(*) FROM leads WHERE {ASIDE} AND state = 'rejected'"  # noqa: S608
    " AND id >= :first GROUP BY coalesce(reason_code, '')"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """All leads of one source since a moment."""

    leads: int
    last_at: float

    def joined(self, later: Total | None) -> Total:
        """With what came afterwards."""
        if later is None:
            return self
        return Total(leads=self.leads + later.leads, last_at=later.last_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """The queued leads of one source for one dialer."""

    dialer: str
    source: str
    leads: int
    oldest_at: float
    today: int  # of them, how many came since the day began


@dataclass(frozen=True, kw_only=True, slots=True)
class Parked:
    """Leads that wait for a person, or behind a hold."""

    state: State
    dialer: str
    scope: str  # of the hold; empty where there is none
    leads: int


Exceptional = tuple[str, State, int]  # source, state, leads


def totals(connection: Connection, since: float, until: float | None = None) -> dict[str, Total]:
    """How many each source brought, whatever became of them."""
    beyond = _LAST if until is None else first_id(until)
    rows = connection.execute(_TOTALS, {"day": int(since // DAY), "first": first_id(since), "beyond": beyond})
    return {
        source: Total(leads=leads, last_at=last_at) for source, leads, last_at in rows if last_at is not None
    }


def joined(earlier: Mapping[str, Total], later: Mapping[str, Total]) -> dict[str, Total]:
    """What each source brought in two stretches of time."""
    return {**later, **{source: total.joined(later.get(source)) for source, total in earlier.items()}}


def aside(connection: Connection, since: float) -> list[Exceptional]:
    """Those of today that are neither delivered nor on their way."""
    rows = connection.execute(_ASIDE, {"first": first_id(since)})
    return [(source, State(state), leads) for state, source, leads in rows]


def waiting(connection: Connection, since: float) -> tuple[Waiting, ...]:
    """Everything that is queued, with the age of the oldest."""
    rows = connection.execute(_WAITING, {"first": first_id(since)}).all()
    oldest = _received(connection, [row[3] for row in rows])
    return tuple(
        Waiting(
            dialer=dialer,
            source=source,
            leads=leads,
            oldest_at=oldest.get(first, since),
            today=int(today),
        )
        for dialer, source, leads, first, today in rows
    )


def on_their_way(connection: Connection, queued: tuple[Waiting, ...], since: float) -> list[Exceptional]:
    """Those of today that are queued or leaving."""
    found: dict[tuple[str, State], int] = {}
    for each in queued:
        if each.today:
            key = (each.source, State.QUEUED)
            found[key] = found.get(key, 0) + each.today
    first = first_id(since)
    for source, lead_id in connection.execute(_SENDING):
        if lead_id >= first:
            key = (source, State.SENDING)
            found[key] = found.get(key, 0) + 1
    return [(source, state, leads) for (source, state), leads in found.items()]


def parked(connection: Connection) -> tuple[Parked, ...]:
    """Everything that waits for a person or behind a hold, however old."""
    return tuple(
        Parked(state=State(state), dialer=dialer, scope=scope or "", leads=leads)
        for state, dialer, scope, leads in connection.execute(_PARKED)
    )


def rejected(connection: Connection, since: float) -> dict[str, int]:
    """Why leads of today were refused for good."""
    rows = connection.execute(_REJECTED, {"first": first_id(since)})
    return {row[0]: row[1] for row in rows}


def _received(connection: Connection, ids: list[str]) -> dict[str, float]:
    if not ids:
        return {}
    names = {f"id{place}": lead_id for place, lead_id in enumerate(ids)}
    statement = text(_RECEIVED.format(", ".join(f":{name}" for name in names)))
    return {row[0]: row[1] for row in connection.execute(statement, names)}
