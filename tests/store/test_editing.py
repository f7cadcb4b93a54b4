"""Decisions about one lead with the deed that tells of them: both or neither, and only as the lead was seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.leads.lead import Lead, Note, State
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.editing import Edit
from gateway.store.records import Hold, NewLead, Story
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

LATER = NOW + 60


def deed(lead: NewLead, action: str = "lead.retried", **more: Any) -> Deed:
    return Deed(actor="omar", action=action, subject="lead", subject_id=lead.id, **more)


def ended(store: Store, state: State, outcome: str, **more: Any) -> NewLead:
    """A lead that the dialer was asked for."""
    lead = keep(store, owner=OWNER)
    send(store, lead, lead.id)
    store.transact([record(result(lead, state, outcome, **more), attempt_id=lead.id)])
    return lead


def unconfirmed(store: Store) -> NewLead:
    return ended(store, State.UNCONFIRMED, "unknown", reason_code="dialer.timeout", message="No answer.")


def rejected(store: Store) -> NewLead:
    return ended(store, State.REJECTED, "rejected", reason_code="phone.invalid", message="Not a number.")


def actions(store: Store, lead: NewLead) -> list[str]:
    return [each.deed.action for each in store.console.audit.of("lead", lead.id)]


def story(store: Store, lead: NewLead) -> Story:
    found = store.story(lead.id)
    assert found is not None
    return found


def corrected(lead: NewLead, **changes: Any) -> Edit:
    fields = {**lead.fields, "CustomerName": "Asha"}
    values: dict[str, Any] = {
        "id": lead.id,
        "source": lead.source,
        "dialer": lead.dialer,
        "list_id": lead.list_id,
        "phone": lead.phone,
        "fields": fields,
        "warnings": (Note(field="CustomerName", code="text.cut", message="Cut."),),
        "extra": {"city": "Pune"},
    }
    return Edit(lead=Lead(**{**values, **changes}), changes={"CustomerName": ("", "Asha")})


def test_a_lead_is_sent_again_as_it_was_seen_and_who_wanted_it_is_known(store: Store) -> None:
    lead = unconfirmed(store)

    assert store.console.editing.retry(lead.id, deed(lead), seen=State.UNCONFIRMED, now=LATER)

    assert state_of(store, lead) is State.QUEUED
    entry = store.console.audit.of("lead", lead.id)[0]
    assert (entry.at, entry.deed.actor) == (LATER, "omar")
    assert entry.deed.detail["before"] == {"state": "unconfirmed"}


@pytest.mark.parametrize("seen", [State.REJECTED, State.DEAD, State.QUEUED, State.DELIVERED])
def test_a_lead_that_stands_otherwise_is_left_alone_and_nothing_is_noted(store: Store, seen: State) -> None:
    lead = unconfirmed(store)
    editing = store.console.editing

    assert not editing.retry(lead.id, deed(lead), seen=seen, now=LATER)
    assert not editing.discard(lead.id, deed(lead, reason="A joke."), seen=seen, now=LATER)
    assert editing.resend(corrected(lead), deed(lead), seen=seen, now=LATER) is False

    assert state_of(store, lead) is State.UNCONFIRMED
    assert actions(store, lead) == []


def test_a_lead_that_is_not_there_is_no_fault(store: Store) -> None:
    editing, nobody = store.console.editing, make_lead()

    assert not editing.retry(nobody.id, deed(nobody), seen=State.DEAD, now=LATER)
    assert not editing.hasten(nobody.id, deed(nobody), now=LATER)
    assert not editing.probe(nobody.id, deed(nobody), now=LATER)
    assert not editing.ask_platform(nobody.id, deed(nobody), now=LATER)
    assert not editing.resolve(nobody.id, deed(nobody), dialer_lead_id="1", now=LATER)
    assert editing.suppress(nobody.id, deed(nobody), now=LATER) is None
    assert editing.withdraw(nobody.id, deed(nobody), now=LATER) is None
    assert editing.beside(nobody.id) is None
    assert store.console.audit.latest() == []


def test_a_lead_that_waits_need_not_but_one_in_hand_is_left(store: Store) -> None:
    waiting = keep(store, next_at=NOW + 3000)
    in_hand = keep(store, next_at=NOW + 3000, owner=OWNER)
    editing = store.console.editing

    assert editing.hasten(waiting.id, deed(waiting), now=LATER)
    assert not editing.hasten(in_hand.id, deed(in_hand), now=LATER)

    assert [each.id for each in store.claim_due("main", owner=OWNER, limit=9, now=LATER)] == [waiting.id]


def test_what_holds_a_lead_is_tried_at_once(store: Store) -> None:
    lead = keep(store)
    store.hold(
        Hold(
            dialer="main", scope="login", code="login.incorrect", message="No.", since=NOW, probe_at=NOW + 900
        )
    )

    assert store.take_probe("main", "login", owner=OWNER, now=LATER) is None
    assert store.console.editing.probe(lead.id, deed(lead), now=LATER)

    probe = store.take_probe("main", "login", owner=OWNER, now=LATER)
    assert probe is not None
    assert probe.id == lead.id
    beside = store.console.editing.beside(lead.id)
    assert beside is not None
    assert beside.hold is not None
    assert beside.hold.scope == "login"


def test_a_resolved_lead_can_be_taken_back(store: Store) -> None:
    lead, editing = unconfirmed(store), store.console.editing
    assert editing.resolve(
        lead.id, deed(lead, "lead.resolved", reason="Seen."), dialer_lead_id="77", now=LATER
    )

    assert editing.withdraw(lead.id, deed(lead, "lead.withdrawn"), now=LATER + 1) is State.UNCONFIRMED

    found = story(store, lead)
    assert (found.lead.state, found.lead.reason_code, found.lead.message, found.lead.dialer_lead_id) == (
        State.UNCONFIRMED,
        "dialer.timeout",
        "No answer.",
        None,
    )
    assert [each.outcome for each in found.attempts] == ["unknown", "resolved", "withdrawn"]
    assert actions(store, lead) == ["lead.resolved", "lead.withdrawn"]
    assert editing.withdraw(lead.id, deed(lead), now=LATER + 2) is None
    assert store.verify() == []


def test_a_discarded_lead_goes_back_to_where_it_was(store: Store) -> None:
    editing = store.console.editing
    held = keep(store)
    hold = Hold(
        dialer="main", scope="line", code="permission.denied", message="No.", since=NOW, probe_at=NOW + 9
    )
    store.hold(hold)
    quarantined = keep(store, state=State.QUARANTINED, phone="", fields={}, reason_code="phone.required")
    for lead, state in ((held, State.HELD), (quarantined, State.QUARANTINED)):
        assert editing.discard(lead.id, deed(lead, "lead.discarded", reason="A joke."), seen=state, now=LATER)
        assert state_of(store, lead) is State.REJECTED
        assert editing.withdraw(lead.id, deed(lead, "lead.withdrawn"), now=LATER + 1) is state

    assert story(store, held).lead.reason_code == "permission.denied"
    assert story(store, quarantined).lead.reason_code == "phone.required"
    assert store.release_hold("main", "line", now=LATER + 2) == 1
    assert store.verify() == []


def test_what_the_dialer_refused_is_no_decision_to_take_back(store: Store) -> None:
    lead = rejected(store)

    assert store.console.editing.withdraw(lead.id, deed(lead), now=LATER) is None
    assert state_of(store, lead) is State.REJECTED


def test_a_corrected_lead_is_sent_and_keeps_what_it_was(store: Store) -> None:
    lead = rejected(store)

    assert store.console.editing.resend(
        corrected(lead),
        deed(lead, "lead.edited", detail={"fields": "CustomerName"}),
        seen=State.REJECTED,
        now=LATER,
    )

    found = story(store, lead)
    assert (found.lead.state, found.lead.reason_code, found.fields["CustomerName"]) == (
        State.QUEUED,
        None,
        "Asha",
    )
    assert (found.extra, [each.code for each in found.lead.warnings]) == ({"city": "Pune"}, ["text.cut"])
    assert found.attempts[-1].response == '{"CustomerName":["","Asha"]}'
    assert "Asha" not in str(store.console.audit.latest())
    due = store.claim_due("main", owner=OWNER, limit=9, now=LATER)
    assert [each.fields["CustomerName"] for each in due] == ["Asha"]
    assert store.verify() == []


def test_a_lead_that_a_process_has_in_hand_cannot_be_corrected(store: Store) -> None:
    lead = keep(store, owner=OWNER)

    edit = store.console.editing.resend(corrected(lead), deed(lead), seen=State.QUEUED, now=LATER)

    assert edit is False
    assert story(store, lead).fields == lead.fields


def test_a_corrected_unconfirmed_lead_may_be_there_twice(store: Store) -> None:
    lead = unconfirmed(store)

    store.console.editing.resend(corrected(lead), deed(lead), seen=State.UNCONFIRMED, now=LATER)

    assert story(store, lead).lead.possible_duplicate is True


def test_nothing_is_corrected_into_a_number_that_must_not_be_called(store: Store) -> None:
    lead = rejected(store)
    store.suppress("9800000001", now=NOW)

    edit = corrected(lead, phone="9800000001")
    assert store.console.editing.resend(edit, deed(lead), seen=State.REJECTED, now=LATER) is None

    assert state_of(store, lead) is State.REJECTED
    assert actions(store, lead) == []


def test_a_number_is_suppressed_with_its_lead_and_the_list_says_by_whom(store: Store) -> None:
    lead, other = keep(store, phone="9800000002"), keep(store, phone="9800000002")
    delivered = ended(store, State.DELIVERED, "created")
    editing = store.console.editing

    added = editing.suppress(lead.id, deed(lead, "lead.number_suppressed", reason="He asked."), now=LATER)
    again = editing.suppress(other.id, deed(other, "lead.number_suppressed", reason="Again."), now=LATER)
    gone = editing.suppress(delivered.id, deed(delivered, reason="He asked."), now=LATER)

    assert (added is not None and added.new, added is not None and added.stopped) == (True, 2)
    assert again is not None
    assert not again.new
    assert gone is not None
    assert state_of(store, delivered) is State.DELIVERED
    assert {state_of(store, each) for each in (lead, other)} == {State.SUPPRESSED}
    listed = store.console.suppressions.find("9800000002")
    assert listed is not None
    assert (listed.reason, listed.added_by) == ("He asked.", "omar")
    log = store.console.audit.latest()
    assert [each.deed.action for each in log].count("suppression.added") == 2
    assert "9800000002" not in str(log)


def test_what_stands_beside_a_lead(store: Store) -> None:
    first = keep(store, phone="9800000003", identities=(same_person("p"),))
    kept = accept(store, make_lead(phone="9800000003", identities=(same_person("p"),)))
    store.console.audit.add(
        Deed(actor="asha", action="dialer.paused", subject="dialer", subject_id="main", reason="A new list."),
        replace(deed(first), subject="dialer", subject_id="other"),
        now=NOW + 5,
    )

    beside = store.console.editing.beside(kept.leads[0].id)

    assert beside is not None
    assert beside.first is not None
    assert beside.first.id == first.id
    assert [each.id for each in beside.others] == [first.id]
    assert beside.siblings == (kept.leads[0].id,)
    assert beside.finished_at == NOW
    assert not beside.suppressed
    of_first = store.console.editing.beside(first.id)
    assert of_first is not None
    assert [each.deed.action for each in of_first.dialer_deeds] == ["dialer.paused"]
    assert [each.duplicate_of for each in of_first.others] == [first.id]
