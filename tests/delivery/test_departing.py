"""A lead that meets a quiet line: stored as leaving, so that its caller waits for one commit less."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.capture import Captured, Services, capture
from gateway.clock import SystemClock
from gateway.config import Batching
from gateway.leads.identity import new_id
from gateway.leads.lead import Enquiry, State, Submission
from gateway.settings import Settings
from gateway.store.operations import Accept, MarkSending, RecordAttempt
from tests.delivery.scripted import Bench, ScriptedDialer, config, running_bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with running_bench(tmp_path, ScriptedDialer(), max_concurrency=1) as running:
        prove(running)
        yield running


def prove(bench: Bench) -> None:
    """The line has answered once, and its sender is free again."""
    bench.wait_for(bench.take(), State.DELIVERED)
    until_free(bench)


def until_free(bench: Bench) -> None:
    end = time.monotonic() + 5
    while (departure := bench.delivery.reserve("main")) is None:
        assert time.monotonic() < end, "the line never became quiet"
        time.sleep(0.01)
    departure.cancel()


def captured(bench: Bench, phone: str, *, wait: float = 5.0) -> Captured:
    """One lead through the use case, as a partner's caller that waits."""
    services = Services(
        settings=Settings(),
        config=config(),
        store=bench.store,
        recorder=bench.recorder,
        delivery=bench.delivery,
        clock=SystemClock(),
    )
    now = time.time()
    enquiry = Enquiry(
        id=new_id(now),
        source="partner",
        received_at=now,
        method="POST",
        path="/v1/leads",
        query="",
        content_type="application/json",
        headers={},
        address="127.0.0.1",
        body=b"{}",
    )
    result = capture(
        services,
        services.config.sources["partner"],
        enquiry,
        Submission(fields={"MobileNo": phone}),
        wait=wait,
        strict=True,
        quarantine=False,
    )
    assert isinstance(result, Captured)
    return result


def operations_of(bench: Bench) -> list[type]:
    """What is written from now on, in order."""
    written: list[type] = []
    transact = bench.store.transact
    bench.recorder._store = type(
        "Watched",
        (),
        {
            "transact": staticmethod(
                lambda operations: (written.extend(map(type, operations)), transact(operations))[1]
            )
        },
    )()
    return written


def test_one_caller_alone_pays_for_two_commits(bench: Bench) -> None:
    written = operations_of(bench)

    status = captured(bench, "9876543210").status

    assert (status.state, status.attempts) == (State.DELIVERED, 1)
    assert written == [Accept, RecordAttempt]


def test_a_caller_that_does_not_wait_leaves_the_sender_to_others(bench: Bench) -> None:
    written = operations_of(bench)

    lead = captured(bench, "9876543210", wait=0).status
    bench.wait_for(lead.id, State.DELIVERED)

    assert written == [Accept, MarkSending, RecordAttempt]


def test_a_duplicate_gives_its_departure_back(bench: Bench) -> None:
    first = captured(bench, "9876543210").status
    until_free(bench)
    again = captured(bench, "9876543210").status

    assert (again.state, again.dialer_lead_id) == (State.DUPLICATE, first.dialer_lead_id)
    until_free(bench)
    assert captured(bench, "9876543211").status.state is State.DELIVERED


def test_a_lead_that_may_not_be_sent_gives_its_departure_back(bench: Bench) -> None:
    bench.store.suppress("9876543210", now=time.time())

    assert captured(bench, "9876543210").status.state is State.SUPPRESSED
    until_free(bench)


def test_a_number_in_flight_elsewhere_makes_the_caller_wait_its_turn(bench: Bench) -> None:
    bench.dialer.gate.clear()
    first = bench.take(phone="9876543210")
    bench.wait_for(first, State.SENDING)
    answer = captured(bench, "9876543210", wait=0.2).status
    bench.dialer.gate.set()

    assert answer.state is State.QUEUED
    bench.wait_for(answer.id, State.DELIVERED)
    assert bench.dialer.same_number_at_once == 0


def test_a_caller_whose_time_is_up_is_told_that_the_lead_is_queued(bench: Bench) -> None:
    bench.dialer.gate.clear()

    answer = captured(bench, "9876543210", wait=0.1).status

    assert answer.state is State.QUEUED
    bench.dialer.gate.set()
    bench.wait_for(answer.id, State.DELIVERED)


def test_while_one_is_under_way_on_the_only_slot_nothing_is_reserved(bench: Bench) -> None:
    bench.dialer.gate.clear()
    bench.wait_for(bench.take(), State.SENDING)

    assert bench.delivery.reserve("main") is None


def test_a_line_that_has_not_proven_itself_reserves_nothing(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer()) as bench:
        assert bench.delivery.reserve("main") is None


def test_a_dialer_that_always_gets_batches_gets_no_lone_lead(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer(), batch=Batching.ALWAYS) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        time.sleep(0.05)

        assert bench.delivery.reserve("main") is None


def test_a_reserved_departure_counts_against_the_cap_per_second(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer(), max_per_second=2) as bench:
        prove(bench)  # the first start of this second; the second one follows
        departure = bench.delivery.reserve("main")

        assert departure is not None
        assert bench.delivery.reserve("main") is None
        departure.cancel()


def test_with_a_gate_in_the_database_leads_queue_as_ever(tmp_path: Path, postgres_database: str) -> None:
    with running_bench(tmp_path, ScriptedDialer(), url=postgres_database) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)

        assert bench.delivery.reserve("main") is None
        assert captured(bench, "9876543210").status.state is State.DELIVERED
