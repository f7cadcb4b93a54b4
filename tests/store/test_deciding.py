"""Decisions about parked leads: resolve, retry, discard, look again."""

from __future__ import annotations

from gateway.leads.lead import Problem, State
from gateway.store import Store
from gateway.store.records import NewLead
from tests.store.making import (
    NOW,
    OWNER,
    accept,
    keep,
    make_lead,
    record,
    result,
    same_person,
    send,
    state_of,
)


def unconfirmed(store: Store, *, next_at: float | None = None, attempt_id: str = "attempt-1") -> NewLead:
    lead = keep(store, owner=OWNER, identities=(same_person(attempt_id),))
    send(store, lead, attempt_id)
    ended = result(lead, State.UNCONFIRMED, "unknown", reason_code="dialer.no_answer", next_at=next_at)
    store.transact([record(ended, attempt_id=attempt_id)])
    return lead


def test_a_resolved_lead_is_delivered_and_says_by_whom(store: Store) -> None:
    lead, other = unconfirmed(store), unconfirmed(store, attempt_id="attempt-2")

    assert store.resolve(lead.id, dialer_lead_id="77", reason="Seen in the dialer.", now=NOW + 9) is True
    assert store.resolve(lead.id, dialer_lead_id="78", reason="Again.", now=NOW + 9) is False

    story = store.story(lead.id)
    assert story is not None
    assert (story.lead.state, story.lead.dialer_lead_id) == (State.DELIVERED, "77")
    assert [each.outcome for each in story.attempts] == ["unknown", "resolved"]
    assert state_of(store, other) is State.UNCONFIRMED


def test_a_retried_lead_is_queued_and_may_be_a_duplicate(store: Store) -> None:
    lead = unconfirmed(store)
    delivered = keep(store, owner=OWNER)
    send(store, delivered, "attempt-2")
    store.transact([record(result(delivered), attempt_id="attempt-2")])

    assert store.retry([lead.id, delivered.id, "unknown"], now=NOW + 9) == {lead.id}

    status = store.status(lead.id)
    assert status is not None
    assert (status.state, status.possible_duplicate, status.reason_code) == (State.QUEUED, True, None)
    assert [each.id for each in store.claim_due("main", owner=OWNER, limit=9, now=NOW + 9)] == [lead.id]


def test_a_lead_the_dialer_was_asked_for_is_no_possible_duplicate(store: Store) -> None:
    lead = unconfirmed(store, next_at=NOW + 5)

    due = store.unconfirmed_due("main", now=NOW + 5, limit=9)
    store.look_again(lead.id, at=NOW + 10)
    between = store.unconfirmed_due("main", now=NOW + 9, limit=9)
    second = store.unconfirmed_due("main", now=NOW + 10, limit=9)
    store.retry([lead.id], now=NOW + 11)

    assert [(each.id, each.looked_up) for each in due] == [(lead.id, False)]
    assert between == []
    assert [(each.id, each.looked_up) for each in second] == [(lead.id, True)]
    status = store.status(lead.id)
    assert status is not None
    assert status.possible_duplicate is False


def test_an_unconfirmed_lead_without_a_look_is_left_to_a_person(store: Store) -> None:
    unconfirmed(store, next_at=None)

    assert store.unconfirmed_due("main", now=NOW + 1e6, limit=9) == []


def test_a_discarded_lead_stays_visible_and_its_person_may_enquire_again(store: Store) -> None:
    lead, other = unconfirmed(store), unconfirmed(store, attempt_id="attempt-2")
    quarantined = keep(store, state=State.QUARANTINED)

    changed = store.discard([lead.id, quarantined.id], reason="A joke.", now=NOW + 9)

    assert changed == {lead.id, quarantined.id}
    status = store.status(lead.id)
    assert status is not None
    assert (status.state, status.reason_code, status.message) == (
        State.REJECTED,
        "operator.discarded",
        "A joke.",
    )
    assert state_of(store, other) is State.UNCONFIRMED
    again = accept(store, make_lead(identities=(same_person("attempt-1"),)))
    assert again.leads[0].state is State.QUEUED
    assert store.discard([lead.id], reason="Twice.", now=NOW + 10) == frozenset()


def test_a_lead_that_was_taken_for_spam_is_released_into_the_queue(store: Store) -> None:
    why = Problem(field="", code="spam.trapped", message="Probably a program.")
    spam = keep(store, state=State.QUARANTINED, problems=(why,), reason_code=why.code, message=why.message)
    other = keep(store, state=State.QUARANTINED)

    assert store.retry([spam.id], now=NOW + 9) == {spam.id}

    story = store.story(spam.id)
    assert story is not None
    assert (story.lead.state, story.lead.reason_code, story.problems) == (State.QUEUED, None, (why,))
    assert [each.id for each in store.claim_due("main", owner=OWNER, limit=9, now=NOW + 9)] == [spam.id]
    assert state_of(store, other) is State.QUARANTINED
    assert store.verify() == []


def test_what_could_not_be_made_a_lead_is_never_queued(store: Store) -> None:
    unreadable = keep(store, state=State.QUARANTINED, phone="", fields={})

    assert store.retry([unreadable.id], now=NOW) == frozenset()
    store.discard([unreadable.id], reason="Empty.", now=NOW)
    assert store.retry([unreadable.id], now=NOW) == frozenset()
    assert state_of(store, unreadable) is State.REJECTED
