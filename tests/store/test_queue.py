"""The queue: who gets which lead, what the dead leave behind, and how it stays fast."""

from __future__ import annotations

import time
from collections import Counter

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.records import Hold
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


def test_each_source_has_its_part_of_a_claim_however_long_the_others_have_waited(store: Store) -> None:
    accept(store, *(make_lead(source="burst", next_at=NOW - 100) for _ in range(50)))
    theirs = [keep(store, source="quiet", next_at=NOW - age) for age in (1, 2)]
    keep(store, source="quiet", next_at=NOW + 1)
    keep(store, source="quiet", dialer="second")
    keep(store, source="elsewhere", owner=OTHER)

    claimed = store.claim_due("main", owner=OWNER, limit=10, now=NOW)

    assert Counter(each.source for each in claimed) == {"burst": 8, "quiet": 2}
    assert {each.id for each in claimed if each.source == "quiet"} == {each.id for each in theirs}


def test_of_each_source_those_that_have_waited_longest_are_claimed(store: Store) -> None:
    late = {source: keep(store, source=source, next_at=NOW - 1).id for source in "AB"}
    early = {source: keep(store, source=source, next_at=NOW - 2).id for source in "AB"}

    first = store.claim_due("main", owner=OWNER, limit=2, now=NOW)
    second = store.claim_due("main", owner=OWNER, limit=2, now=NOW)

    assert {each.source: each.id for each in first} == early
    assert {each.source: each.id for each in second} == late


def test_small_claims_take_one_source_after_the_other(store: Store) -> None:
    for source in "ABC":
        accept(store, *(make_lead(source=source) for _ in range(4)))

    claimed = [store.claim_due("main", owner=OWNER, limit=1, now=NOW)[0].source for _ in range(7)]

    assert "".join(claimed) == "ABCABCA"


def test_a_claim_that_is_smaller_than_the_number_of_sources_goes_on_behind_its_last(store: Store) -> None:
    for source in "ABCDE":
        accept(store, *(make_lead(source=source) for _ in range(2)))

    claims = [store.claim_due("main", owner=OWNER, limit=2, now=NOW) for _ in range(4)]

    assert ["".join(sorted(each.source for each in claim)) for claim in claims] == ["AB", "CD", "AE", "BC"]


def test_a_source_whose_list_is_held_gives_its_part_to_the_others(store: Store) -> None:
    store.hold(Hold(dialer="main", scope="list:1", code="x", message="x", since=NOW, probe_at=NOW + 900))
    accept(store, *(make_lead(source="held", list_id="1") for _ in range(9)))
    accept(store, *(make_lead(source="free") for _ in range(9)))

    claimed = store.claim_due("main", owner=OWNER, limit=6, now=NOW)

    assert [each.source for each in claimed] == ["free"] * 6


def test_a_claim_stays_quick_behind_a_large_backlog(store: Store) -> None:
    for _ in range(10):
        store.transact([make_accept(*(make_lead() for _ in range(1000)))])
    keep(store, source="other")
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
