"""USE CASE: somebody wants to know how the sources are doing; what is known of each, the one in trouble first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from gateway.config import GatewayConfig, SourceConfig
from gateway.operating.overview import Parts, day_began
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.store.door_counts import Refusals
from gateway.store.figures import Counts
from gateway.store.paces import PastHours
from gateway.store.pulls import Checkpoint
from gateway.store.records import Hold
from gateway.store.shapes import KnownField
from gateway.store.source_facts import Reason
from gateway.store.watching import WatchedSource
from gateway.watching.expected import usual_between

DAY, WEEK = 86400.0, 7 * 86400.0
RECENT = 30 * DAY  # seconds a change of fields is shown
NOT_AUTHENTIC = frozenset({"auth.refused", "auth.required", "auth.address"})


class Standing(IntEnum):
    """How a source is doing; the worst first."""

    STOPPED = 0  # its platform refuses our token: nothing comes through
    SILENT = 1
    QUARANTINED = 2  # enquiries wait for a person
    REFUSED = 3  # somebody does not prove who they are
    CHANGED = 4  # its deliveries have other fields than before
    FINE = 5
    NEVER = 6  # has brought no lead yet


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceHealth:
    """One source in the list."""

    source: SourceConfig
    known: WatchedSource | None
    last_at: float | None
    today: int
    usual: float | None  # leads by now on such a day; None: not known yet
    quarantined: int
    not_authentic: int  # in the last day
    changes: int
    hold: Hold | None  # the platform refuses us

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def silent_since(self) -> float | None:
        """The watch looks once a minute; a lead that came since ends the silence at once."""
        since = self.known.silent_since if self.known else None
        return since if since is not None and (self.last_at or 0.0) <= since else None

    @property
    def standing(self) -> Standing:
        checks = (
            (self.hold is not None, Standing.STOPPED),
            (self.silent_since is not None, Standing.SILENT),
            (self.quarantined > 0, Standing.QUARANTINED),
            (self.not_authentic > 0, Standing.REFUSED),
            (self.changes > 0, Standing.CHANGED),
            (self.last_at is None, Standing.NEVER),
        )
        return next((standing for applies, standing in checks if applies), Standing.FINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulling:
    """How the asking of a platform stands."""

    can_pull: bool  # its platform can be asked, and the configuration says with what
    checkpoint: Checkpoint | None
    asks_for_each: bool  # its webhook tells only ids
    waiting: int  # leads of which only the id has come
    hold: Hold | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceDetail:
    """Everything about one source."""

    health: SourceHealth
    reasons: tuple[Reason, ...]  # of the last seven days
    refusals: tuple[Refusals, ...]  # at its door, of the last seven days
    changes: tuple[KnownField, ...]  # the latest first
    fields: int  # known ones
    pulling: Pulling
    cap_used: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shared:
    """What is asked once for all sources."""

    now: float
    since: float  # the day's beginning
    counts: Counts
    past: PastHours
    known: Mapping[str, WatchedSource]
    quarantined: Mapping[str, int]
    refusals: tuple[Refusals, ...]
    changes: Mapping[str, int]

    @classmethod
    def of(cls, parts: Parts) -> _Shared:
        store, now = parts.store, parts.clock.now()
        since = day_began(now, parts.config.console.time_zone)
        return cls(
            now=now,
            since=since,
            counts=store.console.figures.counts(now=now, since=since),
            past=store.console.figures.past(now=now, since=since),
            known=store.watching.sources(),
            quarantined=store.console.sources.in_quarantine(),
            refusals=tuple(store.console.doors.since(now - DAY)),
            changes=store.console.sources.changed_fields(since=now - RECENT),
        )


def all_sources(parts: Parts) -> list[SourceHealth]:
    """Those in trouble first, then by name."""
    shared = _Shared.of(parts)
    found = [_health(parts, source, shared) for source in parts.config.sources.values()]
    return sorted(found, key=lambda each: (each.standing, each.name))


def one_source(parts: Parts, name: str) -> SourceDetail | None:
    """None where no such source is configured."""
    source, store, now = parts.config.sources.get(name), parts.store, parts.clock.now()
    if source is None:
        return None
    health = _health(parts, source, _Shared.of(parts))
    fields = store.shapes.fields(name)
    return SourceDetail(
        health=health,
        reasons=tuple(store.console.sources.reasons(name, since=now - WEEK)),
        refusals=tuple(store.console.doors.since(now - WEEK, source=name)),
        changes=tuple(sorted(_changed(fields, now), key=lambda each: each.changed_at or 0.0, reverse=True)),
        fields=len(fields),
        pulling=_pulling(store, parts.config, source, health.hold),
        cap_used=store.console.sources.cap_used(name, now=now) if source.daily_cap else 0,
    )


def _changed(fields: Mapping[str, KnownField], now: float) -> list[KnownField]:
    return [each for each in fields.values() if each.change and (each.changed_at or 0.0) > now - RECENT]


def _health(parts: Parts, source: SourceConfig, shared: _Shared) -> SourceHealth:
    name, now = source.name, shared.now
    known = shared.known.get(name)
    refused = [each for each in shared.refusals if each.source == name and each.code in NOT_AUTHENTIC]
    usual = None
    if name in shared.past.first_at:
        usual = usual_between(
            shared.past.leads.get(name, {}),
            start=shared.since,
            end=now,
            known_since=shared.past.first_at[name],
        )
    return SourceHealth(
        source=source,
        known=known,
        last_at=parts.store.console.sources.last_lead(name),
        today=shared.counts.of(name),
        usual=usual,
        quarantined=shared.quarantined.get(name, 0),
        not_authentic=sum(each.number for each in refused),
        changes=shared.changes.get(name, 0),
        hold=_hold(parts.store, parts.config, source),
    )


def _hold(store: Store, config: GatewayConfig, source: SourceConfig) -> Hold | None:
    if SOURCES[source.kind].fetch is None:
        return None
    return next(iter(store.quarantine.held(source.name, list(config.dialers))), None)


def _pulling(store: Store, config: GatewayConfig, source: SourceConfig, hold: Hold | None) -> Pulling:
    kind = SOURCES[source.kind]
    can_pull = kind.pull is not None and all(source.options.get(name) for name in kind.pull.needs)
    asks = kind.fetch is not None
    return Pulling(
        can_pull=can_pull,
        checkpoint=store.pulls.of(source.name) if can_pull else None,
        asks_for_each=asks,
        waiting=store.quarantine.waiting(source.name, list(config.dialers)) if asks else 0,
        hold=hold,
    )
