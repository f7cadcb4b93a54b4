"""A number on the do-not-call list reaches no dialer: not what waits, not what a process has in memory, not later."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.callbacks import Wanted
from gateway.store.operations import Mark
from gateway.store.suppression_lists import Line
from gateway.store.suppressions import Added, Suppression
from tests.store.making import NOW, OTHER, OWNER, accept, keep, make_lead, mark, same_person, send, state_of

PHONE = "9811111111"


def add(store: Store, phone: str = PHONE, *, now: float = NOW) -> Added:
    return store.console.suppressions.add(phone, reason="asked by phone", actor="omar", now=now)


def test_a_number_is_found_with_who_added_it_and_why(store: Store) -> None:
    added = add(store)

    assert added == Added(new=True, stopped=0, leaving=0)
    assert store.console.suppressions.find(PHONE) == Suppression(
        phone=PHONE, since=NOW, reason="asked by phone", added_by="omar"
    )
    assert store.is_suppressed(PHONE)


def test_a_number_added_twice_keeps_its_first_reason(store: Store) -> None:
    add(store)
    again = store.console.suppressions.add(PHONE, reason="another", actor="ada", now=NOW + 1)

    assert not again.new
    found = store.console.suppressions.find(PHONE)
    assert found is not None
    assert (found.reason, found.added_by) == ("asked by phone", "omar")
    assert [entry.deed.action for entry in store.console.audit.latest()] == ["suppression.added"]


@pytest.mark.parametrize("state", [State.QUEUED, State.HELD, State.QUARANTINED, State.DEAD])
def test_what_waits_for_the_number_is_stopped_at_once(store: Store, state: State) -> None:
    waiting = keep(store, phone=PHONE, state=state)
    other = keep(store, state=state)

    added = add(store)

    assert added.stopped == 1
    assert (state_of(store, waiting), state_of(store, other)) == (State.SUPPRESSED, state)
    status = store.status(waiting.id)
    assert status is not None
    assert status.reason_code == "suppressed"
    (deed,) = [entry.deed for entry in store.console.audit.of("lead", waiting.id)]
    assert (deed.action, deed.actor, deed.reason) == ("lead.suppressed", "omar", "asked by phone")


def test_a_lead_in_another_processs_memory_is_refused_when_it_would_leave(store: Store) -> None:
    lead = keep(store, phone=PHONE, owner=OTHER)
    add(store)

    assert store.transact([mark(lead, owner=OTHER)])[0] == {lead.id: Mark.LOST}
    assert state_of(store, lead) is State.SUPPRESSED


def test_a_lead_that_came_while_the_number_was_added_is_refused_when_it_would_leave(store: Store) -> None:
    # The accept has looked at the list before, and what adds the number does not see the lead yet.
    lead = keep(store, phone=PHONE, owner=OWNER)
    store.suppress(PHONE, now=NOW)

    assert store.transact([mark(lead)])[0] == {lead.id: Mark.SUPPRESSED}
    assert state_of(store, lead) is State.SUPPRESSED


def test_a_departure_is_refused_to_a_number_on_the_list(store: Store) -> None:
    add(store)

    kept = accept(store, make_lead(phone=PHONE, owner=OWNER, attempt_id="attempt-1")).leads[0]

    assert kept.state is State.SUPPRESSED


def test_a_lead_sent_again_by_a_person_is_refused_when_it_would_leave(store: Store) -> None:
    lead = keep(store, phone=PHONE, state=State.REJECTED)
    add(store)
    store.retry([lead.id], now=NOW)
    claimed = store.claim_due("main", owner=OWNER, limit=9, now=NOW)

    assert [each.id for each in claimed] == [lead.id]
    assert store.transact([mark(lead)])[0] == {lead.id: Mark.SUPPRESSED}
    assert state_of(store, lead) is State.SUPPRESSED


def test_what_is_on_its_way_is_counted_and_left_alone(store: Store) -> None:
    lead = keep(store, phone=PHONE, owner=OWNER)
    send(store, lead)

    assert add(store) == Added(new=True, stopped=0, leaving=1)
    assert state_of(store, lead) is State.SENDING


def test_marking_and_adding_at_once_never_lets_a_lead_both_leave_and_be_stopped(store: Store) -> None:
    leads = [keep(store, phone=f"98222222{number:02d}", owner=OWNER) for number in range(20)]
    with ThreadPoolExecutor(2) as pool:
        marks = pool.submit(lambda: [store.transact([mark(lead)])[0][lead.id] for lead in leads])
        added = pool.submit(lambda: [add(store, lead.phone) for lead in reversed(leads)][::-1])

    for lead, marked, done in zip(leads, marks.result(), added.result(), strict=True):
        left = marked is Mark.SENT_OK
        assert (done.stopped, done.leaving) == ((0, 1) if left else (done.stopped, 0))
        assert state_of(store, lead) is (State.SENDING if left else State.SUPPRESSED)


def test_a_stopped_lead_is_told_to_its_partner(store: Store) -> None:
    lead = keep(store, phone=PHONE, state=State.HELD, tell=True)
    add(store)
    store.callbacks.note(now=NOW, limit=9)

    (told,) = store.callbacks.find(Wanted(lead_id=lead.id), limit=9)
    assert told.callback.state is State.SUPPRESSED


def test_a_number_taken_off_the_list_may_enquire_again_at_once(store: Store) -> None:
    first = keep(store, phone=PHONE, state=State.HELD, identities=(same_person(),))
    add(store)
    assert store.console.suppressions.remove(PHONE, reason="a mistake", actor="ada", now=NOW + 1)
    again = accept(store, make_lead(phone=PHONE, identities=(same_person(),))).leads[0]

    assert again.state is State.QUEUED
    assert state_of(store, first) is State.SUPPRESSED
    assert not store.console.suppressions.remove(PHONE, reason="twice", actor="ada", now=NOW + 2)


def test_the_audit_log_names_no_number(store: Store) -> None:
    add(store)
    store.console.suppressions.remove(PHONE, reason="a mistake", actor="ada", now=NOW + 1)

    entries = store.console.audit.latest()
    assert [(entry.deed.action, entry.deed.subject_id) for entry in entries] == [
        ("suppression.removed", "…1111"),
        ("suppression.added", "…1111"),
    ]
    assert PHONE not in repr(entries)


def test_the_list_comes_latest_first_and_page_by_page(store: Store) -> None:
    numbers = [f"98333333{number:02d}" for number in range(5)]
    for place, number in enumerate(numbers):
        add(store, number, now=NOW + place // 2)

    first = store.console.suppressions.page(limit=3)
    rest = store.console.suppressions.page(limit=3, after=first.after)

    assert [each.phone for each in (*first.numbers, *rest.numbers)] == [
        numbers[4],
        numbers[3],
        numbers[2],
        numbers[1],
        numbers[0],
    ]
    assert rest.after is None
    assert store.console.suppressions.count() == 5
    assert len(list(store.console.suppressions.each())) == 5


def test_how_many_leads_a_number_has_lost_is_counted(store: Store) -> None:
    keep(store, phone=PHONE)
    keep(store, phone=PHONE)
    add(store)
    keep(store, phone=PHONE)

    assert store.console.suppressions.stopped([PHONE, "9800000000"]) == {PHONE: 3}


def test_every_line_of_a_list_is_judged(store: Store) -> None:
    add(store, "9844444441")
    lists = store.console.suppression_lists

    lists.judge("LIST", [_line(1, "9844444441"), _line(2, "9844444442"), _line(3, "9844444442")])
    lists.judge("LIST", [_line(4, "9844444442"), Line(number=5, phone="", verdict="phone.too_short")])

    assert [line.verdict for line in lists.each("LIST")] == [
        "listed",
        "new",
        "repeated",
        "repeated",
        "phone.too_short",
    ]
    assert lists.counts("LIST") == {"listed": 1, "new": 1, "repeated": 2, "phone.too_short": 1}
    assert [line.number for line in lists.wrong("LIST", limit=9)] == [5]


def test_a_list_nobody_decides_about_is_forgotten_after_a_day(store: Store) -> None:
    store.console.suppression_lists.judge("0", [_line(1, PHONE)])

    store.purge_idempotency(now=NOW)

    assert store.console.suppression_lists.counts("0") == {}


def _line(number: int, phone: str) -> Line:
    return Line(number=number, phone=phone, verdict="")


def test_departing_and_adding_at_once_never_lets_a_lead_leave_unseen(store: Store) -> None:
    phones = [f"98333333{number:02d}" for number in range(20)]

    def depart(phone: str) -> State:
        return accept(store, make_lead(phone=phone, owner=OWNER, attempt_id="attempt-1")).leads[0].state

    with ThreadPoolExecutor(2) as pool:
        kept = pool.submit(lambda: [depart(phone) for phone in phones])
        added = pool.submit(lambda: [add(store, phone) for phone in reversed(phones)][::-1])

    for state, done in zip(kept.result(), added.result(), strict=True):
        # Before: it is on its way, and whoever adds the number is told. After: it stays here.
        assert (state, done.leaving) in [
            (State.SENDING, 1),
            (State.SUPPRESSED, 0),
            (State.QUEUED, 0),
        ]
