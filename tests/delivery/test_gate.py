"""The caps towards the dialer hold over all processes of the machine, in every sliding second."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from multiprocessing.synchronize import Event
from pathlib import Path

from gateway.clock import SystemClock
from gateway.delivery.gate import HostGate, Permit
from tests.delivery.turning import TurnedClock


def gate(
    tmp_path: Path, *, concurrency: int = 2, per_second: int = 0, clock: TurnedClock | None = None
) -> HostGate:
    return HostGate(
        tmp_path, "main", max_concurrency=concurrency, max_per_second=per_second, clock=clock or TurnedClock()
    )


def entered(gate: HostGate) -> Permit:
    permit = gate.enter()
    assert not isinstance(permit, float)
    return permit


def test_no_more_requests_at_once_than_there_are_slots(tmp_path: Path) -> None:
    one = gate(tmp_path)
    entered(one), entered(one)

    assert isinstance(one.enter(), float)


def test_a_released_slot_is_free_again(tmp_path: Path) -> None:
    one = gate(tmp_path, concurrency=1)
    entered(one).release()

    assert not isinstance(one.enter(), float)


def test_releasing_twice_gives_one_slot_back(tmp_path: Path) -> None:
    one = gate(tmp_path, concurrency=1)
    permit = entered(one)
    permit.release()
    entered(one)
    permit.release()

    assert isinstance(one.enter(), float)


def test_two_gates_of_one_dialer_share_the_slots(tmp_path: Path) -> None:
    one, other = gate(tmp_path), gate(tmp_path)
    entered(one), entered(other)

    assert isinstance(one.enter(), float)
    assert isinstance(other.enter(), float)


def test_the_start_after_the_last_allowed_one_waits_for_the_second_to_pass(tmp_path: Path) -> None:
    clock = TurnedClock()
    one = gate(tmp_path, concurrency=10, per_second=2, clock=clock)
    entered(one), entered(one)
    wait = one.enter()
    assert isinstance(wait, float)

    clock.turn(wait)

    assert not isinstance(one.enter(), float)


def test_a_start_that_did_not_happen_is_given_back(tmp_path: Path) -> None:
    one = gate(tmp_path, concurrency=10, per_second=1)
    entered(one).cancel()

    assert not isinstance(one.enter(), float)


def test_a_permit_that_waited_for_a_slow_commit_is_exchanged_for_a_new_start(tmp_path: Path) -> None:
    clock = TurnedClock()
    one = gate(tmp_path, concurrency=10, per_second=2, clock=clock)
    slow = entered(one)
    clock.turn(0.9)
    entered(one)

    assert slow.depart() == 0.0, "its old start is given back, and a new one is free"
    clock.turn(0.2)
    assert isinstance(one.enter(), float), "both starts lie within the last second"


def test_a_permit_whose_second_is_full_waits_at_departure(tmp_path: Path) -> None:
    clock = TurnedClock()
    one = gate(tmp_path, concurrency=10, per_second=1, clock=clock)
    slow = entered(one)
    clock.turn(1.1)
    entered(one)
    wait = slow.depart()
    assert wait > 0

    clock.turn(wait)

    assert slow.depart() == 0.0


def test_a_killed_process_leaves_no_slot_behind(tmp_path: Path) -> None:
    ready = multiprocessing.get_context("spawn").Event()
    holder = multiprocessing.get_context("spawn").Process(target=_hold_a_slot, args=(tmp_path, ready))
    holder.start()
    assert ready.wait(30)
    one = gate(tmp_path, concurrency=1)
    assert isinstance(one.enter(), float)

    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()

    assert not isinstance(one.enter(), float)


def test_three_processes_together_keep_both_caps(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    starts: multiprocessing.Queue[tuple[float, float]] = context.Queue()
    senders = [context.Process(target=_send_for_a_while, args=(tmp_path, starts)) for _ in range(3)]
    for sender in senders:
        sender.start()
    spans = [starts.get(timeout=60) for _ in range(3 * 20)]
    for sender in senders:
        sender.join()

    begun = sorted(start for start, _ in spans)
    assert all(later - earlier >= 1.0 for earlier, later in zip(begun, begun[20:], strict=False))
    assert max(at_once(spans, at) for at, _ in spans) <= 3


def at_once(spans: list[tuple[float, float]], at: float) -> int:
    return sum(1 for start, end in spans if start <= at < end)


def _hold_a_slot(path: Path, ready: Event) -> None:
    HostGate(path, "main", max_concurrency=1, max_per_second=0, clock=SystemClock()).enter()
    ready.set()
    time.sleep(60)


def _send_for_a_while(path: Path, starts: multiprocessing.Queue[tuple[float, float]]) -> None:
    gate = HostGate(path, "main", max_concurrency=3, max_per_second=20, clock=SystemClock())
    sent = 0
    while sent < 20:
        permit = gate.enter()
        if isinstance(permit, float):
            time.sleep(permit)
            continue
        start = time.monotonic()
        time.sleep(0.005)
        end = time.monotonic()
        permit.release()
        starts.put((start, end))
        sent += 1
