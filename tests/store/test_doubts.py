"""A commit whose answer was lost: what it left behind is undone before the process goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.leads.lead import State
from gateway.store import Store, StoreUnavailable, Trouble
from gateway.store.database import Database
from gateway.store.operations import Mark, Operation
from gateway.store.records import InFlight
from tests.store.making import NOW, OWNER, accept, keep, make_accept, make_claim, make_lead, mark, state_of


@pytest.fixture
def lose_answer(store: Store) -> Callable[[Operation[object]], None]:
    """Commits the operation, and tells the caller that nobody knows."""
    database: Database = store._database
    told = database.committed

    def lose(operation: Operation[object]) -> None:
        def refuse() -> None:
            database.committed = told  # type: ignore[method-assign]
            raise StoreUnavailable(Trouble.ERROR, "The answer was lost.")

        database.committed = refuse  # type: ignore[method-assign]
        with pytest.raises(StoreUnavailable) as refused:
            store.transact([operation])
        assert refused.value.in_doubt

    return lose


def test_a_lead_that_no_line_has_is_free_for_every_process(
    store: Store, lose_answer: Callable[[Operation[object]], None]
) -> None:
    lead = make_lead(owner=OWNER)
    lose_answer(make_accept(lead))
    assert state_of(store, lead) is State.QUEUED

    assert [each.id for each in store.claim_due("main", owner="me", limit=10, now=NOW)] == [lead.id]


def test_its_key_is_told_the_leads_state_at_once(
    store: Store, lose_answer: Callable[[Operation[object]], None]
) -> None:
    lead = make_lead(owner=OWNER)
    lose_answer(make_accept(lead, claim=make_claim()))

    again = store.transact([make_accept(make_lead(), claim=make_claim())])[0]

    assert again.idempotency == InFlight(lead_id=lead.id)


def test_a_lead_marked_without_our_knowing_may_be_marked_again(
    store: Store, lose_answer: Callable[[Operation[object]], None]
) -> None:
    lead = keep(store, owner=OWNER)
    lose_answer(mark(lead, attempt_id="lost"))
    assert state_of(store, lead) is State.SENDING

    marks = store.transact([mark(lead, attempt_id="known")])[0]
    status = store.status(lead.id)

    assert marks == {lead.id: Mark.SENT_OK}
    assert status is not None
    assert status.attempts == 1


def test_what_was_settled_once_is_not_touched_again(
    store: Store, lose_answer: Callable[[Operation[object]], None]
) -> None:
    lead = make_lead(owner=OWNER)
    lose_answer(make_accept(lead))
    store.claim_due("main", owner=OWNER, limit=10, now=NOW)
    accept(store, make_lead())

    assert store.transact([mark(lead)])[0] == {lead.id: Mark.SENT_OK}


def test_a_lead_that_may_have_been_kept_as_sending_goes_back_into_the_queue(
    store: Store, lose_answer: Callable[[Operation[object]], None]
) -> None:
    lead = make_lead(owner=OWNER, attempt_id="attempt-1")
    lose_answer(make_accept(lead))
    assert state_of(store, lead) is State.SENDING

    assert [each.id for each in store.claim_due("main", owner="me", limit=10, now=NOW)] == [lead.id]
    status = store.status(lead.id)
    assert status is not None
    assert status.attempts == 0
