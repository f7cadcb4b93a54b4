"""Permits of PostgreSQL: what is counted, for how long, and whose are freed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.store import Store
from gateway.store.permits import PERMIT_LOCK
from gateway.store.transaction import Transaction
from tests.fakes import FakeClock
from tests.store.conftest import _empty
from tests.store.making import keep

LEASE = 30.0


@pytest.fixture
def open_shared(migrated_postgres: str) -> Iterator[Callable[[], Store]]:
    """Stores of one empty database, as several machines open it."""
    _empty(migrated_postgres)
    opened: list[Store] = []

    def open_shared() -> Store:
        opened.append(Store.open(migrated_postgres, clock=FakeClock()))
        return opened[-1]

    yield open_shared
    for store in opened:
        store.close()


@pytest.fixture
def shared(open_shared: Callable[[], Store]) -> Store:
    return open_shared()


def take(
    store: Store,
    permit_id: str,
    *,
    dialer: str = "main",
    owner: str = "me",
    at_once: int = 1,
    per_second: int = 0,
    lease: float = LEASE,
) -> float:
    return store.take_permit(
        permit_id, dialer, owner=owner, max_concurrency=at_once, max_per_second=per_second, lease=lease
    )


def test_only_postgresql_is_shared_by_machines(shared: Store, sqlite_store: Store) -> None:
    assert (shared.shared, sqlite_store.shared) == (True, False)


def test_a_permit_of_another_machine_counts(open_shared: Callable[[], Store]) -> None:
    one, other = open_shared(), open_shared()

    assert take(one, "1") == 0
    assert 0 < take(other, "2") < 0.1


def test_an_ended_permit_frees_its_slot(shared: Store) -> None:
    take(shared, "1")
    shared.end_permit("1")

    assert take(shared, "2") == 0


def test_a_dialer_does_not_count_what_another_one_got(shared: Store) -> None:
    take(shared, "1", per_second=1)

    assert take(shared, "2", dialer="other", per_second=1) == 0


def test_the_start_of_an_ended_request_counts_for_its_second(shared: Store) -> None:
    take(shared, "1", per_second=1)
    shared.end_permit("1")

    assert 0.9 < take(shared, "2", per_second=1) <= 1.05


def test_the_wait_that_is_named_is_long_enough(shared: Store) -> None:
    take(shared, "1", at_once=9, per_second=2)
    time.sleep(0.3)
    take(shared, "2", at_once=9, per_second=2)
    wait = take(shared, "3", at_once=9, per_second=2)
    time.sleep(wait)

    assert wait < 0.76
    assert take(shared, "3", at_once=9, per_second=2) == 0
    assert take(shared, "4", at_once=9, per_second=2) > 0


def test_a_cancelled_permit_counts_for_nothing(shared: Store) -> None:
    take(shared, "1", per_second=1)
    shared.cancel_permit("1")

    assert take(shared, "2", per_second=1) == 0


def test_a_permit_that_was_never_given_can_be_cancelled(shared: Store) -> None:
    shared.cancel_permit("1")

    assert take(shared, "2") == 0


def test_whoever_asked_first_is_given_the_slot(open_shared: Callable[[], Store]) -> None:
    busy, patient = open_shared(), open_shared()
    take(busy, "1")
    take(patient, "2", owner="other")
    busy.end_permit("1")

    assert take(busy, "3") > 0
    assert take(patient, "2", owner="other") == 0


def test_whoever_asked_first_is_given_the_start(open_shared: Callable[[], Store]) -> None:
    busy, patient = open_shared(), open_shared()
    take(busy, "1", at_once=9, per_second=1)
    wait = take(patient, "2", owner="other", at_once=9, per_second=1)
    time.sleep(wait)

    assert take(patient, "2", owner="other", at_once=9, per_second=1) == 0
    assert take(busy, "3", at_once=9, per_second=1) > 0.9


def test_a_place_is_kept_only_for_who_asks_again(shared: Store) -> None:
    take(shared, "1")
    take(shared, "gone")
    shared.end_permit("1")
    time.sleep(0.6)

    assert take(shared, "2") == 0


def test_no_cap_is_no_wait(shared: Store) -> None:
    assert [take(shared, str(number), at_once=0, per_second=0) for number in range(5)] == [0] * 5


def test_a_permit_ends_with_its_lease(shared: Store) -> None:
    take(shared, "1", lease=0.1)
    time.sleep(0.1)

    assert take(shared, "2") == 0


def test_old_rows_go_and_those_under_way_stay(shared: Store) -> None:
    take(shared, "ended", at_once=9), shared.end_permit("ended")
    take(shared, "expired", at_once=9, lease=0.1)
    take(shared, "under way", at_once=9)
    take(shared, "asked", at_once=1)
    _age(shared, 2.0)
    take(shared, "new", at_once=9)

    assert _permits(shared) == {"under way", "new"}


def test_permits_of_before_the_clock_was_set_back_do_not_stop_the_line(shared: Store) -> None:
    take(shared, "1", per_second=1)
    _age(shared, -3600.0)

    assert take(shared, "2", per_second=1) == 0


@pytest.mark.parametrize(("known", "free"), [(False, True), (True, False), (None, False)])
def test_the_permits_of_a_process_that_is_certainly_dead_are_free(
    shared: Store, known: bool | None, free: bool
) -> None:
    shared.register_process("dead", now=0.0, alive_for=20.0)  # silent for long
    take(shared, "1", owner="dead")
    shared.reap(now=1_000_000.0, alive=lambda _: known)

    assert (take(shared, "2") == 0) is free


def test_whoever_waits_for_a_permit_keeps_no_lead_from_being_stored(
    open_shared: Callable[[], Store],
) -> None:
    store, other = open_shared(), open_shared()
    locked, finished = threading.Event(), threading.Event()

    def hold(transaction: Transaction) -> None:
        transaction.lock(PERMIT_LOCK, ("main",))
        locked.set()
        finished.wait(10)

    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(other.write, hold)
        locked.wait(10)
        waiting = pool.submit(take, store, "1")
        time.sleep(0.1)
        keep(store)
        waited = not waiting.done()
        finished.set()
        holding.result()

        assert waited
        assert waiting.result() == 0


def _age(store: Store, seconds: float) -> None:
    store.write(
        lambda transaction: transaction.run(
            "UPDATE permits SET asked_at = asked_at - ?, started_at = started_at - ?, expires_at = expires_at - ?",
            (seconds, seconds, seconds),
        )
    )


def _permits(store: Store) -> set[str]:
    return store.read(lambda connection: set(connection.exec_driver_sql("SELECT id FROM permits").scalars()))
