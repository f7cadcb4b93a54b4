"""Accepting: what is kept of an enquiry, and how the same person is recognised."""

from __future__ import annotations

from gateway.leads.lead import Note, State
from gateway.store import Store
from gateway.store.operations import Accept, Mark, SaveAnswer
from gateway.store.records import InFlight, Mismatched, Replayed
from tests.store.making import (
    NOW,
    OTHER,
    OWNER,
    accept,
    keep,
    make_accept,
    make_claim,
    make_enquiry,
    make_lead,
    mark,
    record,
    result,
    same_person,
    send,
    state_of,
)

DAYS = 86400.0


def test_a_lead_is_kept_as_it_was_made(store: Store) -> None:
    note = Note(field="CustomerName", code="text.cleaned", message="Cleaned.")
    lead = make_lead(warnings=(note,), extra={"utm": "x", "big": 2**70}, fields={"CustomerName": "आशा"})
    enquiry = make_enquiry(body=b"\xff\x00raw", headers={"Referer": "https://www.example.com/"})
    store.transact([Accept(enquiry=enquiry, leads=(lead,))])

    story = store.story(lead.id)

    assert story is not None
    assert story.enquiry == enquiry
    assert story.fields == lead.fields
    assert story.extra == {"utm": "x", "big": 2**70}
    assert story.lead.warnings == (note,)
    assert (story.lead.state, story.phone, story.attempts) == (State.QUEUED, lead.phone, ())


def test_bytes_that_no_text_column_takes_do_not_lose_an_enquiry(store: Store) -> None:
    lead = make_lead()
    store.transact([Accept(enquiry=make_enquiry(path="/a\0b\ud800", headers={"X": "\0"}), leads=(lead,))])

    story = store.story(lead.id)

    assert story is not None
    assert story.enquiry is not None
    assert story.enquiry.path == "/a\N{REPLACEMENT CHARACTER}b?"
    assert story.enquiry.headers == {"X": "\0"}


def test_the_same_person_inside_the_window_is_a_duplicate_of_the_first(store: Store) -> None:
    first = keep(store, identities=(same_person(),))
    keep(store, identities=(same_person("somebody else"),))

    again = accept(store, make_lead(identities=(same_person(),), received_at=NOW + 599))

    assert again.leads[0].state is State.DUPLICATE
    assert again.leads[0].duplicate_of == first.id


def test_the_same_person_after_the_window_is_a_new_lead(store: Store) -> None:
    keep(store, identities=(same_person(),))

    again = accept(store, make_lead(identities=(same_person(),), received_at=NOW + 600))

    assert again.leads[0].state is State.QUEUED


def test_a_duplicate_does_not_prolong_the_window(store: Store) -> None:
    keep(store, identities=(same_person(),))
    keep(store, identities=(same_person(),), received_at=NOW + 500)

    later = accept(store, make_lead(identities=(same_person(),), received_at=NOW + 700))

    assert later.leads[0].state is State.QUEUED


def test_the_same_person_through_another_source_is_a_new_lead(store: Store) -> None:
    keep(store, identities=(same_person(),))

    other = accept(store, make_lead(identities=(same_person(scope="source:portal"),)))

    assert other.leads[0].state is State.QUEUED


def test_one_batch_of_the_same_person_has_one_first(store: Store) -> None:
    operations = [make_accept(make_lead(identities=(same_person(),), owner=OWNER)) for _ in range(100)]

    accepted = [each.leads[0] for each in store.transact(operations)]

    assert [each.state for each in accepted] == [State.QUEUED] + [State.DUPLICATE] * 99
    assert {each.duplicate_of for each in accepted[1:]} == {accepted[0].id}
    assert [lead.id for lead in store.claim_due("main", owner=OWNER, limit=9, now=NOW)] == []


