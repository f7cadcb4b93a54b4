"""`gateway leads`, `verify` and `holds` over a database with leads in it."""

from __future__ import annotations

import json
import time

import pytest

from gateway.leads.consent import Consent
from gateway.leads.identity import new_id
from gateway.leads.lead import Enquiry, State
from gateway.store.calls import NewCall
from gateway.store.operations import Accept
from gateway.store.records import Hold, NewLead
from tests.cli.conftest import CommandLine


def test_leads_are_listed_newest_first_and_by_state(migrated: CommandLine) -> None:
    held, dead = keep(migrated, State.HELD), keep(migrated, State.DEAD)
    everything = json.loads(migrated.run("leads", "list", "--json").stdout)
    assert [lead["id"] for lead in everything["leads"]] == [dead, held]
    some = json.loads(migrated.run("leads", "list", "--state", "held", "--json").stdout)
    assert [lead["id"] for lead in some["leads"]] == [held]


def test_a_long_list_is_read_page_by_page(migrated: CommandLine) -> None:
    kept = [keep(migrated, State.HELD) for _ in range(3)]
    first = json.loads(migrated.run("leads", "list", "--limit", "2", "--json").stdout)
    rest = json.loads(
        migrated.run("leads", "list", "--limit", "2", "--after", first["after"], "--json").stdout
    )
    assert [lead["id"] for lead in first["leads"] + rest["leads"]] == kept[::-1]
    assert rest["after"] is None


def test_one_lead_is_shown_with_what_arrived(migrated: CommandLine) -> None:
    lead_id = keep(migrated, State.HELD, body=b'{"mobile_no": "9876543210", "note": "\x1b[2Jx"}')
    shown = migrated.run("leads", "show", lead_id.lower())
    assert shown.exit_code == 0
    assert lead_id in shown.stdout
    assert "/v1/leads" in shown.stdout
    assert "\x1b[2J" not in shown.stdout
    story = json.loads(migrated.run("leads", "show", lead_id, "--json").stdout)
    assert story["phone"] == "9876543210"


def test_what_a_visitor_typed_is_shown_as_typed(migrated: CommandLine) -> None:
    lead_id = keep(migrated, State.HELD, name="[/bold] [red]Asha[/red]")

    shown = migrated.run("leads", "show", lead_id)

    assert shown.exit_code == 0
    assert "[/bold] [red]Asha[/red]" in shown.stdout


def test_an_unknown_lead_says_how_to_find_one(migrated: CommandLine) -> None:
    done = migrated.run("leads", "show", "NOSUCHLEAD")
    assert done.exit_code == 1
    assert "gateway leads list" in done.stderr


def test_retry_puts_leads_back_into_the_queue(migrated: CommandLine) -> None:
    lead_id = keep(migrated, State.DEAD)
    done = migrated.run("leads", "retry", lead_id)
    assert (done.exit_code, done.stdout) == (0, "1 lead queued again.\n")
    assert state_of(migrated, lead_id) == State.QUEUED


def test_retry_of_all_asks_first(migrated: CommandLine) -> None:
    lead_id, other = keep(migrated, State.DEAD), keep(migrated, State.HELD)
    assert migrated.run("leads", "retry", "--all", "dead", answer="n\n").exit_code == 1
    assert state_of(migrated, lead_id) == State.DEAD
    assert migrated.run("leads", "retry", "--all", "dead", answer="y\n").exit_code == 0
    assert state_of(migrated, lead_id) == State.QUEUED
    assert state_of(migrated, other) == State.HELD


def test_spam_that_was_none_is_released_by_its_id_and_all_at_once(migrated: CommandLine) -> None:
    one, other, unreadable = (
        keep(migrated, State.QUARANTINED),
        keep(migrated, State.QUARANTINED),
        keep(migrated, State.QUARANTINED, phone=""),
    )
    assert migrated.run("leads", "retry", one).stdout == "1 lead queued again.\n"
    assert state_of(migrated, one) == State.QUEUED

    done = migrated.run("leads", "retry", "--all", "quarantined", "--yes")

    assert done.stdout == "1 lead queued again.\n"
    assert unreadable in done.stderr
    assert "with a phone number" in done.stderr
    assert [state_of(migrated, each) for each in (other, unreadable)] == [State.QUEUED, State.QUARANTINED]


