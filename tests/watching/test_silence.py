"""A source that stops bringing leads is told once, by one process, and so is its return."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway import metrics
from gateway.app import create_services
from gateway.config import DialerConfig, GatewayConfig, SourceConfig
from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.settings import Settings
from gateway.store import Store, StoreUnavailable
from gateway.store.errors import Trouble
from gateway.store.operations import Accept
from gateway.store.watching import AWAY, HOUR, Hour
from gateway.watching import Watch
from gateway.watching.watch import EVERY, SETTLED
from tests.fakes import FakeClock
from tests.store.making import make_enquiry, make_lead

DAY = 86_400.0
TEN_MINUTES = 600.0


def a_source(name: str = "website", **changes: Any) -> SourceConfig:
    return SourceConfig(**{"name": name, "kind": "form", "dialer": "main", "list_id": "25062018"} | changes)


def config_of(*sources: SourceConfig) -> GatewayConfig:
    dialers = {"main": DialerConfig(name="main", url="http://127.0.0.1:8100/")}
    return GatewayConfig(dialers=dialers, sources={source.name: source for source in sources})


def leads_at(store: Store, times: list[float], source: str = "website", **changes: Any) -> None:
    operations = []
    for at in times:
        enquiry = make_enquiry(id=new_id(at), source=source, received_at=at)
        lead = make_lead(id=new_id(at), source=source, received_at=at, next_at=at, **changes)
        operations.append(Accept(enquiry=enquiry, leads=(lead,), claim=None))
    store.transact(operations)


class World:
    """Fifteen days and a bit of a lead every ten minutes, counted, and a watch that is awake."""

    def __init__(
        self, store: Store, clock: FakeClock, *sources: SourceConfig, every: float = TEN_MINUTES
    ) -> None:
        self.store = store
        self.clock = clock
        self.config = config_of(*(sources or (a_source(),)))
        self.watch = Watch(self.config, store, clock)
        self.last = clock.now() - SETTLED
        times = [self.last - number * every for number in range(int(15.2 * DAY / every))]
        for name in self.config.sources:
            leads_at(store, times[::-1], name)
        self.watch.look()

    def go(self, seconds: float, *, step: float = EVERY) -> list[dict[str, Any]]:
        """Let time pass, minute by minute; what was told about sources."""
        told: list[dict[str, Any]] = []
        for _ in range(int(seconds / step)):
            self.clock.turn(step)
            told += look(self.watch)
        return told


def look(watch: Watch) -> list[dict[str, Any]]:
    with capture_logs() as lines:
        watch.look()
    return [dict(line) for line in lines if line["event"].startswith("source.")]


def shown(name: str, source: str = "website") -> float | None:
    return metrics.REGISTRY.get_sample_value(name, {"source": source})


@pytest.fixture
def world(sqlite_store: Store, clock: FakeClock) -> Callable[..., World]:
    """On one engine: what is judged is the same on both, once it is counted."""
    return lambda *sources, **how: World(sqlite_store, clock, *sources, **how)


@pytest.fixture
def anywhere(store: Store, clock: FakeClock) -> Callable[..., World]:
    """Once on each engine."""
    return lambda *sources, **how: World(store, clock, *sources, **how)


def test_three_times_the_usual_gap_is_silence_and_is_told_once(anywhere: Callable[..., World]) -> None:
    here = anywhere()

    assert here.go(2 * TEN_MINUTES) == []
    assert shown("gw_source_silent") == 0.0
    told = here.go(2 * TEN_MINUTES)

    assert [(line["event"], line["source"], line["log_level"]) for line in told] == [
        ("source.silent", "website", "warning")
    ]
    assert told[0]["usual_seconds"] == TEN_MINUTES
    assert 3 * TEN_MINUTES <= told[0]["seconds"] < 3 * TEN_MINUTES + 2 * EVERY
    assert "next_step" in told[0]
    assert shown("gw_source_silent") == 1.0
    assert shown("gw_source_usual_gap_seconds") == TEN_MINUTES
    assert shown("gw_source_last_lead_timestamp_seconds") == pytest.approx(here.last)
    assert here.go(DAY / 4, step=TEN_MINUTES) == []


def test_a_source_that_is_heard_again_is_told_once_and_may_fall_silent_again(
    world: Callable[..., World],
) -> None:
    here = world()
    here.go(HOUR)
    leads_at(here.store, [here.clock.now()])

    told = here.go(TEN_MINUTES)

    assert [(line["event"], line["source"]) for line in told] == [("source.heard_again", "website")]
    assert told[0]["seconds"] == pytest.approx(HOUR + SETTLED, abs=SETTLED)
    assert shown("gw_source_silent") == 0.0
    assert [line["event"] for line in here.go(HOUR)] == ["source.silent"]


def test_a_source_that_goes_on_is_not_told(world: Callable[..., World]) -> None:
    here = world()
    for _ in range(4):
        leads_at(here.store, [here.clock.now()])
        assert here.go(2 * TEN_MINUTES) == []


def test_tests_do_not_break_a_silence_and_duplicates_do(world: Callable[..., World]) -> None:
    here = world()
    here.go(HOUR)
    leads_at(here.store, [here.clock.now()], test=True, state=State.TEST)
    assert here.go(TEN_MINUTES) == []

    leads_at(here.store, [here.clock.now()], state=State.DUPLICATE)
    assert [line["event"] for line in here.go(TEN_MINUTES)] == ["source.heard_again"]


def test_each_source_has_its_own_usual_gap(store: Store, clock: FakeClock) -> None:
    here = World(store, clock, a_source(), a_source("portal"))
    rare = [clock.now() - SETTLED - number * DAY for number in range(21)]
    other = a_source("rare")
    leads_at(store, rare, "rare")
    here.config = config_of(*here.config.sources.values(), other)

    told = here.go(HOUR)

    assert sorted(line["source"] for line in told) == ["portal", "website"]


def test_a_silence_shorter_than_a_quarter_of_an_hour_is_none(world: Callable[..., World]) -> None:
    here = world(every=240.0)

    assert here.go(840.0 - SETTLED) == []
    assert [line["event"] for line in here.go(180.0)] == ["source.silent"]


def test_a_source_that_is_told_not_to_ring_does_not(world: Callable[..., World]) -> None:
    here = world(a_source(silence_alarm=False))

    assert here.go(DAY / 2, step=TEN_MINUTES) == []
    assert shown("gw_source_silent") == 0.0


def test_a_source_known_for_a_week_is_still_learned(store: Store, clock: FakeClock) -> None:
    now = clock.now()
    leads_at(store, [now - SETTLED - number * HOUR for number in range(24 * 7)])
    watch = Watch(config_of(a_source()), store, clock)
    look(watch)
    for _ in range(12):
        clock.turn(HOUR)
        assert look(watch) == []


def test_the_gateways_own_absence_is_nobodys_silence(world: Callable[..., World]) -> None:
    here = world()
    here.clock.turn(AWAY + 5 * HOUR)

    assert look(here.watch) == []
    assert here.go(2 * TEN_MINUTES) == []
    assert [line["event"] for line in here.go(2 * TEN_MINUTES)] == ["source.silent"]


def test_of_two_processes_one_looks_and_one_tells(world: Callable[..., World]) -> None:
    here = world()
    other = Watch(here.config, here.store, here.clock)
    told = []
    for _ in range(60):
        here.clock.turn(EVERY)
        looked = [here.watch.look(), other.look()]
        assert looked == [True, False]
    here.watch, other = other, here.watch
    told = here.go(HOUR)

    assert told == []  # the other one has told it; this one knows from the database
    known = here.store.watching.sources()["website"]
    assert known.silent_since == here.last


def test_a_process_that_has_not_judged_shows_the_silence_all_the_same(world: Callable[..., World]) -> None:
    here = world()
    here.go(HOUR)
    metrics.watched(
        "website", last_at=0.0, is_silent=False, usual_gap=1.0
    )  # as another process would have it
    other = Watch(here.config, here.store, here.clock)

    assert not other.look()

    assert (shown("gw_source_silent"), shown("gw_source_usual_gap_seconds")) == (1.0, TEN_MINUTES)


def test_a_process_that_delivers_watches(sqlite_path: Path, tmp_path: Path) -> None:
    settings = replace(
        Settings.from_env({}), database_url=f"sqlite:///{sqlite_path}", state_dir=tmp_path / "state"
    )

    parts = {
        deliver: create_services(replace(settings, deliver=deliver), config_of(a_source())).background
        for deliver in (True, False)
    }

    assert [
        deliver for deliver, found in parts.items() if any(isinstance(each, Watch) for each in found)
    ] == [True]


def test_a_restarted_process_goes_on_where_the_last_one_ended(world: Callable[..., World]) -> None:
    here = world()
    here.go(HOUR)
    here.watch = Watch(here.config, here.store, here.clock)

    assert here.go(HOUR) == []


class TooMany:
    """A store that counts no more than a quarter of an hour at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.shapes = store.shapes
        self.watching = self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store.watching, name)

    def count(self, start: float, end: float) -> list[Hour]:
        if end - start > HOUR / 4:
            raise StoreUnavailable(Trouble.LOCKED, "Too slow. Try again.")
        return self._store.watching.count(start, end)


