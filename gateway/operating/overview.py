"""USE CASE: somebody wants to know whether everything is all right; what there is to know, gathered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from gateway.clock import Clock
from gateway.config import DialerConfig, GatewayConfig
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.alerts import Alert
from gateway.store.figures import Counts
from gateway.store.holds import LIST
from gateway.store.lines import Closed, LineReport, Pause
from gateway.store.paces import Pace, PastHours
from gateway.store.records import Hold
from gateway.store.watching import HOUR, WatchedSource
from gateway.watching.expected import joined, usual_between

WHOLE_LINE = ("login", "line")


class Parts(Protocol):
    """What the look needs of the running parts."""

    @property
    def config(self) -> GatewayConfig: ...
    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...


class Standing(StrEnum):
    """How one dialer's line stands, over all processes."""

    OPEN = "open"
    PAUSED = "paused"  # by a person
    HELD = "held"  # the dialer refuses us
    AWAY = "away"
    STALLED = "stalled"
    NOBODY = "nobody"  # no process delivers to it


@dataclass(frozen=True, kw_only=True, slots=True)
class DialerLook:
    """One dialer: its line in every process, what is held, what waits."""

    config: DialerConfig
    reports: tuple[LineReport, ...]
    pause: Pause | None
    holds: tuple[Hold, ...]
    queued: int
    oldest_at: float | None  # of what is queued
    held: Mapping[str, int]  # scope → leads
    unconfirmed: int

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def standing(self) -> Standing:
        """One process that gets through is enough to call it open."""
        if self.pause is not None:
            return Standing.PAUSED
        if not self.reports:
            return Standing.NOBODY
        if self.whole_line is not None:
            return Standing.HELD
        if any(each.is_open for each in self.reports):
            return Standing.OPEN
        reasons = {each.reason for each in self.reports}
        if Closed.AWAY in reasons:
            return Standing.AWAY
        return Standing.STALLED if Closed.STALLED in reasons else Standing.OPEN

    @property
    def whole_line(self) -> Hold | None:
        """The hold that stops everything for it."""
        return next((hold for hold in self.holds if hold.scope in WHOLE_LINE), None)

    @property
    def list_holds(self) -> tuple[Hold, ...]:
        return tuple(hold for hold in self.holds if hold.scope.startswith(LIST))

    @property
    def under_way(self) -> int:
        return sum(each.under_way for each in self.reports)

    @property
    def rate(self) -> float:
        """Requests a second, of late."""
        return sum(each.rate for each in self.reports)

    @property
    def average(self) -> float:
        """Seconds its slowest process waits for an answer; 0: none has come."""
        return max((each.average for each in self.reports), default=0.0)

    @property
    def last_answer_at(self) -> float | None:
        return max((each.last_answer_at for each in self.reports if each.last_answer_at), default=None)

    @property
    def last_outcome(self) -> str | None:
        """Of the process that heard from it last."""
        told = [each for each in self.reports if each.last_outcome]
        return max(told, key=lambda each: each.last_answer_at or 0.0).last_outcome if told else None

    @property
    def opens_at(self) -> float | None:
        """When it is tried again."""
        if self.whole_line is not None:
            return self.whole_line.probe_at
        return min((each.opens_at for each in self.reports if each.opens_at), default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLook:
    """One source today."""

    name: str
    today: int
    usual: float | None  # by now, on such a day; None: not known yet
    last_at: float | None
    rejected: int
    silent_since: float | None

    @property
    def rejected_percent(self) -> float:
        return 100 * self.rejected / self.today if self.today else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Everything at one moment."""

    at: float
    since: float  # the day's beginning
    counts: Counts
    pace: Pace
    usual: float | None  # leads by now, on such a day
    usual_hours: tuple[float | None, ...]  # beside those of the pace
    dialers: tuple[DialerLook, ...]
    sources: tuple[SourceLook, ...]
    alerts: tuple[Alert, ...]


def look(parts: Parts) -> Overview:
    """Cheap enough to be asked every few seconds by everybody: what is counted is shared."""
    store, now = parts.store, parts.clock.now()
    since = day_began(now, parts.config.console.time_zone)
    counts = store.console.figures.counts(now=now, since=since)
    pace = store.console.figures.pace(now=now)
    past = store.console.figures.past(now=now, since=since)
    everything = joined(past.leads.values())
    first = min(past.first_at.values(), default=now)
    return Overview(
        at=now,
        since=since,
        counts=counts,
        pace=pace,
        usual=usual_between(everything, start=since, end=now, known_since=first),
        usual_hours=tuple(
            usual_between(everything, start=each.start, end=each.start + HOUR, known_since=first)
            for each in pace.hours
        ),
        dialers=dialers_of(parts.config, store, counts, now),
        sources=_sources(parts, counts, past, now),
        alerts=tuple(store.console.alerts.open()),
    )


def dialers_of(config: GatewayConfig, store: Store, counts: Counts, now: float) -> tuple[DialerLook, ...]:
    """Every configured dialer."""
    lines = store.console.lines
    reports, pauses = lines.reports(now=now), lines.pauses()
    return tuple(
        _dialer(dialer, store.holds(dialer.name), reports, pauses, counts)
        for dialer in config.dialers.values()
    )


def day_began(now: float, zone: str) -> float:
    """Midnight where people live."""
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    # Where midnight does not exist (summer time begins), the first moment after it.
    return midnight.timestamp() if midnight <= local else (midnight - timedelta(days=1)).timestamp()


def _dialer(
    config: DialerConfig,
    holds: Sequence[Hold],
    reports: Sequence[LineReport],
    pauses: Mapping[str, Pause],
    counts: Counts,
) -> DialerLook:
    waiting = [each for each in counts.waiting if each.dialer == config.name]
    return DialerLook(
        config=config,
        reports=tuple(each for each in reports if each.dialer == config.name),
        pause=pauses.get(config.name),
        holds=tuple(holds),
        queued=sum(each.leads for each in waiting),
        oldest_at=min((each.oldest_at for each in waiting), default=None),
        held={
            hold.scope: counts.parked_in(State.HELD, dialer=config.name, scope=hold.scope) for hold in holds
        },
        unconfirmed=counts.parked_in(State.UNCONFIRMED, dialer=config.name),
    )


def _sources(parts: Parts, counts: Counts, past: PastHours, now: float) -> tuple[SourceLook, ...]:
    watched = parts.store.watching.sources()
    names = [*parts.config.sources, *(name for name in counts.today if name not in parts.config.sources)]
    found = (_source(name, watched.get(name), counts, past, now) for name in names)
    return tuple(sorted(found, key=lambda each: (-each.today, each.name)))


def _source(
    name: str, known: WatchedSource | None, counts: Counts, past: PastHours, now: float
) -> SourceLook:
    last = counts.last.get(name) or (known.last_at if known else None)
    silent = known.silent_since if known else None
    return SourceLook(
        name=name,
        today=counts.of(name),
        usual=usual_between(
            past.leads.get(name, {}),
            start=counts.since,
            end=now,
            known_since=past.first_at.get(name, now),
        ),
        last_at=last,
        rejected=counts.today.get(name, {}).get(State.REJECTED, 0),
        # The watch looks once a minute; a lead that came since ends the silence at once.
        silent_since=silent if silent is not None and (last or 0.0) <= silent else None,
    )
