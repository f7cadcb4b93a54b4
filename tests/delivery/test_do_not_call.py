"""A number that comes onto the do-not-call list is sent nothing more, wherever its leads are at that moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.dialer.outcome import Busy, Call, Rejected
from gateway.leads.lead import State
from gateway.store.suppressions import Added
from tests.delivery.scripted import Bench, ScriptedDialer, running_bench
from tests.delivery.test_departing import captured

PHONE = "9876543210"


@pytest.fixture
def bench(tmp_path: Path, url: str) -> Iterator[Bench]:
    """One sender, busy with another lead until the gate of its dialer is opened."""
    dialer = ScriptedDialer()
    with running_bench(tmp_path, dialer, url=url, max_concurrency=1) as running:
        yield running


def add(bench: Bench, phone: str = PHONE) -> Added:
    return bench.store.console.suppressions.add(phone, reason="asked", actor="omar", now=time.time())


def busy(bench: Bench) -> str:
    """The line has its hands full; the lead it is busy with."""
    bench.dialer.gate.clear()
    lead = bench.take()
    bench.wait_for(lead, State.SENDING)
    return lead


def test_a_lead_that_waits_in_memory_is_never_sent_and_its_caller_is_told(bench: Bench) -> None:
    first = busy(bench)
    lead = bench.take(phone=PHONE)
    ticket = bench.delivery.subscribe(lead, "partner")

    assert add(bench) == Added(new=True, stopped=1, leaving=0)
    bench.dialer.gate.set()
    told = ticket.wait(5.0)

    assert told is not None
    assert (told.state, told.reason_code) == (State.SUPPRESSED, "suppressed")
    bench.wait_for(first, State.DELIVERED)
    assert PHONE not in bench.dialer.sent


def test_a_lead_is_refused_by_the_very_commit_that_would_let_it_leave(bench: Bench) -> None:
    # As if it had been accepted while the number was added: neither has seen the other.
    first = busy(bench)
    lead = bench.take(phone=PHONE)
    bench.store.suppress(PHONE, now=time.time())
    bench.dialer.gate.set()

    bench.wait_for(lead, State.SUPPRESSED)
    bench.wait_for(first, State.DELIVERED)
    assert PHONE not in bench.dialer.sent


def test_a_departure_is_refused(bench: Bench) -> None:
    bench.wait_for(bench.take(), State.DELIVERED)
    add(bench)

    told = captured(bench, PHONE).status

    assert told.state is State.SUPPRESSED
    assert captured(bench, "9876543211").status.state is State.DELIVERED
    assert PHONE not in bench.dialer.sent


def test_a_lead_that_is_to_be_tried_again_is_not(bench: Bench) -> None:
    bench.dialer.script = lambda _: Busy(code="dialer.busy", message="later", retry_after=0.3)
    lead = bench.take(phone=PHONE)
    bench.wait_for(lead, State.QUEUED)
    end = time.monotonic() + 5
    while not bench.dialer.sent or bench.status(lead).state is not State.QUEUED:
        assert time.monotonic() < end
        time.sleep(0.01)
    tried = len(bench.dialer.sent)

    add(bench)

    assert bench.status(lead).state is State.SUPPRESSED
    time.sleep(0.8)
    assert len(bench.dialer.sent) == tried


def test_what_a_person_sends_again_is_stopped_at_the_last_moment(bench: Bench) -> None:
    bench.dialer.script = lambda _: Rejected(code="dialer.rejected", message="no")
    lead = bench.take(phone=PHONE)
    bench.wait_for(lead, State.REJECTED)
    add(bench)

    bench.store.retry([lead], now=time.time())

    bench.wait_for(lead, State.SUPPRESSED)
    assert bench.dialer.sent == [PHONE]


def test_a_call_that_waits_for_its_turn_is_not_placed(bench: Bench) -> None:
    first = busy(bench)
    answers: list[object] = []
    call = Call(agent_user="agent1", value=PHONE)
    calling = threading.Thread(
        target=lambda: answers.append(bench.delivery.calls.place("main", call).outcome)
    )
    calling.start()
    time.sleep(0.1)
    add(bench)
    bench.dialer.gate.set()
    calling.join(10)

    bench.wait_for(first, State.DELIVERED)
    assert bench.dialer.calls == []
    assert [getattr(each, "code", None) for each in answers] == ["suppressed"]


def test_a_number_taken_off_the_list_is_sent_to_again(bench: Bench) -> None:
    add(bench)
    bench.store.console.suppressions.remove(PHONE, reason="a mistake", actor="ada", now=time.time())

    lead = bench.take(phone=PHONE)

    bench.wait_for(lead, State.DELIVERED)
