"""The fetcher's threads: they outlive a fault of ours, and they end when told."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from gateway.asking import HttpAsker
from gateway.clock import SystemClock
from gateway.fetching import Fetcher
from gateway.fetching.desk import LEASE
from gateway.fetching.pace import AT_ONCE
from gateway.sources.pull import Answer, Question
from tests.fetching.conftest import Bench
from tests.fetching.platforms import graph_lead
from tests.sources.contract import CONFIG

ONE = "444100000001"


@dataclass
class SlowAsker:
    """Answers when it is let."""

    gate: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)

    def ask(self, question: Question) -> Answer:
        self.asked.set()
        self.gate.wait(30)
        return Answer(status=500, body=b"")


def threads_of(name: str) -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(f"fetch-{name}-")]


def test_sources_that_tell_everything_need_no_threads(sqlite_bench: Bench) -> None:
    fetcher = Fetcher(CONFIG, store=sqlite_bench.store, clock=SystemClock())
    fetcher.start()

    assert fetcher.desks == {}
    assert threads_of("ads") == []
    fetcher.stop(0.1)


def test_threads_end_when_told(sqlite_bench: Bench) -> None:
    fetcher = Fetcher(sqlite_bench.config, store=sqlite_bench.store, clock=SystemClock())
    fetcher.start()
    assert len(threads_of("ads")) == AT_ONCE

    fetcher.stop(5.0)

    assert threads_of("ads") == []


def test_a_question_under_way_does_not_hold_up_the_end(sqlite_bench: Bench) -> None:
    sqlite_bench.announce(ONE)
    asker = SlowAsker()
    fetcher = Fetcher(sqlite_bench.config, store=sqlite_bench.store, clock=SystemClock(), asker=asker)
    fetcher.start()
    assert asker.asked.wait(5)

    began = time.monotonic()
    fetcher.stop(0.2)

    assert time.monotonic() - began < 2
    asker.gate.set()


@dataclass
class FaultyAsker:
    """Meets a fault of ours first."""

    failed: threading.Event = field(default_factory=threading.Event)

    def ask(self, question: Question) -> Answer:
        if not self.failed.is_set():
            self.failed.set()
            raise RuntimeError("a fault")
        return HttpAsker().ask(question)


def test_a_fault_of_ours_ends_neither_the_threads_nor_the_lead(sqlite_bench: Bench) -> None:
    sqlite_bench.platform.leads[ONE] = graph_lead(ONE)
    (lead_id,) = sqlite_bench.announce(ONE)
    asker = FaultyAsker()
    fetcher = Fetcher(sqlite_bench.config, store=sqlite_bench.store, clock=sqlite_bench.clock, asker=asker)
    fetcher.start()
    assert asker.failed.wait(5)

    end = time.monotonic() + 10
    while sqlite_bench.told(lead_id)[0] != "queued" and time.monotonic() < end:
        sqlite_bench.clock.turn(LEASE)  # again and again: a thread may just have looked at the time
        time.sleep(0.02)
    fetcher.stop(5.0)

    assert sqlite_bench.told(lead_id)[0] == "queued"