def test_a_resend_after_the_short_window_is_still_recognised_by_the_senders_key(store: Store) -> None:
    phone = same_person("phone", seconds=600)
    first = keep(store, identities=(phone, same_person("key-1", scope="key:portal", seconds=30 * DAYS)))
    second_key = same_person("key-2", scope="key:portal", seconds=30 * DAYS)
    keep(store, identities=(phone, second_key), received_at=NOW + 10)

    resent = accept(store, make_lead(identities=(phone, second_key), received_at=NOW + 3600))

    assert resent.leads[0].duplicate_of == first.id


def test_a_corrected_number_under_a_known_key_does_not_block_that_number(store: Store) -> None:
    key = same_person("key-1", scope="key:portal", seconds=30 * DAYS)
    keep(store, identities=(same_person("wrong"), key))
    keep(store, identities=(same_person("right"), key))

    genuine = accept(store, make_lead(identities=(same_person("right"),)))

    assert genuine.leads[0].state is State.QUEUED


def test_a_rejected_lead_does_not_block_the_next_try(store: Store) -> None:
    lead = keep(store, identities=(same_person(),), owner=OWNER)
    send(store, lead)
    store.transact([record(result(lead, State.REJECTED, "rejected"))])

    again = accept(store, make_lead(identities=(same_person(),)))

    assert again.leads[0].state is State.QUEUED


def test_a_suppressed_number_is_kept_and_never_queued(store: Store) -> None:
    store.suppress("9800000000", now=NOW)
    held = make_lead(phone="9800000000", owner=OWNER, identities=(same_person(),))
    other = keep(store)

    accepted = accept(store, held)

    assert accepted.leads[0].state is State.SUPPRESSED
    status = store.status(held.id)
    assert status is not None
    assert (status.state, status.reason_code) == (State.SUPPRESSED, "suppressed")
    assert state_of(store, other) is State.QUEUED


def test_a_number_that_is_no_longer_suppressed_is_queued(store: Store) -> None:
    store.suppress("9800000000", now=NOW)

    assert store.unsuppress("9800000000") is True
    assert store.unsuppress("9800000000") is False
    assert accept(store, make_lead(phone="9800000000")).leads[0].state is State.QUEUED


def test_leads_of_one_enquiry_are_kept_together(store: Store) -> None:
    leads = [make_lead() for _ in range(300)]

    accept(store, *leads)

    assert set(store.statuses([lead.id for lead in leads])) == {lead.id for lead in leads}


# -- idempotency ---------------------------------------------------------------------------------------------


def answer(store: Store, claim: object, **changes: object) -> None:
    values = {"status": 201, "headers": {"Location": "/v1/leads/1"}, "body": b'{"outcome":"success"}'}
    store.transact([SaveAnswer(claim=claim, **{**values, **changes})])  # type: ignore[arg-type]


def test_the_first_answer_is_replayed(store: Store) -> None:
    accept(store, claim=make_claim())
    answer(store, make_claim())
    answer(store, make_claim(), status=500)

    second = make_lead()
    again = accept(store, second, claim=make_claim())

    assert again.idempotency == Replayed(
        status=201, headers={"Location": "/v1/leads/1"}, body=b'{"outcome":"success"}'
    )
    assert store.status(second.id) is None


def test_a_key_with_another_body_is_refused(store: Store) -> None:
    accept(store, claim=make_claim())

    assert accept(store, claim=make_claim(fingerprint="body-2")).idempotency == Mismatched()


def test_a_key_without_an_answer_is_in_flight_and_after_a_minute_names_its_lead(store: Store) -> None:
    lead = make_lead()
    accept(store, lead, claim=make_claim())

    soon = accept(store, claim=make_claim(), at=NOW + 59)
    later = accept(store, claim=make_claim(), at=NOW + 60)

    assert soon.idempotency == InFlight(lead_id=None)
    assert later.idempotency == InFlight(lead_id=lead.id)


def test_fifty_requests_with_one_key_in_one_batch_are_one_lead(store: Store) -> None:
    results = store.transact([make_accept(claim=make_claim()) for _ in range(50)])

    assert [each.idempotency for each in results] == [None] + [InFlight(lead_id=None)] * 49


