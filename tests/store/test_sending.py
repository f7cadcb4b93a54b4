"""Sending: one request per number, outcomes that count for their own attempt alone, leads given back."""

from __future__ import annotations

import pytest

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.operations import Mark, Release
from tests.store.making import (
    NOW,
    OTHER,
    OWNER,
    accept,
    keep,
    make_lead,
    mark,
    record,
    result,
    send,
    state_of,
)


def test_only_a_queued_lead_of_ours_may_leave(store: Store) -> None:
    ours = keep(store, owner=OWNER)
    theirs = keep(store, owner=OTHER)
    unowned = keep(store)
    held = keep(store, state=State.HELD, owner=OWNER, hold_scope="login")
    other_dialer = keep(store, owner=OWNER, dialer="second")

    marks = store.transact([mark(ours, theirs, unowned, held, other_dialer)])[0]

    assert marks == {
        ours.id: Mark.SENT_OK,
        theirs.id: Mark.LOST,
        unowned.id: Mark.LOST,
        held.id: Mark.LOST,
        other_dialer.id: Mark.LOST,
    }
    assert state_of(store, ours) is State.SENDING
    assert state_of(store, theirs) is State.QUEUED


def test_a_lead_that_does_not_exist_is_lost(store: Store) -> None:
    lead = keep(store, owner=OWNER)

    marks = store.transact([mark(lead), mark(lead, attempt_id="attempt-2")])

    assert [each[lead.id] for each in marks] == [Mark.SENT_OK, Mark.PHONE_BUSY]


def test_two_leads_of_one_number_never_leave_together(store: Store) -> None:
    first = keep(store, owner=OWNER, phone="9811111111")
    second = keep(store, owner=OTHER, phone="9811111111")
    stranger = keep(store, owner=OTHER)

    together = store.transact([mark(first), mark(second, stranger, attempt_id="attempt-2", owner=OTHER)])
    later = store.transact([mark(second, attempt_id="attempt-3", owner=OTHER)])[0]

    assert together[0] == {first.id: Mark.SENT_OK}
    assert together[1] == {second.id: Mark.PHONE_BUSY, stranger.id: Mark.SENT_OK}
    assert later == {second.id: Mark.PHONE_BUSY}


def test_a_number_is_free_again_once_its_outcome_is_recorded(store: Store) -> None:
    first = keep(store, owner=OWNER, phone="9811111111")
    second = keep(store, owner=OWNER, phone="9811111111")
    send(store, first)

    _, marks = store.transact([record(result(first)), mark(second, attempt_id="attempt-2")])

    assert marks == {second.id: Mark.SENT_OK}


def test_one_number_may_be_in_flight_to_two_dialers(store: Store) -> None:
    first = keep(store, owner=OWNER, phone="9811111111", dialer="second")
    send(store, first)
    second = keep(store, owner=OWNER, phone="9811111111")

    assert store.transact([mark(second)])[0] == {second.id: Mark.SENT_OK}


def test_a_number_suppressed_after_the_claim_is_not_sent(store: Store) -> None:
    lead = keep(store, owner=OWNER)
    other = keep(store, owner=OWNER)
    store.suppress(lead.phone, now=NOW)

    marks = store.transact([mark(lead, other)])[0]

    assert marks == {lead.id: Mark.SUPPRESSED, other.id: Mark.SENT_OK}
    assert state_of(store, lead) is State.SUPPRESSED


def test_an_outcome_is_written_down_with_its_attempt(store: Store) -> None:
    lead = keep(store, owner=OWNER)
    send(store, lead)

    delivered = result(lead, dialer_lead_id="1764", dialer_list_id="25062018", dialer_status="NEW")
    applied = store.transact([record(delivered)])[0]

    assert applied == {lead.id}
    story = store.story(lead.id)
    assert story is not None
    assert (story.lead.state, story.lead.dialer_lead_id, story.lead.dialer_status) == (
        State.DELIVERED,
        "1764",
        "NEW",
    )
    assert story.lead.attempts == 1
    assert story.lead.updated_at == NOW + 1
    assert [(each.attempt_id, each.outcome, each.response) for each in story.attempts] == [
        ("attempt-1", "created", "SUCCESS")
    ]


