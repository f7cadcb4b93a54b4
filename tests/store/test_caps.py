"""A source's daily cap: never one lead too many, whoever brings it, and only what would be dialed counts."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.batches import Batch
from gateway.store.caps import DAY, OVER
from gateway.store.records import Accepted, DailyCap, NewLead
from tests.store.making import NOW, OWNER, accept, make_accept, make_claim, make_lead, same_person, state_of

TOMORROW = (NOW // DAY + 1) * DAY


def capped(leads: int, *, refuses: bool = False, **changes: Any) -> NewLead:
    return make_lead(cap=DailyCap(leads=leads, refuses=refuses), **changes)


def test_what_is_too_much_is_kept_and_not_sent(store: Store) -> None:
    leads = [capped(2, owner=OWNER) for _ in range(4)]

    kept = [accept(store, each).leads[0] for each in leads]

    assert [each.state for each in kept] == [State.QUEUED] * 2 + [State.QUARANTINED] * 2
    status = store.status(leads[3].id)
    assert status is not None
    assert (status.state, status.reason_code) == (State.QUARANTINED, OVER)
    assert "daily_cap" in (status.message or "")
    assert store.verify() == []


def test_an_operator_sends_what_was_too_much(store: Store) -> None:
    accept(store, capped(1))
    lead = capped(1)
    accept(store, lead)

    store.retry([lead.id], now=NOW)

    assert state_of(store, lead) is State.QUEUED


def test_what_a_partner_sends_too_much_of_is_not_kept(store: Store) -> None:
    first, second = capped(1, refuses=True), capped(1, refuses=True)

    results = [accept(store, each) for each in (first, second)]

    assert [(each.over_cap, each.stored) for each in results] == [(False, True), (True, False)]
    assert store.story(second.id) is None
    assert store.verify() == []


def test_of_leads_in_one_commit_the_first_are_taken(store: Store) -> None:
    results: list[Accepted] = store.transact([make_accept(capped(3, refuses=True)) for _ in range(5)])

    assert [each.over_cap for each in results] == [False] * 3 + [True] * 2


def test_the_next_day_begins_anew(store: Store) -> None:
    accept(store, capped(1))

    late = capped(1, received_at=TOMORROW - 0.001)
    early = capped(1, received_at=TOMORROW)

    assert accept(store, late).leads[0].over_cap is True
    assert accept(store, early).leads[0].over_cap is False


def test_each_source_has_a_cap_of_its_own(store: Store) -> None:
    accept(store, capped(1))

    assert accept(store, capped(1, source="other")).leads[0].over_cap is False
    assert accept(store, make_lead()).leads[0].over_cap is False


@pytest.mark.parametrize(
    "lead",
    [
        {"state": State.TEST},
        {"state": State.QUARANTINED},
        {"state": State.SUPPRESSED},
        {"identities": (same_person(),)},
    ],
)
def test_tests_repetitions_and_what_is_never_dialed_do_not_count(store: Store, lead: dict[str, Any]) -> None:
    accept(store, capped(2, identities=(same_person(),)))
    for _ in range(3):
        assert accept(store, capped(2, **lead)).leads[0].over_cap is False

    assert accept(store, capped(2)).leads[0].state is State.QUEUED
    assert accept(store, capped(2)).leads[0].over_cap is True


def test_whoever_was_refused_today_is_no_repetition_tomorrow(store: Store) -> None:
    person = (same_person(seconds=7 * DAY),)
    accept(store, capped(1))
    accept(store, capped(1, identities=person))

    again = accept(store, capped(1, identities=person, received_at=TOMORROW))

    assert again.leads[0].state is State.QUEUED


def test_a_held_lead_that_is_too_much_is_not_released_with_the_others(store: Store) -> None:
    accept(store, capped(1))
    lead = capped(1, state=State.HELD, hold_scope="list:1")
    accept(store, lead)

    store.release_hold("main", "list:1", now=NOW)

    assert state_of(store, lead) is State.QUARANTINED


def test_a_refused_lead_leaves_its_key_free_for_tomorrow(store: Store) -> None:
    claim = make_claim()
    accept(store, capped(1, refuses=True))

    refused = accept(store, capped(1, refuses=True), claim=claim)
    again = accept(store, capped(1, refuses=True, received_at=TOMORROW), claim=claim, at=TOMORROW)

    assert (refused.over_cap, refused.idempotency) == (True, None)
    assert (again.stored, again.leads[0].state) == (True, State.QUEUED)


def test_a_repeated_request_is_told_its_answer_although_the_cap_is_reached(store: Store) -> None:
    claim = make_claim()
    accept(store, capped(1, refuses=True), claim=claim)

    again = accept(store, capped(1, refuses=True), claim=claim)

    assert (again.over_cap, again.idempotency is not None) == (False, True)


def test_a_batch_is_kept_as_far_as_the_cap_goes(store: Store) -> None:
    claim = make_claim(route="/v1/leads/batch")
    rows = tuple(make_accept(capped(2, refuses=True)) for _ in range(3))

    first = store.batches.accept(Batch(rows=rows, claim=claim))

    assert [each.over_cap for each in first.rows] == [False, False, True]
    assert store.batches.accept(Batch(rows=rows, claim=claim)).idempotency is not None


def test_a_batch_of_which_nothing_fits_may_come_again(store: Store) -> None:
    claim = make_claim(route="/v1/leads/batch")
    accept(store, capped(1, refuses=True))
    for at in (NOW, TOMORROW):
        rows = (make_accept(capped(1, refuses=True, received_at=at), at=at),)
        batched = store.batches.accept(Batch(rows=rows, claim=claim))
        assert batched.idempotency is None

    assert batched.rows[0].stored is True


def test_many_at_once_are_never_one_too_many(url: str, open_store: Callable[[str], Store]) -> None:
    stores = [open_store(url) for _ in range(3)]
    found: list[bool] = []

    def work(store: Store) -> None:
        for _ in range(10):
            found.append(accept(store, capped(17, refuses=True)).over_cap)

    threads = [threading.Thread(target=work, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert Counter(found) == {False: 17, True: 13}
