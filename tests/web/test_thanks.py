"""The thank-you page says what became of the enquiry, to its visitor and to nobody else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.dialer.outcome import NotSent, Outcome, Rejected, Unknown
from gateway.leads.lead import LeadStatus, State
from gateway.store.records import Hold
from gateway.web.standing import Standing, standing_of
from gateway.web.thanks_pages import LOOKS
from tests.delivery.scripted import ScriptedDialer
from tests.web.gateway_under_test import Gateway, opened
from tests.web.visitors import GOOD, config, look, reached, send

SAFE = "Your enquiry is safe with us and on its way to our call team."


def test_a_delivered_enquiry_is_with_the_call_team(visited: Gateway) -> None:
    address = send(visited)
    lead = reached(visited, State.DELIVERED)

    words = look(visited, address)

    assert "Thank you. We have your enquiry." in words
    assert "Our call team has your number. Somebody will call you soon." in words
    assert "With our call team (done)" in words
    assert f"Your reference {lead.id[-6:]}" in words
    assert "Your number ends in 3210" in words
    assert "Refresh" not in visited.ask("GET", address).headers


def test_an_enquiry_on_its_way_is_safe_and_the_page_looks_again(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()
    with opened(tmp_path, config(), dialer=dialer) as gateway:
        address = send(gateway)
        page = gateway.ask("GET", address)
        assert SAFE in look(gateway, address)
        dialer.gate.set()
        reached(gateway, State.DELIVERED)
        seconds, _, again = page.headers["Refresh"].partition("; url=")

        assert seconds == str(LOOKS[0])
        assert "Our call team has your number." in look(gateway, again)


def test_the_page_looks_again_a_few_times_and_then_only_when_asked(idle: Gateway) -> None:
    address, waited = send(idle), 0
    for expected in LOOKS:
        page = idle.ask("GET", address)
        seconds, _, address = page.headers["Refresh"].partition("; url=")
        assert int(seconds) == expected
        waited += int(seconds)
    last = idle.ask("GET", address)

    assert waited <= 30
    assert "Refresh" not in last.headers
    assert "It has not reached our call team yet" in last.text
    assert ">Look again</a>" in last.text
    asked = re.findall(r'href="([^"]+)">Look again', last.text)
    assert "Refresh" not in idle.ask("GET", asked[0].replace("&amp;", "&")).headers


@pytest.mark.parametrize("n", ["99", "-1", "x", "1e9", "२", "000000", ""])
def test_a_made_up_count_never_makes_the_page_look_for_ever(idle: Gateway, n: str) -> None:
    page = idle.ask("GET", f"{send(idle)}&n={n}")

    assert page.status_code == 200
    assert "Refresh" not in page.headers


@pytest.mark.parametrize(
    "outcome",
    [
        NotSent(code="dialer.unreachable", message="The dialer 10.1.2.3 cannot be reached."),
        Unknown(code="dialer.timeout", message="The dialer may have it."),
        Rejected(code="request.refused", message="A filter in front of the dialer."),
    ],
)
def test_our_own_troubles_are_not_the_visitors(tmp_path: Path, outcome: Outcome) -> None:
    with opened(tmp_path, config(), dialer=ScriptedDialer(script=lambda _: outcome)) as gateway:
        address = send(gateway)
        reached(gateway, State.QUEUED, State.UNCONFIRMED, State.REJECTED)
        words = look(gateway, address)

    assert SAFE in words
    assert "dialer" not in words


def test_a_number_the_dialer_cannot_call_is_told(tmp_path: Path) -> None:
    refuse = Rejected(code="phone.invalid", message="Not valid.")
    with opened(tmp_path, config(), dialer=ScriptedDialer(script=lambda _: refuse)) as gateway:
        address = send(gateway)
        reached(gateway, State.REJECTED)
        words = look(gateway, address)

    assert "Our call team cannot dial the number you gave." in words


def test_who_sends_it_again_is_told_of_the_first(visited: Gateway) -> None:
    send(visited)
    reached(visited, State.DELIVERED)
    address = send(visited)

    assert visited.stored("website")[0].state is State.DUPLICATE
    assert "Our call team has your number." in look(visited, address)


def test_a_held_line_says_nothing_of_its_cause(idle: Gateway) -> None:
    address = send(idle)
    now = time.time()
    idle.store.hold(
        Hold(dialer="main", scope="login", code="login.incorrect", message="Secret.", since=now, probe_at=now)
    )

    assert idle.stored("website")[0].state is State.HELD
    words = look(idle, address)
    assert SAFE in words
    assert "Secret" not in words


def test_the_page_speaks_the_language_of_the_form(visited: Gateway) -> None:
    address = send(visited, GOOD | {"_language": "hi"})
    reached(visited, State.DELIVERED)
    page = visited.ask("GET", address)

    assert '<html lang="hi"' in page.text
    assert "आपका नंबर हमारी कॉल टीम के पास पहुँच गया है।" in page.text
    assert "आख़िरी अंक 3210" in page.text
    assert "call team" not in page.text


def test_the_page_may_stand_in_a_frame_of_a_listed_site(visited: Gateway) -> None:
    answer = visited.ask("POST", "/forms/website?embed=1", data=GOOD)
    page = visited.ask("GET", answer.headers["Location"])

    assert "frame-ancestors https://www.example.com" in page.headers["Content-Security-Policy"]
    assert 'class="framed"' in page.text
    links = re.findall(r'(?:href|action)="(/forms/website/(?:opt-out|call)[^"]*)"', page.text)
    assert links
    assert all("embed=1" in link for link in links)


# -- the token -----------------------------------------------------------------------------------------------


def test_a_token_is_good_for_fifteen_minutes(visited: Gateway) -> None:
    address = send(visited)
    lead = visited.stored("website")[0]
    visited.clock.ahead = 890
    assert lead.id[-6:] in look(visited, address)
    visited.clock.ahead = 910

    words = look(visited, address)
    assert words == (
        "Thank you. We have your enquiry. Somebody will call you on the number you gave."
        " There is nothing more to do."
    )


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-5] + ("A" if t[-5] != "A" else "B") + t[-4:], lambda t: t[4:], str.upper]
)
def test_a_changed_token_names_nobody(visited: Gateway, spoil: Callable[[str], str]) -> None:
    token = re.findall(r"[?&]t=([^&]+)", send(visited))[0]

    assert "reference" not in look(visited, f"/forms/website/thanks?t={spoil(token)}")


def test_a_token_reads_no_other_lead_and_no_other_form(visited: Gateway) -> None:
    first = send(visited)
    send(visited, GOOD | {"phone": "9811122233"})
    other, mine = visited.stored("website")

    words = look(visited, first)
    assert mine.id[-6:] in words
    assert other.id[-6:] not in words
    assert "2233" not in words
    assert "reference" not in look(visited, first.replace("/website/", "/landing/"))


def test_nothing_of_the_enquiry_stands_in_the_address_or_on_the_page(visited: Gateway) -> None:
    address = send(visited)
    page = visited.ask("GET", address)

    for value in ("9876543210", "Asha", "Verma"):
        assert value not in address
        assert value not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"


# -- the rule behind it --------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_something_to_say(state: State) -> None:
    lead = LeadStatus(id="L", source="website", state=state, received_at=0)
    expected = {
        State.DELIVERED: Standing.THERE,
        State.SUPPRESSED: Standing.OPTED_OUT,
        State.TEST: Standing.TEST,
    }
    assert standing_of(lead, None, opted_out=False) is expected.get(state, Standing.WAITING)
    assert standing_of(lead, None, opted_out=True) is Standing.OPTED_OUT


def test_a_number_on_the_dialers_own_list_is_not_called() -> None:
    lead = LeadStatus(
        id="L", source="website", state=State.REJECTED, received_at=0, reason_code="phone.do_not_call"
    )
    assert standing_of(lead, None, opted_out=False) is Standing.OPTED_OUT


# -- making --------------------------------------------------------------------------------------------------


@pytest.fixture
def visited(tmp_path: Path) -> Iterator[Gateway]:
    with opened(tmp_path, config()) as gateway:
        yield gateway


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Gateway]:
    """Keeps leads and sends none."""
    with opened(tmp_path, config(), deliver=False) as gateway:
        yield gateway
