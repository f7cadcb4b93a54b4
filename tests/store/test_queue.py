"""The queue: who gets which lead, what the dead leave behind, and how it stays fast."""

from __future__ import annotations

import time

from gateway.leads.lead import State
from gateway.store import Store
from tests.store.making import (
    NOW,
    OTHER,
    OWNER,
    accept,
    keep,
    make_accept,
    make_lead,
    record,
    result,
    send,
    state_of,
)


def test_the_longest_waiting_lead_is_claimed_first(store: Store) -> None:
    late, early = keep(store, next_at=NOW - 1), keep(store, next_at=NOW - 2)
    keep(store, next_at=NOW + 1)
    keep(store, dialer="second")
    keep(store, owner=OTHER)
    keep(store, state=State.TEST)

    claimed = store.claim_due("main", owner=OWNER, limit=9, now=NOW)

    assert {each.id for each in claimed} == {late.id, early.id}
    assert [each.id for each in store.claim_due("main", owner=OTHER, limit=9, now=NOW)] == []
    first = store.claim_due("main", owner=OWNER, limit=1, now=NOW + 1)[0]
    assert first.fields == {"phone_number": first.phone, "list_id": "25062018"}


def test_a_claim_takes_no_more_than_its_limit_and_the_oldest(store: Store) -> None:
    leads = [keep(store, next_at=NOW - age) for age in (1, 3, 2)]

    claimed = store.claim_due("main", owner=OWNER, limit=2, now=NOW)

    assert {each.id for each in claimed} == {leads[1].id, leads[2].id}


def test_a_claim_stays_quick_behind_a_large_backlog(store: Store) -> None:
    for _ in range(10):
        store.transact([make_accept(*(make_lead() for _ in range(1000)))])
    times = []
    for _ in range(10):
        began = time.perf_counter()
        assert len(store.claim_due("main", owner=OWNER, limit=20, now=NOW)) == 20
        times.append(time.perf_counter() - began)

    assert sorted(times)[len(times) // 2] < 0.02  # unhurried: 0.7 ms; reading the whole queue: ten times more


def test_the_leads_of_a_dead_process_are_freed(store: Store) -> None:
    store.register_process(OWNER, now=NOW, alive_for=20)
    store.register_process(OTHER, now=NOW, alive_for=20)
    queued, sending = keep(store, owner=OWNER), keep(store, owner=OWNER)
    send(store, sending)
    living = keep(store, owner=OTHER)

    reaped = store.reap(now=NOW, alive=lambda owner: owner == OTHER)

    assert (reaped.queued, reaped.unconfirmed) == (1, 1)
    assert [each.id for each in store.claim_due("main", owner=OTHER, limit=9, now=NOW)] == [queued.id]
    story = store.story(sending.id)
    assert story is not None
    assert (story.lead.state, story.lead.reason_code) == (State.UNCONFIRMED, "gateway.crashed")
    assert [each.outcome for each in story.attempts] == ["unknown"]
    send(store, living, "attempt-2", owner=OTHER)
    assert state_of(store, living) is State.SENDING


def test_a_process_of_another_machine_is_dead_when_its_heartbeat_stops(store: Store) -> None:
    store.register_process(OWNER, now=NOW, alive_for=20)
    keep(store, owner=OWNER)

    before = store.reap(now=NOW + 20, alive=lambda _: None)
    store.heartbeat(OWNER, now=NOW + 20, alive_for=20)
    beating = store.reap(now=NOW + 39, alive=lambda _: None)
    silent = store.reap(now=NOW + 41, alive=lambda _: None)

    assert [each.queued for each in (before, beating, silent)] == [0, 0, 1]


def test_a_process_that_is_known_to_live_keeps_its_leads_without_a_heartbeat(store: Store) -> None:
    store.register_process(OWNER, now=NOW, alive_for=20)
    keep(store, owner=OWNER)

    assert store.reap(now=NOW + 3600, alive=lambda _: True).queued == 0


def test_a_process_that_left_owns_nothing_even_while_it_ends(store: Store) -> None:
    store.register_process(OWNER, now=NOW, alive_for=20)
    sending = keep(store, owner=OWNER)
    send(store, sending)
    store.leave_process(OWNER)

    assert store.reap(now=NOW, alive=lambda _: True).unconfirmed == 1
    assert store.transact([record(result(sending))])[0] == {sending.id}


def test_many_leads_of_a_dead_process_are_freed_in_portions(store: Store) -> None:
    accept(store, *(make_lead(owner=OWNER) for _ in range(1200)))

    assert store.reap(now=NOW, alive=lambda _: False).queued == 1200
    assert store.verify() == []


def test_the_backlog_is_counted_by_state(store: Store) -> None:
    keep(store, received_at=NOW - 50)
    keep(store)
    send(store, keep(store, owner=OWNER))
    keep(store, state=State.QUARANTINED)
    keep(store, dialer="second")
    keep(store, state=State.TEST)

    backlog = store.backlog("main")

    assert backlog.by_state == {State.QUEUED: 2, State.SENDING: 1, State.QUARANTINED: 1}
    assert backlog.oldest_age(NOW) == 50
    assert store.backlog("third").oldest_age(NOW) == 0
