"""A dialer that is away, hangs or refuses us; processes that die: nothing stuck, nothing sent twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gateway.config import OnUnknown
from gateway.dialer.outcome import Created, Fields, NotSent, Outcome, Refused, Scope, Unknown
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.records import Hold
from tests.delivery.scripted import ScriptedDialer, running_bench

LOGIN = Refused(code="dialer.login", message="m", scope=Scope.LOGIN)


def test_while_the_circuit_is_open_new_leads_are_only_kept(tmp_path: Path) -> None:
    dialer = ScriptedDialer(script=lambda _: NotSent(code="dialer.unreachable", message="m"))
    with running_bench(tmp_path, dialer) as bench:
        for _ in range(8):
            bench.take()
        _until(lambda: not bench.delivery.lines()["main"].breaker.closed)

        assert bench.delivery.admit("main", "25062018", "partner").may_wait is False


def test_callers_are_told_pending_when_the_circuit_opens(tmp_path: Path) -> None:
    dialer = ScriptedDialer(script=lambda _: NotSent(code="dialer.unreachable", message="m"), seconds=0.02)
    with running_bench(tmp_path, dialer) as bench:
        tickets = []
        for _ in range(10):
            lead_id = bench.take()
            tickets.append(bench.delivery.subscribe(lead_id))
            bench.delivery.follow(lead_id)
        began = time.monotonic()
        last = tickets[-1].wait(20)

        assert last is None
        assert time.monotonic() - began < 10


def test_a_backlog_is_sent_when_the_dialer_is_back(tmp_path: Path, url: str) -> None:
    away = [True]

    def script(_: Fields) -> Outcome:
        return NotSent(code="dialer.unreachable", message="m") if away[0] else Created(lead_id="1")

    with running_bench(tmp_path, ScriptedDialer(script=script), url=url) as bench:
        lead_ids = [bench.take() for _ in range(30)]
        _until(lambda: not bench.delivery.lines()["main"].breaker.closed)
        away[0] = False
        for lead_id in lead_ids:
            bench.wait_for(lead_id, State.DELIVERED, seconds=30)

        assert len({bench.status(lead_id).dialer_lead_id for lead_id in lead_ids}) == 1


def test_a_hanging_dialer_does_not_let_new_callers_wait(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    with running_bench(tmp_path, dialer, max_concurrency=1) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        dialer.gate.clear()
        bench.take()
        _until(lambda: not bench.delivery.lines()["main"].open)

        assert bench.delivery.admit("main", "25062018", "partner").may_wait is False
        dialer.gate.set()


def test_the_number_of_callers_that_wait_is_bounded(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer(), max_waiting=2) as bench:
        bench.delivery.subscribe("one", "partner"), bench.delivery.subscribe("two", "partner")

        assert bench.delivery.has_room_to_wait("main", "partner") is False


def test_a_source_whose_callers_fill_the_room_leaves_others_theirs(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer(), max_waiting=4) as bench:
        delivery = bench.delivery
        tickets = [delivery.subscribe(str(number), "busy") for number in range(4)]
        assert delivery.has_room_to_wait("main", "busy") is False

        own = [delivery.subscribe(f"own {number}", "quiet") for number in range(2)]

        assert delivery.has_room_to_wait("main", "third") is True  # a third of four: one
        assert delivery.has_room_to_wait("main", "quiet") is False  # it has its half
        for ticket in (*tickets, *own):
            delivery.leave(ticket)
        assert delivery.has_room_to_wait("main", "busy") is True


def test_a_refused_login_stops_the_line_after_one_try(tmp_path: Path) -> None:
    dialer = ScriptedDialer(script=lambda _: LOGIN, seconds=0.02)
    with running_bench(tmp_path, dialer, max_concurrency=8) as bench:
        lead_ids = [bench.take() for _ in range(20)]
        for lead_id in lead_ids:
            bench.wait_for(lead_id, State.HELD)
        time.sleep(0.5)

        assert len(dialer.requests) == 1


def test_new_leads_behind_a_hold_are_held_at_once_and_say_why(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer(script=lambda _: LOGIN)) as bench:
        bench.wait_for(bench.take(), State.HELD)
        bench.wait_until_held()  # the hold is set just after the lead's own outcome is on disk
        status = bench.status(bench.take())

        assert (status.state, status.reason_code) == (State.HELD, "dialer.login")


def test_a_list_that_is_refused_holds_only_its_own_leads(tmp_path: Path, url: str) -> None:
    def script(lead: Fields) -> Outcome:
        if lead["list_id"] == "404":
            return Refused(code="list.not_found", message="m", scope=Scope.LIST)
        return Created(lead_id="1")

    with running_bench(tmp_path, ScriptedDialer(script=script), url=url) as bench:
        bench.wait_for(bench.take(list_id="404"), State.HELD)

        assert bench.status(bench.take(list_id="404")).state is State.HELD
        assert bench.wait_for(bench.take(), State.DELIVERED)


def test_held_leads_are_released_together_when_the_probe_gets_through(tmp_path: Path, url: str) -> None:
    mended = [False]

    def script(_: Fields) -> Outcome:
        return Created(lead_id="1") if mended[0] else LOGIN

    with running_bench(tmp_path, ScriptedDialer(script=script), url=url) as bench:
        lead_ids = [bench.take() for _ in range(30)]
        for lead_id in lead_ids:
            bench.wait_for(lead_id, State.HELD)
        mended[0] = True
        _probe_now(bench.store)
        for lead_id in lead_ids:
            bench.wait_for(lead_id, State.DELIVERED, seconds=20)

        assert bench.store.holds("main") == []


def test_a_lead_that_comes_in_while_another_process_holds_everything_is_held_too(
    tmp_path: Path, url: str
) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()
    now = time.time()
    hold = Hold(dialer="main", scope="login", code="dialer.login", message="m", since=now, probe_at=now + 900)
    with running_bench(tmp_path, dialer, url=url, max_concurrency=1) as bench:
        bench.take()
        _until(lambda: len(dialer.requests) == 1)
        bench.store.hold(hold)
        late = bench.take()  # this process has not heard of it yet

        assert bench.wait_for(late, State.HELD).reason_code == "dialer.login"
        (kept,) = bench.store.holds("main")
        assert kept.probe_at == hold.probe_at
        dialer.gate.set()


def test_a_probe_that_is_refused_again_keeps_everything_held(tmp_path: Path) -> None:
    dialer = ScriptedDialer(script=lambda _: LOGIN)
    with running_bench(tmp_path, dialer) as bench:
        lead_ids = [bench.take() for _ in range(5)]
        for lead_id in lead_ids:
            bench.wait_for(lead_id, State.HELD)
        sent = len(dialer.requests)
        _probe_now(bench.store)
        _until(lambda: len(dialer.requests) == sent + 1)
        for lead_id in lead_ids:
            bench.wait_for(lead_id, State.HELD)
        time.sleep(0.6)

        assert len(dialer.requests) == sent + 1


def test_a_list_without_its_form_parks_the_lead_and_holds_the_rest(tmp_path: Path) -> None:
    outcome = Unknown(code="custom_fields.not_added", message="m", scope=Scope.LIST, resend=False)
    dialer = ScriptedDialer(script=lambda _: outcome)
    with running_bench(tmp_path, dialer, on_unknown=OnUnknown.RESEND) as bench:
        bench.wait_for(bench.take(), State.UNCONFIRMED)

        assert bench.status(bench.take()).state is State.HELD
        assert len(dialer.requests) == 1


def test_leads_of_a_dead_process_go_on_and_those_that_may_have_left_are_parked(
    tmp_path: Path, url: str
) -> None:
    hanging = ScriptedDialer()
    hanging.gate.clear()
    with running_bench(tmp_path, hanging, url=url, max_concurrency=1) as dead:
        left = dead.take()
        _until(lambda: len(hanging.requests) == 1)
        waiting = dead.take()
        dead.store.leave_process(dead.delivery.owner_id)  # what a kill looks like to the others

        with running_bench(tmp_path, ScriptedDialer(), url=url) as other:
            assert other.wait_for(left, State.UNCONFIRMED).reason_code == "gateway.crashed"
            assert other.wait_for(waiting, State.DELIVERED)
            hanging.gate.set()


def test_with_resend_what_a_dead_process_may_have_sent_goes_again_marked(tmp_path: Path, url: str) -> None:
    hanging = ScriptedDialer()
    hanging.gate.clear()
    with running_bench(tmp_path, hanging, url=url) as dead:
        left = dead.take()
        _until(lambda: len(hanging.requests) == 1)
        dead.store.leave_process(dead.delivery.owner_id)
        with running_bench(tmp_path, ScriptedDialer(), url=url, on_unknown=OnUnknown.RESEND) as other:
            status = other.wait_for(left, State.DELIVERED)
            hanging.gate.set()

            assert status.possible_duplicate is True


def test_an_answer_that_comes_late_still_settles_a_parked_lead(tmp_path: Path, url: str) -> None:
    hanging = ScriptedDialer()
    hanging.gate.clear()
    with running_bench(tmp_path, hanging, url=url) as slow:
        lead_id = slow.take()
        _until(lambda: len(hanging.requests) == 1)
        slow.store.leave_process(slow.delivery.owner_id)
        with running_bench(tmp_path, ScriptedDialer(), url=url) as other:
            other.wait_for(lead_id, State.UNCONFIRMED)
            hanging.gate.set()

            assert other.wait_for(lead_id, State.DELIVERED).dialer_lead_id == "1764"


def test_stopping_gives_waiting_leads_back_to_the_queue(tmp_path: Path, url: str) -> None:
    hanging = ScriptedDialer(seconds=0.3)
    with running_bench(tmp_path, hanging, url=url, max_concurrency=1) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        lead_ids = [bench.take() for _ in range(10)]
        bench.delivery.stop(5.0)
        states = {bench.status(lead_id).state for lead_id in lead_ids}

        assert states <= {State.QUEUED, State.DELIVERED}
        assert bench.delivery.admit("main", "25062018", "partner").owner is None


def test_a_look_up_that_finds_the_lead_settles_it(tmp_path: Path) -> None:
    dialer = ScriptedDialer(
        script=lambda _: Unknown(code="dialer.no_answer", message="m"),
        can_look_up=True,
        known={"9876543210": "184"},
    )
    with running_bench(tmp_path, dialer, on_unknown=OnUnknown.LOOKUP) as bench:
        lead_id = bench.take(phone="9876543210")
        bench.wait_for(lead_id, State.UNCONFIRMED)
        status = bench.wait_for(lead_id, State.DELIVERED, seconds=15)

        assert status.dialer_lead_id == "184"
        assert len(dialer.requests) == 1


def _probe_now(store: Store) -> None:
    """Turn the hold's clock forward: somebody says the cause is mended."""
    for hold in store.holds("main"):
        store.hold(replace(hold, since=-900.0, probe_at=0.0))


def _until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come true in time")
