"""Call me now: offered where it can work, asked for once, and told as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.config.model import CallNow
from gateway.dialer.outcome import Busy, CallOutcome, NotSent, Placed, Refused, Rejected, Scope, Unknown
from gateway.leads.lead import State
from tests.web.gateway_under_test import SITE, Gateway, make_config, opened
from tests.web.visitors import config, follow, look, press, reached, send, words_of

BUTTON = "Call me now"
PREVIEW = "Your number is on our screen"
NOBODY = "Nobody is free right now"
UNCLEAR = "We asked for your call"


def test_a_visitor_is_called_through_the_agent_of_the_source(visited: Gateway) -> None:
    address = send(visited)
    lead = reached(visited, State.DELIVERED)

    page = press(visited, visited.ask("GET", address), BUTTON)

    assert PREVIEW in words_of(page)
    (call,) = visited.dialer.calls
    assert (call.agent_user, call.value, call.preview, call.search) == ("agent1", "9876543210", True, True)
    assert call.prospects_id == lead.id
    story = visited.store.story(lead.id)
    assert story is not None
    (entry,) = story.calls
    assert (entry.outcome, entry.asked_by, entry.mode) == ("placed", "visitor 127.0.0.1", "preview")


def test_where_the_agent_need_not_look_first_it_is_dialed(tmp_path: Path) -> None:
    with opened(tmp_path, config(call_now=CallNow(agent_user="agent1", mode="dial"))) as gateway:
        address = send(gateway)
        reached(gateway, State.DELIVERED)
        page = press(gateway, gateway.ask("GET", address), BUTTON)

        assert "We are calling you" in words_of(page)
        assert [call.preview for call in gateway.dialer.calls] == [False]


@pytest.mark.parametrize(
    ("outcome", "told", "again"),
    [
        (Rejected(code="agent.not_paused", message="Agent agent1 is not paused."), NOBODY, True),
        (Rejected(code="agent.not_logged_in", message="Not logged in."), NOBODY, True),
        (Refused(code="login.incorrect", message="Correct it.", scope=Scope.LOGIN), NOBODY, True),
        (Busy(code="dialer.busy", message="Later."), NOBODY, True),
        (NotSent(code="dialer.unreachable", message="Away."), NOBODY, True),
        (Unknown(code="dialer.timeout", message="Perhaps."), UNCLEAR, False),
    ],
)
def test_what_came_of_it_is_told_without_our_troubles(
    visited: Gateway, outcome: CallOutcome, told: str, again: bool
) -> None:
    visited.dialer.call_script = lambda _: outcome
    address = send(visited)
    reached(visited, State.DELIVERED)

    page = press(visited, visited.ask("GET", address), BUTTON)

    assert told in words_of(page)
    assert ("Try once more" in words_of(page)) is again
    assert "agent" not in words_of(page)


def test_who_was_not_called_may_try_once_more(visited: Gateway) -> None:
    visited.dialer.call_script = lambda _: Rejected(code="agent.not_paused", message="Not paused.")
    address = send(visited)
    reached(visited, State.DELIVERED)
    page = press(visited, visited.ask("GET", address), BUTTON)
    visited.dialer.call_script = lambda call: Placed(phone=call.value)

    again = press(visited, page, "Try once more")

    assert PREVIEW in words_of(again)
    assert len(visited.dialer.calls) == 2


def test_pressing_twice_or_coming_with_another_enquiry_calls_once(visited: Gateway) -> None:
    address = send(visited)
    reached(visited, State.DELIVERED)
    page = visited.ask("GET", address)
    press(visited, page, BUTTON)
    repeated = send(visited)

    for each in (page, visited.ask("GET", repeated)):
        assert PREVIEW in words_of(press(visited, each, BUTTON))
    assert len(visited.dialer.calls) == 1


def test_looking_at_the_page_or_reloading_calls_nobody(visited: Gateway) -> None:
    address = send(visited)
    reached(visited, State.DELIVERED)
    page = visited.ask("GET", address)
    action = re.findall(r'action="([^"]+/call[^"]*)"', page.text)[0].replace("&amp;", "&")

    for _ in range(3):
        assert visited.ask("GET", action).status_code == 303  # nothing to tell yet: back to the thanks
    assert visited.dialer.calls == []


def test_it_is_not_offered_before_the_dialer_has_the_lead_and_not_taken_either(tmp_path: Path) -> None:
    with opened(tmp_path, config(), deliver=False) as gateway:
        address = send(gateway)
        assert BUTTON not in look(gateway, address)
        answer = gateway.ask("POST", address.replace("/thanks?", "/call?"))

        assert answer.status_code == 303
        assert "Your enquiry is safe with us" in look(gateway, answer.headers["Location"])
        assert gateway.dialer.calls == []


def test_a_source_without_it_neither_offers_nor_takes_it(tmp_path: Path) -> None:
    with opened(tmp_path, make_config()) as gateway:
        address = send(gateway)
        reached(gateway, State.DELIVERED)
        assert BUTTON not in look(gateway, address)
        gateway.ask("POST", address.replace("/thanks?", "/call?"))

        assert gateway.dialer.calls == []


@pytest.mark.parametrize("token", ["", "x", "WyJ4Il0.bbbb"])
def test_without_a_good_token_nobody_is_called(visited: Gateway, token: str) -> None:
    send(visited)
    reached(visited, State.DELIVERED)
    answer = visited.ask("POST", f"/forms/website/call?t={token}")

    assert answer.status_code == 303
    assert visited.dialer.calls == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": SITE},  # it may send the form, and yet not press this
        {"Origin": SITE, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_website_cannot_press_the_button(visited: Gateway, headers: dict[str, str]) -> None:
    address = send(visited)
    reached(visited, State.DELIVERED)
    answer = visited.ask("POST", address.replace("/thanks?", "/call?"), headers=headers)

    assert answer.status_code == 403
    assert visited.dialer.calls == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://gateway.example"}, {"Origin": "http://other.name", "Sec-Fetch-Site": "same-origin"}],
)
def test_our_own_page_may_under_whatever_name_it_is_reached(
    visited: Gateway, headers: dict[str, str]
) -> None:
    address = send(visited)
    reached(visited, State.DELIVERED)

    assert visited.ask("POST", address.replace("/thanks?", "/call?"), headers=headers).status_code == 303
    assert len(visited.dialer.calls) == 1


def test_the_buttons_count_towards_the_limits_of_the_form(tmp_path: Path) -> None:
    with opened(tmp_path, config(limits=("3 per hour per ip",))) as gateway:
        gateway.dialer.call_script = lambda _: Busy(code="dialer.busy", message="Later.")
        address = send(gateway)
        reached(gateway, State.DELIVERED)
        call = address.replace("/thanks?", "/call?")

        assert [gateway.ask("POST", call).status_code for _ in range(3)] == [303, 303, 429]
        assert len(gateway.dialer.calls) == 2


def test_the_whole_visit_on_postgresql(tmp_path: Path, postgres_database: str) -> None:
    with opened(tmp_path, config(), database_url=postgres_database) as gateway:
        address = send(gateway)
        lead = reached(gateway, State.DELIVERED)
        page = press(gateway, gateway.ask("GET", address), BUTTON)
        assert PREVIEW in words_of(page)
        link = follow(gateway, gateway.ask("GET", address), "Please do not call me")
        assert "We will not call you" in words_of(press(gateway, link, "Do not call me"))

        story = gateway.store.story(lead.id)
        assert story is not None
        assert [entry.outcome for entry in story.calls] == ["placed"]
        assert [consent.given for consent in story.consents] == [None, False]
        assert gateway.store.verify() == []


@pytest.fixture
def visited(tmp_path: Path) -> Iterator[Gateway]:
    with opened(tmp_path, config()) as gateway:
        yield gateway
