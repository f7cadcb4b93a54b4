"""Do not call me: a page with a button, and from then on nothing with that number leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.leads.lead import State
from gateway.store.reading import Search
from tests.web.gateway_under_test import Gateway, opened
from tests.web.visitors import CONSENT, GOOD, config, follow, look, press, reached, send, words_of

LINK = "Please do not call me"
BUTTON = "Do not call me"
DONE = "We will not call you"


def opt_out(gateway: Gateway, address: str) -> str:
    page = follow(gateway, gateway.ask("GET", address), LINK)
    assert page.status_code == 200
    return words_of(press(gateway, page, BUTTON))


def test_a_person_opts_out_and_nothing_of_theirs_leaves_any_more(visited: Gateway) -> None:
    address = send(visited)
    reached(visited, State.DELIVERED)

    words = opt_out(visited, address)
    send(visited, GOOD | {"name": "Again"})
    visited.lead({"MobileNo": "9876543210"})

    assert DONE in words
    assert "ends in 3210" in words
    assert len(visited.dialer.sent) == 1
    states = {lead.state for lead in visited.store.find(Search(), limit=9).leads}
    assert states == {State.DELIVERED, State.SUPPRESSED}
    assert "We will not call it." in look(visited, address)


def test_how_it_was_asked_for_stays_beside_what_was_agreed_to(visited: Gateway) -> None:
    address = send(visited, headers={"User-Agent": "Mozilla/5.0"})
    lead = reached(visited, State.DELIVERED)
    opt_out(visited, address)

    story = visited.store.story(lead.id)
    assert story is not None
    agreed, withdrawn = story.consents
    assert (agreed.text, agreed.given) == (CONSENT, None)
    assert (withdrawn.text, withdrawn.given, withdrawn.version) == (BUTTON, False, "opt-out")
    assert withdrawn.page_url == "http://gateway.example/forms/website/opt-out"
    assert withdrawn.address == "127.0.0.1"
    assert withdrawn.at > agreed.at


def test_a_lead_that_waits_is_stopped(tmp_path: Path) -> None:
    with opened(tmp_path, config(), deliver=False) as gateway:
        opt_out(gateway, send(gateway))
        (lead,) = gateway.stored("website")
    with opened(tmp_path, config()) as gateway:
        assert reached(gateway, State.SUPPRESSED).id == lead.id
        assert gateway.dialer.sent == []


def test_a_program_that_follows_links_opts_nobody_out(visited: Gateway) -> None:
    address = send(visited)
    page = follow(visited, visited.ask("GET", address), LINK)

    assert "From now on nothing with the number that ends in 3210" in words_of(page)
    assert not visited.store.is_suppressed("9876543210")
    assert "Thank you" in words_of(follow(visited, page, "No, keep my enquiry"))


def test_an_old_link_says_so_and_changes_nothing(visited: Gateway) -> None:
    address = send(visited).replace("/thanks?", "/opt-out?")
    visited.clock.ahead = 1000
    page = visited.ask("GET", address)
    pressed = visited.ask("POST", address)

    assert (page.status_code, pressed.status_code) == (410, 303)
    assert "This link has expired" in words_of(page)
    assert not visited.store.is_suppressed("9876543210")


def test_who_opted_out_is_not_offered_a_call_or_the_link_again(visited: Gateway) -> None:
    address = send(visited)
    reached(visited, State.DELIVERED)
    opt_out(visited, address)
    words = look(visited, address)
    visited.ask("POST", address.replace("/thanks?", "/call?"))

    assert "Call me now" not in words
    assert LINK not in words
    assert visited.dialer.calls == []


def test_another_website_cannot_opt_anybody_out(visited: Gateway) -> None:
    address = send(visited).replace("/thanks?", "/opt-out?")

    answer = visited.ask("POST", address, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert not visited.store.is_suppressed("9876543210")


def test_in_hindi(visited: Gateway) -> None:
    address = send(visited, GOOD | {"_language": "hi"})
    page = follow(visited, visited.ask("GET", address), "कृपया मुझे फ़ोन न करें")
    words = words_of(press(visited, page, "मुझे फ़ोन न करें"))

    assert "हम आपको फ़ोन नहीं करेंगे" in words
    story = visited.store.story(visited.stored("website")[0].id)
    assert story is not None
    assert (story.consents[-1].text, story.consents[-1].language) == ("मुझे फ़ोन न करें", "hi")


@pytest.fixture
def visited(tmp_path: Path) -> Iterator[Gateway]:
    with opened(tmp_path, config()) as gateway:
        yield gateway