def test_leads_of_one_request_share_its_response(store: Store) -> None:
    first, second = keep(store, owner=OWNER), keep(store, owner=OWNER)
    store.transact([mark(first, second)])
    store.transact([record(result(first), result(second), response="two leads")])

    stories = [store.story(lead.id) for lead in (first, second)]

    assert [each.attempts[0].response for each in stories if each] == ["two leads", "two leads"]


def test_an_outcome_of_another_attempt_is_not_applied(store: Store) -> None:
    lead = keep(store, owner=OWNER)
    send(store, lead, "attempt-1")
    store.transact([record(result(lead, State.QUEUED, "busy", next_at=NOW), attempt_id="attempt-1")])
    store.claim_due("main", owner=OTHER, limit=1, now=NOW)
    send(store, lead, "attempt-2", owner=OTHER)

    late = store.transact([record(result(lead), attempt_id="attempt-1")])[0]

    assert late == frozenset()
    assert state_of(store, lead) is State.SENDING


def test_an_outcome_that_comes_after_all_ends_an_unconfirmed_lead(store: Store) -> None:
    lead = keep(store, owner=OWNER)
    send(store, lead)
    store.reap(now=NOW, alive=lambda _: False)

    applied = store.transact([record(result(lead, dialer_lead_id="9"))])[0]

    assert applied == {lead.id}
    story = store.story(lead.id)
    assert story is not None
    assert story.lead.state is State.DELIVERED
    assert [each.outcome for each in story.attempts] == ["created"]


def test_a_lead_to_be_tried_again_waits_unowned_until_it_is_due(store: Store) -> None:
    lead = keep(store, owner=OWNER)
    send(store, lead)
    store.transact([record(result(lead, State.QUEUED, "not_sent", next_at=NOW + 60))])

    assert store.claim_due("main", owner=OTHER, limit=1, now=NOW + 59) == []
    assert [each.id for each in store.claim_due("main", owner=OTHER, limit=1, now=NOW + 60)] == [lead.id]


def test_a_possible_duplicate_stays_one(store: Store) -> None:
    lead = keep(store, owner=OWNER)
    send(store, lead)
    store.transact([record(result(lead, State.QUEUED, "unknown", next_at=NOW, possible_duplicate=True))])
    store.claim_due("main", owner=OWNER, limit=1, now=NOW)
    send(store, lead, "attempt-2")
    store.transact([record(result(lead), attempt_id="attempt-2")])

    status = store.status(lead.id)

    assert status is not None
    assert status.possible_duplicate is True


def test_released_leads_are_for_everybody_and_others_stay(store: Store) -> None:
    waiting, sending, theirs = keep(store, owner=OWNER), keep(store, owner=OWNER), keep(store, owner=OTHER)
    send(store, sending)

    ids = tuple(lead.id for lead in (waiting, sending, theirs))
    store.transact([Release(owner=OWNER, lead_ids=ids, next_at=NOW)])

    assert [each.id for each in store.claim_due("main", owner=OTHER, limit=9, now=NOW)] == [waiting.id]
    assert state_of(store, sending) is State.SENDING


@pytest.mark.parametrize("leads", [1, 2, 3, 63, 300])
def test_batches_of_any_size_are_written_whole(store: Store, leads: int) -> None:
    many = [make_lead(owner=OWNER) for _ in range(leads)]
    accept(store, *many)

    marks = store.transact([mark(*many)])[0]
    applied = store.transact([record(*(result(lead) for lead in many))])[0]

    assert set(marks.values()) == {Mark.SENT_OK}
    assert applied == {lead.id for lead in many}
    assert store.verify() == []
