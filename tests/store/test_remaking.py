"""Quarantined leads made real leads in place, with their history, on both engines."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from gateway.leads.lead import Problem, State
from gateway.store import Store
from gateway.store.records import AcceptedLead, NewLead
from gateway.store.remaking import Entry, Remake
from tests.store.making import (
    NOW,
    OWNER,
    accept,
    keep,
    make_id,
    make_lead,
    record,
    result,
    same_person,
    send,
    state_of,
)

LATER = NOW + 86400
PROBLEM = Problem(field="MobileNo", code="phone.required", message="A phone number is needed.")


def quarantined(**changes: Any) -> NewLead:
    known: dict[str, Any] = {
        "state": State.QUARANTINED,
        "phone": "",
        "fields": {},
        "extra": {"mobile": "9876543210"},
        "problems": (PROBLEM,),
        "reason_code": PROBLEM.code,
        "message": PROBLEM.message,
    }
    return make_lead(**(known | changes))


def mended(lead: NewLead, **changes: Any) -> NewLead:
    return make_lead(**({"id": lead.id, "phone": "9876543210", "received_at": lead.received_at} | changes))


def entry(**changes: Any) -> Entry:
    known = {
        "id": make_id(), "action": "remake", "outcome": "remade", "started_at": LATER, "finished_at": LATER
    }  # fmt: skip
    return Entry(**(known | changes))


def remake(store: Store, lead: NewLead, *others: NewLead, at: float = LATER) -> AcceptedLead | None:
    return store.quarantine.remake([Remake(lead=lead, entry=entry(), others=others)], now=at)[0]


def test_a_quarantined_lead_becomes_one_that_is_sent(store: Store) -> None:
    before, noise = quarantined(), quarantined()
    accept(store, before, noise)

    kept = remake(store, mended(before))

    assert kept == AcceptedLead(id=before.id, state=State.QUEUED)
    story = store.story(before.id)
    assert story is not None
    assert (story.phone, story.fields["phone_number"]) == ("9876543210", "9876543210")
    assert (story.problems, story.lead.reason_code, story.lead.message) == ((), None, None)
    assert story.lead.received_at == NOW
    assert story.lead.updated_at == LATER
    assert [lead.id for lead in store.claim_due("main", owner=OWNER, limit=9, now=LATER)] == [before.id]
    assert state_of(store, noise) is State.QUARANTINED
    assert store.verify() == []


def test_the_remake_stands_in_the_leads_history(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    told = entry(action="fetch", outcome="fetched", http_status=200, response='{"id": "1"}')

    store.quarantine.remake([Remake(lead=mended(before), entry=told)], now=LATER)

    story = store.story(before.id)
    assert story is not None
    (attempt,) = story.attempts
    assert (attempt.action, attempt.outcome, attempt.http_status) == ("fetch", "fetched", 200)
    assert (attempt.response, attempt.state, attempt.finished_at) == ('{"id": "1"}', State.QUEUED, LATER)


def test_the_history_of_a_remake_is_no_proof_of_delivery(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    remake(store, mended(before))
    store.write(lambda transaction: transaction.run("UPDATE leads SET state = 'delivered'"))

    assert [finding.code for finding in store.verify()] == ["verify.delivered_without_attempt"]


def test_what_cannot_be_mended_stays_with_its_new_reason(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    masked = Problem(field="MobileNo", code="phone.masked", message="Part of the number is hidden.")

    kept = remake(store, quarantined(id=before.id, problems=(masked,), reason_code=masked.code))

    assert kept == AcceptedLead(id=before.id, state=State.QUARANTINED)
    story = store.story(before.id)
    assert story is not None
    assert (story.problems, story.lead.reason_code, story.lead.next_at) == ((masked,), "phone.masked", None)


def test_a_lead_that_is_not_in_quarantine_is_left_alone(store: Store) -> None:
    queued = keep(store, owner=OWNER)
    send(store, queued)

    assert remake(store, mended(queued, phone="9999999999")) is None
    assert remake(store, mended(quarantined())) is None

    story = store.story(queued.id)
    assert story is not None
    assert (story.lead.state, story.phone) == (State.SENDING, queued.phone)
    assert story.attempts == ()


def test_a_second_remake_finds_nothing_to_do(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    twice = [Remake(lead=mended(before), entry=entry()) for _ in range(2)]

    assert store.quarantine.remake(twice[:1], now=LATER)[0] is not None
    assert store.quarantine.remake(twice[1:], now=LATER) == [None]


def test_a_person_who_was_taken_in_meanwhile_is_not_called_twice(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    first = keep(store, phone="9876543210", identities=(same_person(seconds=2 * 86400),))

    kept = remake(store, mended(before, identities=(same_person(),)))

    assert kept == AcceptedLead(id=before.id, state=State.DUPLICATE, duplicate_of=first.id)
    status = store.status(before.id)
    assert status is not None
    assert (status.reason_code, status.duplicate_of) == ("duplicate", first.id)
    assert store.verify() == []


def test_a_window_that_is_over_by_now_makes_no_duplicate(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    keep(store, phone="9876543210", identities=(same_person(seconds=600),))

    kept = remake(store, mended(before, identities=(same_person(),)))

    assert kept is not None
    assert kept.state is State.QUEUED


def test_the_window_of_a_remade_lead_opens_now(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    remake(store, mended(before, identities=(same_person(seconds=600),)))

    again = accept(store, make_lead(received_at=LATER + 599, identities=(same_person(),))).leads[0]

    assert again.duplicate_of == before.id


def test_a_lead_is_no_duplicate_of_itself(store: Store) -> None:
    """One that waits for its platform holds its own key from the start."""
    key = same_person("key", scope="key:ads", seconds=30 * 86400)
    before = quarantined(identities=(key,))
    accept(store, before)

    kept = remake(store, mended(before, identities=(same_person(), key)))

    assert kept == AcceptedLead(id=before.id, state=State.QUEUED)


def test_two_of_one_person_remade_together_are_one_lead(store: Store) -> None:
    first, second = quarantined(), quarantined()
    accept(store, first, second)

    kept = store.quarantine.remake(
        [
            Remake(lead=mended(each, identities=(same_person(),)), entry=entry(finished_at=LATER + number))
            for number, each in enumerate((first, second))
        ],
        now=LATER,
    )

    assert [each.state for each in kept if each] == [State.QUEUED, State.DUPLICATE]


def test_a_number_that_opted_out_is_not_dialed(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    store.suppress("9876543210", now=NOW)

    kept = remake(store, mended(before))

    assert kept == AcceptedLead(id=before.id, state=State.SUPPRESSED)
    status = store.status(before.id)
    assert status is not None
    assert status.reason_code == "suppressed"


def test_a_test_that_was_not_known_as_one_is_not_dialed(store: Store) -> None:
    before = quarantined()
    accept(store, before)

    kept = remake(store, mended(before, state=State.TEST, test=True))

    assert kept == AcceptedLead(id=before.id, state=State.TEST)
    assert store.claim_due("main", owner=OWNER, limit=9, now=LATER) == []


def test_leads_that_nobody_had_seen_in_an_enquiry_are_kept_beside_it(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    others = [make_lead(), make_lead()]

    remake(store, mended(before), *others)

    enquiries = {
        story.enquiry.id for each in (before, *others) if (story := store.story(each.id)) and story.enquiry
    }
    assert len(enquiries) == 1
    assert [state_of(store, each) for each in others] == [State.QUEUED, State.QUEUED]
    assert store.quarantine.siblings(before.id) == tuple(sorted(each.id for each in (before, *others)))
    assert store.verify() == []


def test_siblings_are_the_leads_of_one_enquiry_in_order(store: Store) -> None:
    leads = [quarantined(), make_lead(), quarantined()]
    accept(store, *leads)
    keep(store)

    assert store.quarantine.siblings(leads[1].id) == tuple(each.id for each in leads)
    assert store.quarantine.siblings("NOSUCHLEAD0000000000") == ()


def test_a_remade_lead_is_sent_and_delivered_as_any_other(store: Store) -> None:
    before = quarantined()
    accept(store, before)
    remake(store, mended(before))
    (claimed,) = store.claim_due("main", owner=OWNER, limit=9, now=LATER)
    sent = mended(before)

    send(store, sent)
    store.transact([record(result(sent, State.DELIVERED, dialer_lead_id="7"))])

    status = store.status(before.id)
    assert status is not None
    assert (claimed.attempts, status.state, status.dialer_lead_id) == (0, State.DELIVERED, "7")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_of_two_processes_that_remake_one_lead_one_does(store: Store, url: str) -> None:
    before = quarantined()
    accept(store, before)
    results: list[AcceptedLead | None] = []
    others = [Store.open(url) for _ in range(4)]

    def work(other: Store) -> None:
        wanted = replace(mended(before), identities=(same_person(),))
        results.extend(other.quarantine.remake([Remake(lead=wanted, entry=entry())], now=LATER))

    threads = [threading.Thread(target=work, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        other.close()

    assert [each for each in results if each] == [AcceptedLead(id=before.id, state=State.QUEUED)]
