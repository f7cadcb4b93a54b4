"""A call is written down before it is asked for; a number that may ring is not called again at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from gateway.leads.identity import new_id
from gateway.store import Store
from gateway.store.calls import CallEnd, Leave, NewCall
from gateway.store.records import CallEntry
from tests.store.making import NOW, keep

QUIET = 600.0


def make_call(**changes: Any) -> NewCall:
    at = changes.get("asked_at", NOW)
    values: dict[str, Any] = {
        "id": new_id(at),
        "source": "website",
        "dialer": "main",
        "agent_user": "agent1",
        "phone": "9876543210",
        "mode": "preview",
        "lead_id": None,
        "asked_by": "visitor 192.0.2.7",
        "asked_at": at,
    }
    return NewCall(**{**values, **changes})


def end(outcome: str, **changes: Any) -> CallEnd:
    known = CallEnd(
        outcome=outcome,
        reason_code=None,
        message="A sentence.",
        http_status=200,
        response="{}",
        finished_at=NOW + 1,
    )
    return replace(known, **changes)


def calls_of(store: Store, lead_id: str) -> tuple[CallEntry, ...]:
    story = store.story(lead_id)
    assert story is not None
    return story.calls


def test_a_call_is_kept_as_asked_and_then_with_its_end(store: Store) -> None:
    lead, other = keep(store), keep(store)
    call = make_call(lead_id=lead.id)

    assert store.calls.ask(call) is Leave.GIVEN
    (before,) = calls_of(store, lead.id)
    store.calls.finish(call.id, end("rejected", reason_code="agent.not_paused"))
    (after,) = calls_of(store, lead.id)

    assert (before.outcome, before.finished_at, before.asked_by) == ("asked", None, "visitor 192.0.2.7")
    assert (after.outcome, after.reason_code, after.finished_at) == ("rejected", "agent.not_paused", NOW + 1)
    assert calls_of(store, other.id) == ()


def test_the_first_end_stays(store: Store) -> None:
    lead = keep(store)
    call = make_call(lead_id=lead.id)
    store.calls.ask(call)

    store.calls.finish(call.id, end("placed"))
    store.calls.finish(call.id, end("unknown"))

    assert [each.outcome for each in calls_of(store, lead.id)] == ["placed"]


@pytest.mark.parametrize("outcome", ["asked", "placed", "unknown"])
def test_a_number_that_may_ring_is_left_in_peace_for_a_while(store: Store, outcome: str) -> None:
    call = make_call()
    store.calls.ask(call, quiet=QUIET)
    if outcome != "asked":
        store.calls.finish(call.id, end(outcome))

    assert store.calls.ask(make_call(asked_at=NOW + QUIET - 1), quiet=QUIET) is Leave.REPEATED
    assert store.calls.ask(make_call(phone="9876543211"), quiet=QUIET) is Leave.GIVEN
    assert store.calls.ask(make_call(asked_at=NOW + QUIET + 1), quiet=QUIET) is Leave.GIVEN


@pytest.mark.parametrize("outcome", ["rejected", "refused", "busy", "not_sent"])
def test_a_call_that_certainly_did_not_ring_may_be_asked_for_again(store: Store, outcome: str) -> None:
    call = make_call()
    store.calls.ask(call, quiet=QUIET)
    store.calls.finish(call.id, end(outcome))

    assert store.calls.ask(make_call(asked_at=NOW + 2), quiet=QUIET) is Leave.GIVEN


def test_a_caller_who_wants_no_quiet_may_call_again_at_once(store: Store) -> None:
    store.calls.ask(make_call())

    assert store.calls.ask(make_call(asked_at=NOW + 1)) is Leave.GIVEN


def test_a_number_that_opted_out_is_not_called(store: Store) -> None:
    store.suppress("9876543210", now=NOW)

    assert store.calls.ask(make_call()) is Leave.SUPPRESSED
    assert store.calls.latest_to("9876543210", since=0) is None


def test_two_presses_at_once_are_one_call(store: Store, url: str) -> None:
    others = [Store.open(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        asked = list(pool.map(lambda other: other.calls.ask(make_call(), quiet=QUIET), others))
    for other in others:
        other.close()

    assert sorted(asked) == [Leave.GIVEN, *[Leave.REPEATED] * 3]


def test_the_last_call_to_a_number_is_found(store: Store) -> None:
    first, last = make_call(), make_call(asked_at=NOW + 5, mode="dial")
    for call in (first, last, make_call(phone="9876543211", asked_at=NOW + 9)):
        store.calls.ask(call)

    found = store.calls.latest_to("9876543210", since=NOW - 1)
    assert found is not None
    assert (found.id, found.mode) == (last.id, "dial")
    assert store.calls.latest_to("9876543210", since=NOW + 5) is None
