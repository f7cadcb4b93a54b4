"""The figures of the overview: counted at most every few seconds, however many people look."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy.engine import Connection

from gateway.leads.lead import State
from gateway.store import counting, paces
from gateway.store.counting import Parked, Total, Waiting
from gateway.store.database import Database
from gateway.store.paces import Pace, PastHours

T = TypeVar("T")

FRESH = 5.0  # seconds a count is good for
FRESH_PACE = 10.0
SAME_HOUR = 600.0  # what was usual in past weeks does not change within the hour
SETTLED = 120.0  # seconds after which no more leads of a moment are expected
RECOUNT = (
    600.0  # what is settled is counted again after so long, should a lead have been removed, or come late
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What stands in the leads at one moment."""

    at: float
    since: float  # the day's beginning
    today: Mapping[str, Mapping[State, int]]  # source → state → leads received since then
    last: Mapping[str, float]  # source → when its last lead came; only those of today
    waiting: tuple[Waiting, ...]  # queued, whenever they came
    parked: tuple[Parked, ...]  # held, unconfirmed, quarantined, dead, whenever they came
    rejected: Mapping[str, int] = field(default_factory=dict)  # reason → leads of today

    def of(self, source: str) -> int:
        """Leads of one source today, tests left out."""
        return sum(leads for state, leads in self.today.get(source, {}).items() if state is not State.TEST)

    @property
    def leads(self) -> int:
        """All leads of today, tests left out."""
        return sum(self.of(source) for source in self.today)

    @property
    def by_state(self) -> dict[State, int]:
        """Leads of today over all sources."""
        found: dict[State, int] = {}
        for states in self.today.values():
            for state, leads in states.items():
                found[state] = found.get(state, 0) + leads
        return found

    @property
    def last_at(self) -> float | None:
        """When the last lead of today came."""
        return max(self.last.values(), default=None)

    def parked_in(self, state: State, *, dialer: str | None = None, scope: str | None = None) -> int:
        """How many leads wait in `state` for a person, or behind one hold."""
        return sum(
            each.leads
            for each in self.parked
            if each.state is state
            and (dialer is None or each.dialer == dialer)
            and (scope is None or each.scope == scope)
        )


class Figures:
    """Reached as `store.console.figures`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settled = _Settled()
        self._counts: _Remembered[Counts] = _Remembered()
        self._pace: _Remembered[Pace] = _Remembered()
        self._past: _Remembered[PastHours] = _Remembered()

    def counts(self, *, now: float, since: float, fresh: float = FRESH) -> Counts:
        """By source and state; `since` is the day's beginning where people live."""
        return self._counts.get(
            now,
            fresh,
            key=since,
            ask=lambda: self._database.read(
                lambda connection: _counts(
                    connection, self._settled.totals(connection, now, since), now, since
                )
            ),
        )

    def pace(self, *, now: float) -> Pace:
        """How many came in each hour of the last day, and how long they took to the dialer in the last hour."""
        return self._pace.get(
            now,
            FRESH_PACE,
            key=0.0,
            ask=lambda: self._database.read(lambda connection: paces.pace(connection, now)),
        )

    def past(self, *, now: float, since: float) -> PastHours:
        """The same hours of past weeks, from the day before until the end of today."""
        return self._past.get(
            now,
            SAME_HOUR,
            key=since,
            ask=lambda: self._database.read(lambda connection: paces.past_hours(connection, now, since)),
        )

    def attempts(self, dialer: str, *, since: float) -> Mapping[str, int]:
        """What came of the requests about leads that were received since then, by outcome."""
        return self._database.read(lambda connection: paces.attempts(connection, dialer, since))

    def forget(self) -> None:
        """The next look counts anew; for a page that has just changed something."""
        self._counts.forget()


def _counts(connection: Connection, totals: Mapping[str, Total], now: float, since: float) -> Counts:
    waiting = counting.waiting(connection, since)
    exceptions = counting.aside(connection, since) + counting.on_their_way(connection, waiting, since)
    today: dict[str, dict[State, int]] = {}
    for source, total in totals.items():
        states = {state: leads for name, state, leads in exceptions if name == source}
        delivered = max(0, total.leads - sum(states.values()))
        today[source] = {**states, **({State.DELIVERED: delivered} if delivered else {})}
    return Counts(
        at=now,
        since=since,
        today=today,
        last={source: total.last_at for source, total in totals.items()},
        waiting=waiting,
        parked=counting.parked(connection),
        rejected=counting.rejected(connection, since),
    )


class _Settled:
    """How many leads each source had brought until a moment that is over: they need not be counted each time.

    Not thread-safe by itself: whoever remembers the counts holds a lock around it.
    """

    def __init__(self) -> None:
        self._since = 0.0
        self._until = 0.0
        self._counted_at = 0.0
        self._totals: Mapping[str, Total] = {}

    def totals(self, connection: Connection, now: float, since: float) -> Mapping[str, Total]:
        """All leads since the day began."""
        settled = max(since, now - SETTLED)
        if since != self._since or not 0 <= now - self._counted_at < RECOUNT or settled < self._until:
            self._since, self._until, self._counted_at, self._totals = since, since, now, {}
        more = counting.totals(connection, self._until, settled)
        self._totals, self._until = counting.joined(self._totals, more), settled
        return counting.joined(self._totals, counting.totals(connection, settled))


class _Remembered(Generic[T]):
    """One answer for all who ask within a while; who comes while it is being worked out waits for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[float, float, T] | None = None

    def get(self, now: float, fresh: float, *, key: float, ask: Callable[[], T]) -> T:
        with self._lock:
            if self._known is not None:
                at, known_key, answer = self._known
                if known_key == key and 0 <= now - at < fresh:
                    return answer
            answer = ask()
            self._known = (now, key, answer)
            return answer

    def forget(self) -> None:
        with self._lock:
            self._known = None