def test_the_same_key_of_another_partner_or_route_is_another_key(store: Store) -> None:
    accept(store, claim=make_claim())

    assert accept(store, claim=make_claim(owner="other")).idempotency is None
    assert accept(store, claim=make_claim(route="/v1/leads/batch")).idempotency is None


def test_a_key_is_remembered_for_thirty_days(store: Store) -> None:
    accept(store, claim=make_claim())
    answer(store, make_claim())

    before = accept(store, claim=make_claim(), at=NOW + 30 * DAYS - 1)
    after = accept(store, claim=make_claim(), at=NOW + 30 * DAYS + 1)

    assert isinstance(before.idempotency, Replayed)
    assert after.idempotency is None


def test_purging_forgets_old_keys_and_closed_windows_only(store: Store) -> None:
    accept(store, make_lead(identities=(same_person("old"),)), claim=make_claim(key="old"))
    accept(
        store,
        make_lead(identities=(same_person("new"),), received_at=NOW + 30 * DAYS),
        claim=make_claim(key="new"),
        at=NOW + 30 * DAYS,
    )

    assert store.purge_idempotency(now=NOW + 30 * DAYS) == 2
    assert isinstance(accept(store, claim=make_claim(key="new"), at=NOW + 30 * DAYS).idempotency, InFlight)


def test_marks_of_the_accepted_are_for_their_owner(store: Store) -> None:
    lead = keep(store, owner=OWNER)

    marks = store.transact([mark(lead)])[0]

    assert list(marks) == [lead.id]
    assert state_of(store, lead) is State.SENDING


def test_a_lead_that_may_leave_at_once_is_kept_as_sending(store: Store) -> None:
    lead = make_lead(owner=OWNER, attempt_id="attempt-1")

    kept = accept(store, lead).leads[0]

    assert kept.state is State.SENDING
    assert state_of(store, lead) is State.SENDING
    status = store.status(lead.id)
    assert status is not None
    assert status.attempts == 1


def test_a_lead_that_left_at_once_takes_the_outcome_of_its_attempt(store: Store) -> None:
    lead = make_lead(owner=OWNER, attempt_id="attempt-1")
    accept(store, lead)

    assert store.transact([record(result(lead, State.DELIVERED), attempt_id="attempt-1")]) == [
        frozenset({lead.id})
    ]
    assert state_of(store, lead) is State.DELIVERED


def test_a_number_in_flight_makes_the_next_lead_wait(store: Store) -> None:
    first = make_lead(owner=OWNER, attempt_id="attempt-1", phone="9811111111")
    accept(store, first)
    second = make_lead(owner=OTHER, attempt_id="attempt-2", phone="9811111111")

    assert accept(store, second).leads[0].state is State.QUEUED
    assert store.transact([mark(second, owner=OTHER, attempt_id="attempt-3")])[0] == {
        second.id: Mark.PHONE_BUSY
    }


def test_of_two_leads_of_one_number_in_one_commit_only_the_first_leaves(store: Store) -> None:
    leads = [make_lead(owner=OWNER, attempt_id=f"attempt-{number}", phone="9811111111") for number in (1, 2)]
    kept = store.transact([make_accept(lead) for lead in leads])

    assert [each.leads[0].state for each in kept] == [State.SENDING, State.QUEUED]


def test_what_may_not_be_sent_does_not_leave_at_once_either(store: Store) -> None:
    store.suppress("9811111111", now=NOW)
    opted_out = make_lead(owner=OWNER, attempt_id="attempt-1", phone="9811111111")
    accept(store, make_lead(identities=(same_person(),)))
    repeated = make_lead(owner=OWNER, attempt_id="attempt-2", identities=(same_person(),))

    assert accept(store, opted_out).leads[0].state is State.SUPPRESSED
    assert accept(store, repeated).leads[0].state is State.DUPLICATE
