"""A person pauses a dialer: leads are taken in and wait, nothing new is sent, by no process, until it is resumed."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from gateway.clock import SystemClock
from gateway.delivery.batch import Marked
from gateway.delivery.holds import Holds
from gateway.delivery.line import Line
from gateway.delivery.pausing import CALL_MESSAGE, PAUSED
from gateway.delivery.shipping import Shipper
from gateway.delivery.waiting import Waiters
from gateway.dialer.outcome import Call, NotSent, Refused, Scope
from gateway.leads.lead import State
from gateway.metrics import REGISTRY
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.lines import Closed
from tests.delivery.scripted import Bench, ScriptedDialer, config, running_bench

SOON = 1.5  # seconds in which every process has heeded a pause


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running_bench(tmp_path, ScriptedDialer()) as running:
        yield running


def deed(action: str) -> Deed:
    return Deed(actor="omar", action=action, subject="dialer", subject_id="main", reason="new lists")


def pause(bench: Bench) -> None:
    assert bench.store.console.lines.pause("main", deed("dialer.paused"), now=time.time())


def resume(bench: Bench) -> None:
    assert bench.store.console.lines.resume("main", deed("dialer.resumed"), now=time.time())


def until_heeded(bench: Bench, *, halted: bool = True) -> None:
    end = time.monotonic() + SOON
    while bench.delivery.lines()["main"].halted != halted:
        assert time.monotonic() < end, "the pause was not heeded in time"
        time.sleep(0.01)


def test_a_lead_for_a_paused_dialer_is_kept_and_goes_when_it_is_resumed(bench: Bench) -> None:
    pause(bench)
    until_heeded(bench)

    admission = bench.delivery.admit("main", "25062018", "partner")
    lead = bench.take()

    assert (admission.owner, admission.state, admission.may_wait) == (None, State.QUEUED, False)
    assert bench.delivery.reserve("main") is None
    assert (bench.status(lead).state, bench.status(lead).reason_code) == (State.QUEUED, PAUSED)
    assert bench.dialer.sent == []

    resume(bench)
    assert bench.wait_for(lead, State.DELIVERED).reason_code is None


def test_what_is_under_way_finishes(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()
    with running_bench(tmp_path, dialer) as bench:
        lead = bench.take()
        bench.wait_for(lead, State.SENDING)
        pause(bench)
        until_heeded(bench)
        dialer.gate.set()

        assert bench.wait_for(lead, State.DELIVERED).dialer_lead_id is not None


def test_no_request_of_any_process_starts_later_than_the_pause_is_heeded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/gateway.db"
    options = {"max_concurrency": 2, "max_per_second": 20, "batch_max": 3}
    first, second = ScriptedDialer(seconds=0.05), ScriptedDialer(seconds=0.05)
    with (
        running_bench(tmp_path, first, url=url, **options) as one,
        running_bench(tmp_path, second, url=url, **options) as two,
    ):
        two.numbers = iter(range(500_000, 600_000))
        enough = threading.Event()

        def bring(bench: Bench) -> None:
            while not enough.wait(0.005):
                bench.take()

        senders = [threading.Thread(target=bring, args=(each,)) for each in (one, two)]
        for each in senders:
            each.start()
        time.sleep(0.6)
        pause(one)
        paused_at = time.monotonic()
        time.sleep(SOON + 0.4)
        enough.set()
        for each in senders:
            each.join()

        starts = first.starts + second.starts
        assert any(start < paused_at for start in starts)
        assert [round(start - paused_at, 2) for start in starts if start > paused_at + SOON] == []
        assert one.store.backlog("main").by_state.keys() <= {
            State.QUEUED
        }  # nothing is left as if it were leaving

        before = len(starts)
        resume(one)
        end = time.monotonic() + 5
        while len(first.starts) + len(second.starts) <= before:
            assert time.monotonic() < end, "nothing went after it was resumed"
            time.sleep(0.02)


def test_a_marked_lead_that_waits_for_a_slot_returns_to_the_queue(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    with running_bench(tmp_path, dialer, max_concurrency=1, batch="never") as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        dialer.gate.clear()
        under_way, waits = bench.take(), bench.take()
        bench.wait_for(under_way, State.SENDING)
        bench.wait_for(waits, State.SENDING)  # marked, and without a slot
        pause(bench)

        back = bench.wait_for(waits, State.QUEUED, seconds=SOON + 1)
        story = bench.store.story(waits)
        assert back.reason_code == PAUSED
        assert story is not None
        assert [(each.outcome, each.reason_code) for each in story.attempts] == [("not_sent", PAUSED)]
        assert len(dialer.sent) == 2


def test_a_restarted_process_sends_nothing_while_the_dialer_is_paused(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer()) as before:
        pause(before)
        until_heeded(before)
        lead = before.take()
    dialer = ScriptedDialer()
    with running_bench(tmp_path, dialer) as after:
        assert after.delivery.lines()["main"].halted
        time.sleep(0.4)
        assert dialer.sent == []
        resume(after)
        after.wait_for(lead, State.DELIVERED)


def test_a_held_lead_is_not_probed_while_the_dialer_is_paused(tmp_path: Path) -> None:
    refusing = ScriptedDialer(script=lambda _: Refused(code="list.not_found", message="x", scope=Scope.LIST))
    with running_bench(tmp_path, refusing) as bench:
        bench.wait_for(bench.take(), State.HELD)
        pause(bench)
        until_heeded(bench)
        sent = len(refusing.sent)
        bench.store.write(lambda transaction: transaction.run("UPDATE holds SET probe_at = 0", ()))
        time.sleep(1.3)

        assert len(refusing.sent) == sent


class Flickering:
    """A line that a person pauses and resumes again and again."""

    def __init__(self) -> None:
        self.config = config().dialers["main"]
        self._looks = itertools.cycle([False, True, False])

    @property
    def halted(self) -> bool:
        return next(self._looks)

    def permit_released(self) -> None:
        return None

    def finish(self, leads: object) -> None:
        return None


class Unready:
    """A permit that never lets its request leave."""

    cancelled = False

    def depart(self) -> float:
        return 0.001

    def release(self) -> None:
        self.cancel()

    def cancel(self) -> None:
        self.cancelled = True


def test_a_request_whose_turn_has_not_come_does_not_leave_by_a_pause_that_ends(bench: Bench) -> None:
    clock = SystemClock()
    shipper = Shipper(
        owner="machine:1",
        dialer=bench.dialer,
        recorder=bench.recorder,
        waiters=Waiters(lambda _: {}),
        holds=Holds(bench.store, clock),
        clock=clock,
    )
    permit = Unready()

    shipper.ship(cast("Line", Flickering()), Marked(attempt_id="a", leads=(), multi=True), permit)

    assert permit.cancelled
    assert bench.dialer.requests == []


def test_a_call_is_refused_while_the_dialer_is_paused(bench: Bench) -> None:
    pause(bench)

    answer = bench.delivery.calls.place("main", Call(agent_user="agent1", value="9876543210"))

    assert answer.outcome == Refused(code=PAUSED, message=CALL_MESSAGE, scope=Scope.LINE)
    assert bench.dialer.calls == []


def test_the_metric_says_that_the_dialer_is_paused(bench: Bench) -> None:
    def value() -> float | None:
        return REGISTRY.get_sample_value("gw_line_paused", {"destination": "main"})

    assert value() == 0.0
    pause(bench)
    until_heeded(bench)
    assert value() == 1.0
    resume(bench)
    until_heeded(bench, halted=False)


def wait_for_report(bench: Bench, closed: Closed | None) -> object:
    end = time.monotonic() + 3
    while True:
        reports = bench.store.console.lines.reports(now=time.time())
        if reports and reports[0].reason is closed:
            return reports[0]
        assert time.monotonic() < end, reports
        time.sleep(0.02)


def test_each_process_reports_its_lines_and_takes_them_back_when_it_leaves(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer()) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        pause(bench)
        wait_for_report(bench, Closed.PAUSED)
        resume(bench)
        wait_for_report(bench, None)

        (report,) = bench.store.console.lines.reports(now=time.time())
        assert (report.owner, report.is_open) == (bench.delivery.owner_id, True)
        assert report.last_outcome == "created"
        assert report.last_answer_at is not None

    store = Store.open(f"sqlite:///{tmp_path}/gateway.db")
    assert store.console.lines.reports(now=time.time()) == []
    store.close()


def test_a_line_whose_dialer_is_away_says_so_and_when_it_is_tried_again(tmp_path: Path) -> None:
    away = ScriptedDialer(script=lambda _: NotSent(code="dialer.unreachable", message="x"))
    with running_bench(tmp_path, away) as bench:
        for _ in range(8):
            bench.take()
        wait_for_report(bench, Closed.AWAY)

        (report,) = bench.store.console.lines.reports(now=time.time())
        assert not report.is_open
        assert report.opens_at is not None
        assert report.last_answer_at is None
        assert report.last_outcome == "not_sent"
