"""Group commit: everybody who waits shares a commit, and nobody's trouble becomes another's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import StatementError

from gateway.leads.lead import State
from gateway.store import Store, StoreUnavailable, Trouble
from gateway.store.operations import Accept, Operation
from gateway.store.recorder import Recorder
from tests.store.making import make_accept, make_enquiry, make_lead, same_person, state_of


class Gated:
    """A store whose transactions wait for a gate, so that others gather behind the first."""

    def __init__(self, transact: Callable[[Sequence[Operation[Any]]], list[Any]]) -> None:
        self.sizes: list[int] = []
        self.gate = threading.Event()
        self.entered = threading.Event()
        self._transact = transact

    def transact(self, operations: Sequence[Operation[Any]]) -> list[Any]:
        self.sizes.append(len(operations))
        self.entered.set()
        self.gate.wait(10)
        return self._transact(operations)


@pytest.fixture
def recorder(store: Store) -> Iterator[Recorder]:
    recorder = Recorder(store)
    yield recorder
    recorder.close()


def gather(gated: Gated, operations: Sequence[Operation[Any]]) -> list[Any]:
    """The first operation alone, then all others, which by then wait together; exceptions as results."""
    recorder = Recorder(gated)

    def record(operation: Operation[Any]) -> Any:
        try:
            return recorder.record(operation)
        except (StoreUnavailable, StatementError, ValueError) as error:
            return error

    with ThreadPoolExecutor(len(operations)) as pool:
        first = pool.submit(record, operations[0])
        gated.entered.wait(10)
        others = [pool.submit(record, operation) for operation in operations[1:]]
        waiting = recorder.waiting
        while waiting() < len(others):
            threading.Event().wait(0.001)
        gated.gate.set()
        results = [future.result(10) for future in (first, *others)]
    recorder.close()
    return results


def test_a_recorded_lead_is_in_the_store(store: Store, recorder: Recorder) -> None:
    lead = make_lead()

    accepted = recorder.record(make_accept(lead))

    assert accepted.leads[0].id == lead.id
    assert state_of(store, lead) is State.QUEUED


def test_everybody_who_waits_shares_one_commit(store: Store) -> None:
    gated = Gated(store.transact)
    leads = [make_lead(identities=(same_person(),)) for _ in range(30)]

    results = gather(gated, [make_accept(lead) for lead in leads])

    assert gated.sizes == [1, 29]
    assert [each.leads[0].id for each in results] == [lead.id for lead in leads]
    assert sum(each.leads[0].state is State.QUEUED for each in results) == 1


def test_a_poisonous_operation_fails_alone(store: Store) -> None:
    first, good, bad = make_lead(), make_lead(), make_lead()
    again = make_lead(id=first.id)  # its id exists

    results = gather(
        Gated(store.transact), [make_accept(first), make_accept(good), make_accept(again), make_accept(bad)]
    )

    assert isinstance(results[2], StatementError)
    assert [each.leads[0].id for each in (results[1], results[3])] == [good.id, bad.id]
    assert state_of(store, good) is State.QUEUED


def test_a_poisonous_enquiry_leaves_nothing_behind(store: Store, recorder: Recorder) -> None:
    kept = make_lead()
    recorder.record(make_accept(kept))
    enquiry = make_enquiry()

    with pytest.raises(StatementError):
        recorder.record(Accept(enquiry=enquiry, leads=(make_lead(id=kept.id),)))

    assert recorder.record(Accept(enquiry=enquiry, leads=(make_lead(),))).leads


def test_an_unavailable_store_is_told_to_everybody_with_an_exception_of_their_own() -> None:
    def away(operations: Sequence[Operation[Any]]) -> list[Any]:
        raise StoreUnavailable(Trouble.FULL, "Full.", retry_after=30)

    gated = Gated(away)
    results = gather(gated, [make_accept() for _ in range(5)])

    assert gated.sizes == [1, 4]
    assert [(each.code, each.retry_after) for each in results] == [(Trouble.FULL, 30)] * 5
    assert len({id(each) for each in results}) == 5


def test_a_closed_recorder_refuses() -> None:
    recorder = Recorder(Gated(lambda operations: [None] * len(operations)))
    recorder.close()

    with pytest.raises(StoreUnavailable):
        recorder.record(make_accept())


def test_many_threads_lose_nothing(store: Store, recorder: Recorder) -> None:
    leads = [make_lead() for _ in range(400)]

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda lead: recorder.record(make_accept(lead)), leads))

    assert [each.leads[0].id for each in results] == [lead.id for lead in leads]
    assert len(store.statuses([lead.id for lead in leads])) == 400
    assert store.verify() == []


def test_whoever_waits_behind_a_lock_waits_once(store: Store) -> None:
    def locked(_: Sequence[Operation[Any]]) -> list[Any]:
        raise StoreUnavailable(Trouble.LOCKED, "Another program holds the lock.")

    gated = Gated(locked)
    refused = gather(gated, [make_accept() for _ in range(5)])

    assert [error.code for error in refused] == [Trouble.LOCKED] * 5
    assert gated.sizes == [1]
