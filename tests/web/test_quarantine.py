"""What is taken for spam is kept whole, answered like everything else, and can be released."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.leads.lead import State
from gateway.store.records import Story
from tests.web.gateway_under_test import Gateway, opened
from tests.web.visitors import GOOD, config, look, reached, send

SPAM = GOOD | {"phone": "9811122233", "_gotcha": "http://spam.example"}
AT_ONCE = {"Prefer": "wait=0"}


def story_of(gateway: Gateway, lead_id: str) -> Story:
    story = gateway.store.story(lead_id)
    assert story is not None
    return story


def held_back(gateway: Gateway) -> Story:
    """The newest lead, which is quarantined."""
    lead = gateway.stored("website")[0]
    assert lead.state is State.QUARANTINED
    return story_of(gateway, lead.id)


def shape_of(answer: TestResponse) -> Any:
    """Everything a client can see of an answer, with what differs from lead to lead taken out."""
    body = answer.get_json()
    assert set(body["lead"]) == {"id", "status", "source", "received_at"}
    body["lead"] = {name: body["lead"][name] for name in ("status", "source")}
    headers = {name: value for name, value in answer.headers if name not in ("X-Request-Id", "Date")}
    return answer.status_code, headers, body


def test_a_program_cannot_tell_it_from_an_enquiry_that_waits(idle: Gateway) -> None:
    good = idle.script(GOOD, headers=AT_ONCE)
    spam = idle.script(SPAM, headers=AT_ONCE)

    assert shape_of(spam) == shape_of(good)
    told = spam.get_json()
    assert (spam.status_code, told["lead"]["status"], told["reason_code"]) == (202, "queued", None)
    assert held_back(idle).lead.id == told["lead"]["id"]


def test_the_same_key_again_tells_nothing_either(idle: Gateway) -> None:
    headers = AT_ONCE | {"Idempotency-Key": "one-fill"}
    first, again = idle.script(SPAM, headers=headers), idle.script(SPAM, headers=headers)

    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert len(idle.stored("website")) == 1


def test_a_person_sees_the_page_of_an_enquiry_that_waits(idle: Gateway) -> None:
    good, spam = send(idle), send(idle, SPAM)
    spam_lead, good_lead = idle.stored("website")

    pages = [
        look(idle, address).replace(lead.id[-6:], "REFERENCE").replace(digits, "DIGITS")
        for address, lead, digits in ((good, good_lead, "3210"), (spam, spam_lead, "2233"))
    ]
    assert pages[0] == pages[1]
    assert "Your enquiry is safe with us" in pages[1]
    refresh = [idle.ask("GET", address).headers["Refresh"].partition(";")[0] for address in (good, spam)]
    assert refresh[0] == refresh[1]


def test_what_an_operator_threw_away_goes_on_looking_like_it_waits(idle: Gateway) -> None:
    address = send(idle, SPAM)
    idle.store.discard([held_back(idle).lead.id], reason="Spam.", now=idle.clock.now())

    assert "Your enquiry is safe with us" in look(idle, address)


def test_it_is_kept_as_whole_as_any_lead(idle: Gateway) -> None:
    send(idle, GOOD)
    send(idle, SPAM)
    spam, good = (story_of(idle, lead.id) for lead in idle.stored("website"))

    assert (spam.phone, spam.fields.keys()) == ("9811122233", good.fields.keys())
    assert [problem.code for problem in spam.problems] == ["spam.trapped"]
    assert len(spam.consents) == 1
    assert idle.store.verify() == []


def test_it_turns_nobodys_enquiry_into_a_duplicate(visited: Gateway) -> None:
    send(visited, SPAM)
    send(visited, GOOD | {"phone": "9811122233"})

    assert reached(visited, State.DELIVERED).duplicate_of is None
    assert visited.dialer.sent == ["9811122233"]


def test_releasing_it_sends_it(visited: Gateway) -> None:
    address = send(visited, SPAM)
    lead_id = held_back(visited).lead.id

    assert visited.store.retry([lead_id], now=visited.clock.now()) == {lead_id}

    assert reached(visited, State.DELIVERED).id == lead_id
    assert visited.dialer.sent == ["9811122233"]
    assert "Our call team has your number." in look(visited, address)


def test_one_that_opted_out_meanwhile_is_released_to_nobody(visited: Gateway) -> None:
    address = send(visited, SPAM)
    lead_id = held_back(visited).lead.id
    visited.ask("POST", address.replace("/thanks?", "/opt-out?"))
    visited.store.retry([lead_id], now=visited.clock.now())

    assert reached(visited, State.SUPPRESSED).id == lead_id
    assert visited.dialer.sent == []


def test_no_call_is_offered_and_none_is_made(visited: Gateway) -> None:
    address = send(visited, SPAM)

    assert "Call me now" not in look(visited, address)
    visited.ask("POST", address.replace("/thanks?", "/call?"))
    assert visited.dialer.calls == []


@pytest.fixture
def visited(tmp_path: Path) -> Iterator[Gateway]:
    with opened(tmp_path, config()) as gateway:
        yield gateway


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Gateway]:
    """Keeps leads and sends none."""
    with opened(tmp_path, config(), deliver=False) as gateway:
        yield gateway