def test_what_cannot_be_counted_at_once_is_counted_bit_by_bit(store: Store, clock: FakeClock) -> None:
    now = clock.now()
    leads_at(store, [now - SETTLED - number * TEN_MINUTES for number in range(100, 0, -1)])
    watch = Watch(config_of(a_source()), TooMany(store), clock)  # type: ignore[arg-type]

    with pytest.raises(StoreUnavailable):
        watch.look()
    clock.turn(EVERY)
    watch.look()

    assert sum(each.leads for each in store.watching.hours("website")) == 100
    assert {each.longest_gap for each in store.watching.hours("website")[1:-1]} == {TEN_MINUTES}


def test_a_clock_put_back_does_not_stop_the_watch(world: Callable[..., World]) -> None:
    here = world()
    here.clock.turn(-30 * DAY)

    look(here.watch)
    leads_at(here.store, [here.clock.now()])
    here.go(5 * EVERY)

    assert here.store.watching.sources()["website"].last_at == pytest.approx(here.clock.now() - 5 * EVERY)


def test_keeping_a_lead_writes_nothing_for_the_watch(store: Store, clock: FakeClock) -> None:
    leads_at(store, [clock.now()])

    assert store.watching.sources() == {}
    assert store.watching.hours("website") == []


def test_it_runs_in_a_thread_of_its_own_and_stops(store: Store, clock: FakeClock) -> None:
    watch = Watch(config_of(a_source()), store, clock)
    watch.start()
    began = time.perf_counter()
    watch.stop(5.0)

    assert time.perf_counter() - began < 2.0
    assert "watch" not in {thread.name for thread in threading.enumerate()}


def test_a_source_taken_out_of_the_configuration_is_left_alone(world: Callable[..., World]) -> None:
    here = world()
    here.watch = Watch(replace(here.config, sources={}), here.store, here.clock)

    assert here.go(DAY / 4, step=TEN_MINUTES) == []
