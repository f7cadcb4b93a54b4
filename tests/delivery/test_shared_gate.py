"""The gate for several machines: both caps over all processes, and no permit without the database's word."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.clock import SystemClock
from gateway.delivery.gate import Permit
from gateway.delivery.shared_gate import AWAY, SharedGate
from gateway.leads.lead import State
from gateway.store import Store, StoreUnavailable, Trouble
from tests.delivery.scripted import ScriptedDialer, running_bench
from tests.delivery.test_gate import at_once


@pytest.fixture
def store(postgres_database: str) -> Iterator[Store]:
    store = Store.open(postgres_database, migrate=True)
    yield store
    store.close()


def gate(store: Store, *, concurrency: int = 2, per_second: int = 0) -> SharedGate:
    return SharedGate(
        store,
        "main",
        owner="me",
        max_concurrency=concurrency,
        max_per_second=per_second,
        timeout=5.0,
        clock=SystemClock(),
    )


def entered(gate: SharedGate) -> Permit:
    permit = gate.enter()
    assert not isinstance(permit, float)
    return permit


def test_two_machines_share_the_slots(store: Store) -> None:
    one, other = gate(store), gate(store)
    entered(one), entered(other)

    assert isinstance(one.enter(), float)
    assert isinstance(other.enter(), float)


def test_releasing_twice_gives_one_slot_back(store: Store) -> None:
    one = gate(store, concurrency=1)
    permit = entered(one)
    permit.release()
    entered(one)
    permit.release()

    assert isinstance(one.enter(), float)


def test_a_start_that_did_not_happen_is_given_back(store: Store) -> None:
    one = gate(store, concurrency=10, per_second=1)
    entered(one).cancel()

    assert not isinstance(one.enter(), float)


def test_closing_gives_everything_back(store: Store) -> None:
    one = gate(store)
    entered(one), entered(one)
    one.close()

    assert not isinstance(gate(store).enter(), float)


def test_while_the_database_is_away_nobody_enters_and_it_is_told_once() -> None:
    permits = AwayPermits()
    one = shaky_gate(permits)
    permits.away = True
    with capture_logs() as logs:
        waits = [one.enter() for _ in range(3)]

    assert waits == [AWAY] * 3
    assert [line["event"] for line in logs] == ["gate.store_away"]


def test_a_permit_that_may_have_been_written_is_cancelled_when_the_database_is_back() -> None:
    permits = AwayPermits()
    one = shaky_gate(permits)
    permits.away = True
    one.enter()
    permits.away = False
    in_doubt = permits.asked[0]
    entered(one)

    assert permits.cancelled == [in_doubt]


def test_a_permit_that_could_not_be_ended_is_ended_before_the_next_is_taken() -> None:
    permits = AwayPermits()
    one = shaky_gate(permits)
    permit = entered(one)
    permits.away = True
    permit.release()
    permits.away = False
    entered(one)

    assert permits.ended == permits.asked[:1]


def test_on_postgresql_a_request_under_way_has_a_permit(tmp_path: Path, postgres_database: str) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()
    with running_bench(tmp_path, dialer, url=postgres_database) as bench:
        lead_id = bench.take()
        bench.wait_for(lead_id, State.SENDING)
        during = _open_permits(bench.store)
        dialer.gate.set()
        bench.wait_for(lead_id, State.DELIVERED)

        assert (during, _open_permits(bench.store)) == (1, 0)


def test_three_processes_together_keep_both_caps(postgres_database: str) -> None:
    Store.migrate(postgres_database)
    context = multiprocessing.get_context("spawn")
    starts: multiprocessing.Queue[tuple[float, float]] = context.Queue()
    senders = [context.Process(target=_send_for_a_while, args=(postgres_database, starts)) for _ in range(3)]
    for sender in senders:
        sender.start()
    spans = [starts.get(timeout=60) for _ in range(3 * 20)]
    for sender in senders:
        sender.join()

    begun = sorted(start for start, _ in spans)
    assert all(later - earlier >= 1.0 for earlier, later in zip(begun, begun[20:], strict=False))
    assert 1 < max(at_once(spans, at) for at, _ in spans) <= 3


@dataclass
class AwayPermits:
    """A store that can be away."""

    away: bool = False
    asked: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def take_permit(self, permit_id: str, dialer: str, **_: object) -> float:
        self.asked.append(permit_id)
        self._refuse_while_away()
        return 0.0

    def end_permit(self, permit_id: str) -> None:
        self._refuse_while_away()
        self.ended.append(permit_id)

    def cancel_permit(self, permit_id: str) -> None:
        self._refuse_while_away()
        self.cancelled.append(permit_id)

    def _refuse_while_away(self) -> None:
        if self.away:
            raise StoreUnavailable(Trouble.ERROR, "The database server cannot be reached.")


def shaky_gate(permits: AwayPermits) -> SharedGate:
    return SharedGate(
        permits, "main", owner="me", max_concurrency=1, max_per_second=0, timeout=5.0, clock=SystemClock()
    )


def _open_permits(store: Store) -> int:
    count = "SELECT count(*) FROM permits WHERE ended_at IS NULL"
    return store.read(lambda connection: int(connection.exec_driver_sql(count).scalar_one()))


def _send_for_a_while(url: str, starts: multiprocessing.Queue[tuple[float, float]]) -> None:
    store = Store.open(url)
    one = gate(store, concurrency=3, per_second=20)
    sent = 0
    while sent < 20:
        permit = one.enter()
        if isinstance(permit, float):
            time.sleep(permit)
            continue
        while wait := permit.depart():  # on a busy machine a permit may be too old by now
            time.sleep(wait)
        start = time.monotonic()
        time.sleep(0.02)
        end = time.monotonic()
        permit.release()
        starts.put((start, end))
        sent += 1
    store.close()