def test_a_lead_is_shown_with_its_consents_and_calls(migrated: CommandLine) -> None:
    lead_id = keep(migrated, State.QUARANTINED, consent=CONSENT)
    store = migrated.store()
    call = NewCall(
        id=new_id(CONSENT.at),
        source="partner",
        dialer="main",
        agent_user="agent1",
        phone="9876543210",
        mode="preview",
        lead_id=lead_id,
        asked_by="visitor 192.0.2.7",
        asked_at=CONSENT.at,
    )
    store.calls.ask(call)
    store.close()

    shown = migrated.run("leads", "show", lead_id)
    story = json.loads(migrated.run("leads", "show", lead_id, "--json").stdout)

    assert shown.exit_code == 0
    for told in ("Consent", CONSENT.text, "2026-11 (en)", "given", "2026-11-18", CONSENT.page_url, "Calls"):
        assert told in shown.stdout
    assert "\x1b[2J" not in shown.stdout
    assert (story["consents"][0]["text"], story["consents"][0]["given"]) == (CONSENT.text, True)
    assert [(each["outcome"], each["agent_user"]) for each in story["calls"]] == [("asked", "agent1")]


def test_resolve_makes_an_unconfirmed_lead_delivered_with_its_number(migrated: CommandLine) -> None:
    lead_id = keep(migrated, State.UNCONFIRMED)
    assert migrated.run("leads", "resolve", lead_id, "--lead-id", "1764").exit_code == 0
    with_number = json.loads(migrated.run("leads", "show", lead_id, "--json").stdout)["lead"]
    assert (with_number["state"], with_number["dialer_lead_id"]) == ("delivered", "1764")


@pytest.mark.parametrize("words", [("resolve",), ("discard", "--reason", "spam"), ("retry",)])
def test_a_decision_about_a_delivered_lead_changes_nothing_and_ends_with_1(
    migrated: CommandLine, words: tuple[str, ...]
) -> None:
    lead_id = keep(migrated, State.UNCONFIRMED)
    migrated.run("leads", "resolve", lead_id)
    done = migrated.run("leads", *words, lead_id)
    assert done.exit_code == 1
    assert lead_id in done.stderr
    assert state_of(migrated, lead_id) == State.DELIVERED


def test_discard_keeps_the_lead_visible(migrated: CommandLine) -> None:
    lead_id = keep(migrated, State.HELD)
    assert migrated.run("leads", "discard", lead_id, "--reason", "asked not to be called").exit_code == 0
    assert state_of(migrated, lead_id) == State.REJECTED


def test_verify_proves_that_nothing_is_missing(migrated: CommandLine) -> None:
    keep(migrated, State.HELD)
    done = migrated.run("verify")
    assert (done.exit_code, done.stdout) == (0, "Every lead is accounted for.\n")


def test_a_hold_is_listed_and_released(migrated: CommandLine) -> None:
    lead_id = keep(migrated, State.QUEUED)
    store = migrated.store()
    now = time.time()
    store.hold(
        Hold(
            dialer="main",
            scope="login",
            code="dialer.login",
            message="No.",
            since=now,
            probe_at=now + 900,
        )
    )
    store.close()
    listed = json.loads(migrated.run("holds", "list", "--json").stdout)
    assert [hold["scope"] for hold in listed] == ["login"]
    assert migrated.run("holds", "release", "main", "line").exit_code == 1
    released = migrated.run("holds", "release", "main", "login")
    assert (released.exit_code, released.stdout) == (0, "1 lead released: they are sent now.\n")
    assert state_of(migrated, lead_id) == State.QUEUED
    assert migrated.run("holds", "list").stdout == "Nothing is held.\n"


# -- making --------------------------------------------------------------------------------------------------


CONSENT = Consent(
    text="I agree to be called about my enquiry.",
    version="2026-11",
    language="en",
    given=True,
    page_url="https://www.example.com/offers",
    address="192.0.2.7",
    user_agent="\x1b[2JMozilla/5.0",
    at=1_795_000_000.0,
)


def keep(
    command_line: CommandLine,
    state: State,
    *,
    body: bytes = b"{}",
    phone: str = "9876543210",
    name: str = "Asha",
    consent: Consent | None = None,
) -> str:
    """A lead on disk in this state."""
    now = time.time()
    enquiry = Enquiry(
        id=new_id(now),
        source="partner",
        received_at=now,
        method="POST",
        path="/v1/leads",
        query="",
        content_type="application/json",
        headers={},
        address="127.0.0.1",
        body=body,
    )
    lead = NewLead(
        id=new_id(now),
        state=state,
        source="partner",
        dialer="main",
        list_id="25062018",
        phone=phone,
        fields={"MobileNo": phone, "phone_number": phone, "list_id": "25062018", "CustomerName": name},
        received_at=now,
        next_at=now,
        hold_scope="login" if state is State.HELD else None,
        consent=consent,
    )
    store = command_line.store()
    store.transact([Accept(enquiry=enquiry, leads=(lead,))])
    store.close()
    return lead.id


def state_of(command_line: CommandLine, lead_id: str) -> str:
    shown = command_line.run("leads", "show", lead_id, "--json")
    return str(json.loads(shown.stdout)["lead"]["state"])
