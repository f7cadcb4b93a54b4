"""What leaves for the dialer, when, together with what, and how often."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.config import Batching, OnUnknown
from gateway.dialer.outcome import Busy, Created, Fields, NotSent, Outcome, Rejected, Unknown
from gateway.leads.lead import State
from tests.delivery.scripted import ScriptedDialer, always_created, running_bench


def test_on_a_quiet_line_each_lead_is_one_add_lead(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer()) as bench:
        for _ in range(3):
            bench.wait_for(bench.take(), State.DELIVERED)

        assert bench.dialer.actions == ["add_lead"] * 3


def test_the_dialers_lead_id_is_kept_with_the_lead(tmp_path: Path, url: str) -> None:
    with running_bench(tmp_path, ScriptedDialer(), url=url) as bench:
        status = bench.wait_for(bench.take(), State.DELIVERED)

        assert (status.dialer_lead_id, status.dialer_status, status.attempts) == ("1764", "NEW", 1)


def test_a_caller_that_waits_is_told_the_lead_id(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer(seconds=0.1)) as bench:
        lead_id = bench.take()
        ticket = bench.delivery.subscribe(lead_id)
        bench.delivery.follow(lead_id)
        status = ticket.wait(5)

        assert status is not None
        assert status.dialer_lead_id == "1764"


def test_leads_that_wait_for_a_sender_share_one_request(tmp_path: Path) -> None:
    dialer = ScriptedDialer(seconds=0.3)
    with running_bench(tmp_path, dialer, max_concurrency=1, batch_max=20) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)  # the line has proven itself
        first = bench.take()
        time.sleep(0.1)
        waiting = [bench.take() for _ in range(10)]
        for lead_id in (first, *waiting):
            bench.wait_for(lead_id, State.DELIVERED)

        assert dialer.actions[1] == "add_lead"
        assert "add_multi_lead" in dialer.actions
        assert len(dialer.requests) < 8


def test_each_lead_of_a_shared_request_has_its_own_number(tmp_path: Path, url: str) -> None:
    dialer = ScriptedDialer(seconds=0.2)
    with running_bench(tmp_path, dialer, url=url, max_concurrency=1) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        lead_ids = [bench.take() for _ in range(12)]
        numbers = {bench.wait_for(lead_id, State.DELIVERED).dialer_lead_id for lead_id in lead_ids}

        assert len(numbers) == 12


def test_batch_never_sends_every_lead_alone(tmp_path: Path) -> None:
    dialer = ScriptedDialer(seconds=0.02)
    with running_bench(tmp_path, dialer, max_concurrency=1, batch=Batching.NEVER) as bench:
        for lead_id in [bench.take() for _ in range(10)]:
            bench.wait_for(lead_id, State.DELIVERED)

        assert set(dialer.actions) == {"add_lead"}


def test_batch_always_sends_even_one_lead_as_add_multi_lead(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    with running_bench(tmp_path, dialer, batch=Batching.ALWAYS) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        bench.wait_for(bench.take(), State.DELIVERED)

        assert dialer.actions[-1] == "add_multi_lead"


def test_no_request_carries_more_than_batch_max(tmp_path: Path) -> None:
    dialer = ScriptedDialer(seconds=0.05)
    with running_bench(tmp_path, dialer, max_concurrency=1, batch_max=3) as bench:
        for lead_id in [bench.take() for _ in range(20)]:
            bench.wait_for(lead_id, State.DELIVERED)

        assert max(len(phones) for phones in dialer.requests) <= 3


def test_never_two_requests_for_one_number_at_once(tmp_path: Path, url: str) -> None:
    dialer = ScriptedDialer(seconds=0.05)
    with running_bench(tmp_path, dialer, url=url, max_concurrency=4) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        for lead_id in [bench.take(phone=f"98765432{n % 2}0") for n in range(12)]:
            bench.wait_for(lead_id, State.DELIVERED)

        assert dialer.same_number_at_once == 0
        assert len(dialer.sent) == 13


def test_never_two_requests_for_one_number_at_once_over_two_processes(tmp_path: Path, url: str) -> None:
    dialer = ScriptedDialer(seconds=0.1)
    with running_bench(tmp_path, dialer, url=url) as one, running_bench(tmp_path, dialer, url=url) as other:
        lead_ids = [bench.take(phone="9876543210") for bench in (one, other) * 3]
        for lead_id in lead_ids:
            one.wait_for(lead_id, State.DELIVERED)

        assert dialer.same_number_at_once == 0
        assert len(dialer.sent) == 6


def test_the_cap_on_requests_at_once_holds_over_two_processes(tmp_path: Path, url: str) -> None:
    dialer = ScriptedDialer(seconds=0.05)
    with (
        running_bench(tmp_path, dialer, url=url, max_concurrency=3, batch=Batching.NEVER) as one,
        running_bench(tmp_path, dialer, url=url, max_concurrency=3, batch=Batching.NEVER) as other,
    ):
        for lead_id in [bench.take() for bench in (one, other) for _ in range(15)]:
            one.wait_for(lead_id, State.DELIVERED)

        assert 1 <= dialer.most_at_once <= 3


def test_the_cap_per_second_holds(tmp_path: Path, url: str) -> None:
    dialer = ScriptedDialer()
    with running_bench(tmp_path, dialer, url=url, max_per_second=5, batch=Batching.NEVER) as bench:
        for lead_id in [bench.take() for _ in range(12)]:
            bench.wait_for(lead_id, State.DELIVERED)

        starts = sorted(dialer.starts)
        assert all(later - earlier >= 1.0 for earlier, later in zip(starts, starts[5:], strict=False))


def test_fresh_leads_go_before_old_ones(tmp_path: Path) -> None:
    dialer = ScriptedDialer(seconds=0.02)
    with running_bench(tmp_path, dialer, start=False, max_concurrency=1, batch=Batching.NEVER) as bench:
        line = bench.delivery.lines()["main"]
        line.proven = True
        dialer.gate.clear()
        bench.take(phone="9000000000")
        old = [bench.take(phone=f"80000000{n:02}") for n in range(5)]
        queued = line.empty()
        for lead in queued:
            line.put(lead, fresh=False)
        fresh = [bench.take(phone=f"70000000{n:02}") for n in range(5)]
        dialer.gate.set()
        for lead_id in (*old, *fresh):
            bench.wait_for(lead_id, State.DELIVERED)

        order = [phone[0] for phone in dialer.sent if phone[0] in "78"]
        # The first one stood at the gate already when the fresh ones came.
        assert order[1:6].count("7") >= 4


def test_a_lead_that_was_not_sent_is_sent_again(tmp_path: Path, url: str) -> None:
    answers: list[Outcome] = [NotSent(code="dialer.unreachable", message="m"), Created(lead_id="7")]
    with running_bench(tmp_path, ScriptedDialer(script=lambda _: answers.pop(0)), url=url) as bench:
        status = bench.wait_for(bench.take(), State.DELIVERED)

        assert (status.dialer_lead_id, status.attempts) == ("7", 2)


def test_a_caller_goes_on_waiting_through_a_retry(tmp_path: Path) -> None:
    answers: list[Outcome] = [Busy(code="dialer.busy", message="m"), Created(lead_id="7")]
    with running_bench(tmp_path, ScriptedDialer(script=lambda _: answers.pop(0), seconds=0.05)) as bench:
        lead_id = bench.take()
        ticket = bench.delivery.subscribe(lead_id)
        bench.delivery.follow(lead_id)
        status = ticket.wait(5)

        assert status is not None
        assert status.dialer_lead_id == "7"


def test_a_rejected_lead_is_sent_once_and_keeps_no_other_back(tmp_path: Path, url: str) -> None:
    def script(lead: Fields) -> Outcome:
        bad = lead["phone_number"] == "1111111111"
        return Rejected(code="phone.invalid", message="m") if bad else Created(lead_id="1")

    with running_bench(tmp_path, ScriptedDialer(script=script), url=url) as bench:
        bad, good = bench.take(phone="1111111111"), bench.take()

        assert bench.wait_for(bad, State.REJECTED).reason_code == "phone.invalid"
        assert bench.wait_for(good, State.DELIVERED)
        assert bench.dialer.sent.count("1111111111") == 1


def test_hold_parks_a_lead_without_an_answer_and_sends_it_once(tmp_path: Path) -> None:
    dialer = ScriptedDialer(script=lambda _: Unknown(code="dialer.no_answer", message="m"))
    with running_bench(tmp_path, dialer) as bench:
        bench.wait_for(bench.take(), State.UNCONFIRMED)
        time.sleep(1.2)

        assert len(dialer.requests) == 1


def test_resend_sends_it_again_and_marks_a_possible_duplicate(tmp_path: Path, url: str) -> None:
    answers: list[Outcome] = [Unknown(code="dialer.no_answer", message="m"), Created(lead_id="7")]
    dialer = ScriptedDialer(script=lambda _: answers.pop(0))
    with running_bench(tmp_path, dialer, url=url, on_unknown=OnUnknown.RESEND) as bench:
        status = bench.wait_for(bench.take(), State.DELIVERED)

        assert (status.dialer_lead_id, status.possible_duplicate) == ("7", True)


def test_a_multi_call_the_dialer_cannot_read_is_sent_again_as_single_calls(tmp_path: Path) -> None:
    def script(_: Fields) -> Outcome:
        if dialer.actions[-1] == "add_multi_lead":
            return Busy(code="dialer.multi_refused", message="m")
        return Created(lead_id="1")

    dialer = ScriptedDialer(script=script, seconds=0.05)
    with running_bench(tmp_path, dialer, max_concurrency=1) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        for lead_id in [bench.take() for _ in range(6)]:
            bench.wait_for(lead_id, State.DELIVERED)

        assert dialer.actions.count("add_multi_lead") == 1


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_every_one_of_many_leads_is_sent_exactly_once(tmp_path: Path, url: str, seconds: float) -> None:
    dialer = ScriptedDialer(script=always_created(), seconds=seconds)
    with running_bench(tmp_path, dialer, url=url) as bench:
        lead_ids = [bench.take() for _ in range(200)]
        for lead_id in lead_ids:
            bench.wait_for(lead_id, State.DELIVERED, seconds=30)

        assert len(dialer.sent) == len(set(dialer.sent)) == 200
