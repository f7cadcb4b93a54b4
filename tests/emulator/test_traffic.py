"""What the emulator knows about its requests: concurrency, starts, overlaps, and the bound on its memory."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from gateway.emulator.traffic import Traffic, most_in_any_second
from tests.emulator.asking import SAMPLE_LEAD, add_batch, add_lead, call, changed, post
from tests.running import EmulatorHandle, running_emulator


def test_requests_are_counted_by_action(emulator: EmulatorHandle) -> None:
    add_lead(emulator)
    add_lead(emulator, phone_number="")
    add_batch(emulator)
    call(emulator)
    add_lead(emulator, action="nonsense")

    report = emulator.requests()
    assert report.by_action == {"add_lead": 2, "add_multi_lead": 1, "manual_dial": 1, "other": 1}
    assert report.total == len(report.starts) == report.max_in_any_second == 5
    assert report.starts == sorted(report.starts)


def test_the_most_at_once_is_seen(emulator: EmulatorHandle) -> None:
    at_once(emulator, [str(9000000000 + number) for number in range(6)])

    report = emulator.requests()
    assert report.max_concurrent == 6
    assert report.max_concurrent_per_phone == 1
    assert report.phone_overlaps == 0
    assert report.in_flight == 0


def test_one_number_in_flight_twice_is_seen(emulator: EmulatorHandle) -> None:
    at_once(emulator, ["9000000000"] * 3)

    report = emulator.requests()
    assert report.max_concurrent_per_phone == 3
    assert report.phone_overlaps == 2


def test_requests_one_after_another_do_not_overlap(emulator: EmulatorHandle) -> None:
    for _ in range(3):
        add_lead(emulator)

    report = emulator.requests()
    assert (report.max_concurrent, report.phone_overlaps) == (1, 0)


def test_only_so_many_are_served_together(emulator: EmulatorHandle) -> None:
    emulator.set(delay=0.05, at_a_time=2)
    started = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: add_lead(emulator), range(6)))

    assert time.monotonic() - started >= 3 * 0.05
    assert emulator.requests().max_concurrent == 6


def test_lifting_the_limit_lets_the_waiting_in() -> None:
    traffic = Traffic(keep=10, at_a_time=1)
    inside = threading.Event()

    def second() -> None:
        with traffic.visit("add_lead", []):
            inside.set()

    with traffic.visit("add_lead", []):
        waiting = threading.Thread(target=second)
        waiting.start()
        assert not inside.wait(0.05)
        traffic.limit(0)
        assert inside.wait(2)
    waiting.join()


def test_the_second_slides() -> None:
    assert most_in_any_second([]) == 0
    assert most_in_any_second([0.0, 0.5, 1.0, 1.4, 1.6]) == 3
    assert most_in_any_second([0.0, 1.0, 2.0]) == 1


def test_memory_is_bounded_and_the_counters_stay_exact() -> None:
    with running_emulator(keep=3) as emulator:
        for number in range(5):
            add_lead(emulator, phone_number=str(9000000000 + number), prospects_id=f"P-{number}")

        assert [lead["lead_id"] for lead in emulator.leads()] == [1766, 1767, 1768]
        assert emulator.state.ledger.leads_total == 5
        assert len(emulator.requests().starts) == 3
        assert emulator.requests().total == 5
        assert emulator.state.ledger.with_phone("9000000000") == []
        assert emulator.state.ledger.with_reference("P-0") == []
        assert [lead.lead_id for lead in emulator.state.ledger.with_id("1766")] == [1766]
        assert emulator.state.ledger.with_id("1765") == []


def at_once(emulator: EmulatorHandle, phones: list[str]) -> None:
    """All of them are in flight before the first is answered."""
    emulator.set(delay=60)
    with ThreadPoolExecutor(len(phones)) as pool:
        for phone in phones:
            pool.submit(post, emulator, changed(SAMPLE_LEAD, phone_number=phone))
        deadline = time.monotonic() + 10
        while emulator.requests().in_flight < len(phones) and time.monotonic() < deadline:
            time.sleep(0.005)
        emulator.state.closing.set()
    emulator.state.closing.clear()
