"""Holds: leads that wait behind a refusal, the one that tries, and their release."""

from __future__ import annotations

import pytest

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.operations import Mark, Release
from gateway.store.records import Hold
from tests.store.making import NOW, OTHER, OWNER, keep, mark, record, result, send, state_of


def make_hold(scope: str = "login", *, since: float = NOW, pause: float = 900) -> Hold:
    return Hold(
        dialer="main",
        scope=scope,
        code="dialer.login_invalid",
        message="The dialer does not know the user.",
        since=since,
        probe_at=since + pause,
    )


def test_a_hold_takes_every_queued_lead_behind_it(store: Store) -> None:
    waiting, owned = keep(store), keep(store, owner=OWNER)
    elsewhere = keep(store, dialer="second")

    store.hold(make_hold())

    assert [state_of(store, lead) for lead in (waiting, owned, elsewhere)] == [
        State.HELD,
        State.HELD,
        State.QUEUED,
    ]
    assert store.transact([mark(owned)])[0] == {owned.id: Mark.LOST}
    assert store.holds("main") == [make_hold()]
    assert store.holds("second") == []


def test_a_hold_of_a_list_leaves_the_other_lists(store: Store) -> None:
    held, free = keep(store, list_id="1"), keep(store, list_id="2")

    store.hold(make_hold("list:1"))

    assert state_of(store, held) is State.HELD
    assert [each.id for each in store.claim_due("main", owner=OWNER, limit=9, now=NOW)] == [free.id]


def test_a_lead_of_a_held_list_that_is_queued_later_waits_for_the_release(store: Store) -> None:
    store.hold(make_hold("list:1"))
    late = keep(store, list_id="1")

    before = store.claim_due("main", owner=OWNER, limit=9, now=NOW)
    store.release_hold("main", "list:1", now=NOW)

    assert before == []
    assert [each.id for each in store.claim_due("main", owner=OWNER, limit=9, now=NOW)] == [late.id]


def test_a_release_queues_what_was_held_for_this_cause_alone(store: Store) -> None:
    login, by_list = keep(store), keep(store, list_id="1", state=State.HELD, hold_scope="list:1")
    store.hold(make_hold())
    store.hold(make_hold("list:1"))

    assert store.release_hold("main", "login", now=NOW) == 1

    assert state_of(store, login) is State.QUEUED
    assert state_of(store, by_list) is State.HELD
    assert [each.scope for each in store.holds("main")] == ["list:1"]


def test_a_hold_that_is_renewed_keeps_its_beginning(store: Store) -> None:
    store.hold(make_hold())
    store.hold(make_hold(since=NOW + 900))

    hold = store.holds("main")[0]

    assert (hold.since, hold.probe_at) == (NOW, NOW + 1800)


def test_one_process_tries_with_the_oldest_lead(store: Store) -> None:
    oldest, _ = keep(store), keep(store)
    store.hold(make_hold())

    early = store.take_probe("main", "login", owner=OWNER, now=NOW + 899)
    probe = store.take_probe("main", "login", owner=OWNER, now=NOW + 900)
    second = store.take_probe("main", "login", owner=OTHER, now=NOW + 901)

    assert (early, second) == (None, None)
    assert probe is not None
    assert probe.id == oldest.id
    assert store.transact([mark(oldest)])[0] == {oldest.id: Mark.SENT_OK}


def test_a_probe_that_is_never_answered_is_tried_again_after_the_pause(store: Store) -> None:
    keep(store)
    keep(store)
    store.hold(make_hold())
    store.take_probe("main", "login", owner=OWNER, now=NOW + 900)

    assert store.take_probe("main", "login", owner=OTHER, now=NOW + 1799) is None
    assert store.take_probe("main", "login", owner=OTHER, now=NOW + 1800) is not None


def test_nothing_held_means_no_probe_and_no_lost_turn(store: Store) -> None:
    store.hold(make_hold())

    assert store.take_probe("main", "login", owner=OWNER, now=NOW + 900) is None

    keep(store, state=State.HELD, hold_scope="login")
    assert store.take_probe("main", "login", owner=OWNER, now=NOW + 900) is not None


@pytest.mark.parametrize("scope", ["login", "list:25062018"])
def test_a_lead_sent_again_by_hand_is_tried_where_nothing_else_is_held(store: Store, scope: str) -> None:
    lead = keep(store)
    store.hold(make_hold(scope))
    keep(store, dialer="second")
    store.retry([lead.id], now=NOW)

    early = store.take_probe("main", scope, owner=OWNER, now=NOW + 899)
    probe = store.take_probe("main", scope, owner=OWNER, now=NOW + 900)
    second = store.take_probe("main", scope, owner=OTHER, now=NOW + 901)

    assert (early, second) == (None, None)
    assert probe is not None
    assert probe.id == lead.id
    assert store.transact([mark(lead)])[0] == {lead.id: Mark.SENT_OK}


def test_a_probe_that_came_to_nothing_is_tried_again_after_the_pause(store: Store) -> None:
    lead = keep(store)
    store.hold(make_hold())
    for at in (NOW + 900, NOW + 1800):
        probe = store.take_probe("main", "login", owner=OWNER, now=at)
        assert probe is not None
        assert probe.id == lead.id
        # Its process ended, or a person paused the dialer: it stands in the queue, not behind the hold.
        store.transact([Release(owner=OWNER, lead_ids=(lead.id,), next_at=at)])


def test_a_queued_lead_of_another_list_tries_nothing(store: Store) -> None:
    keep(store, list_id="2")
    store.hold(make_hold("list:1"))

    assert store.take_probe("main", "list:1", owner=OWNER, now=NOW + 900) is None
    assert store.holds("main") == [make_hold("list:1")]


def test_a_refused_lead_is_held_with_the_others(store: Store) -> None:
    lead = keep(store, owner=OWNER)
    send(store, lead)
    store.hold(make_hold())
    store.transact([record(result(lead, State.HELD, "refused", hold_scope="login"))])

    assert store.release_hold("main", "login", now=NOW + 5) == 1
    assert [each.id for each in store.claim_due("main", owner=OWNER, limit=9, now=NOW + 5)] == [lead.id]


def test_a_lead_held_after_its_hold_was_lifted_is_not_forgotten(store: Store) -> None:
    kept = keep(store, state=State.HELD, hold_scope="list:9")
    store.hold(make_hold())
    behind = keep(store, state=State.HELD, hold_scope="login")

    assert store.reap(now=NOW, alive=lambda _: True).queued == 1

    assert state_of(store, kept) is State.QUEUED
    assert state_of(store, behind) is State.HELD
