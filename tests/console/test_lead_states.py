"""The first sentences of a lead in every state: where it is, why, what happens next, and what can be done."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from gateway.accounts import Role
from gateway.leads.lead import Problem, State
from gateway.store.records import Hold, NewLead
from tests.console.at_the_console import AtTheConsole, add_account, signed_in
from tests.store.making import keep, record, result, send
from tests.web.gateway_under_test import Gateway

HOLD = "The dialer refuses our login. Correct user and password in gateway.toml."


@pytest.fixture
def gateway(open_console_gateway: Callable[..., Gateway]) -> Gateway:
    """Nothing leaves by itself: leads stand as the test puts them."""
    return open_console_gateway(deliver=False)


def at(gateway: Gateway, name: str = "omar", role: Role = Role.OPERATOR) -> AtTheConsole:
    return signed_in(gateway, add_account(gateway, name, role))


def put(gateway: Gateway, state: State = State.QUEUED, **more: Any) -> NewLead:
    now = gateway.clock.now()
    known: dict[str, Any] = {"state": state, "received_at": now - 700, "next_at": now - 700}
    return keep(gateway.store, **{**known, **more})


def tried(gateway: Gateway, state: State, outcome: str, **more: Any) -> NewLead:
    """A lead that the dialer was asked for."""
    lead, now = put(gateway, owner="machine:1:1:aa"), gateway.clock.now()
    send(gateway.store, lead, lead.id)
    ended = result(lead, state, outcome, **more)
    gateway.store.transact([record(ended, attempt_id=lead.id, now=now - 600)])
    return lead


def answer(gateway: Gateway, lead: NewLead) -> tuple[str, str]:
    """What the page says at the top, and its buttons."""
    page = html.unescape(at(gateway).get(f"/console/leads/{lead.id}").text)
    top = re.search(r'<section id="standing".*?</section>', page, re.DOTALL)
    buttons = re.search(r'<div id="actions".*?\n</div>\n', page, re.DOTALL)
    assert top is not None
    assert buttons is not None
    return _words(top[0]), _words(buttons[0])


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def test_a_lead_that_waits_for_its_turn(gateway: Gateway) -> None:
    said, buttons = answer(gateway, put(gateway))

    assert "Not in the dialer yet: it waits for its turn at main." in said
    assert "Edit and send" in buttons
    assert "Try now" not in buttons, "it is due"


def test_a_lead_between_two_attempts(gateway: Gateway) -> None:
    later = gateway.clock.now() + 3000
    lead = tried(
        gateway, State.QUEUED, "busy", message="The dialer asks us to come back later.", next_at=later
    )

    said, buttons = answer(gateway, lead)

    assert (
        "Not in the dialer yet, after 1 attempt. The dialer asks us to come back later. Next attempt at"
        in said
    )
    assert buttons.startswith("Try now")


def test_a_held_lead_says_what_must_be_mended_and_when_it_is_tried(gateway: Gateway) -> None:
    lead, now = put(gateway), gateway.clock.now()
    gateway.store.hold(
        Hold(
            dialer="main",
            scope="login",
            code="login.incorrect",
            message=HOLD,
            since=now - 60,
            probe_at=now + 800,
        )
    )

    said, buttons = answer(gateway, lead)

    assert re.search(
        rf"held Not in the dialer: main refuses everything since .*\. {HOLD} Mend that first\.", said
    )
    assert "One lead is tried by itself at" in said
    assert "locks its API user for 15 minutes" in buttons


def test_a_queued_lead_behind_a_hold_is_told_like_a_held_one(gateway: Gateway) -> None:
    now = gateway.clock.now()
    hold = Hold(
        dialer="main",
        scope="list:25062018",
        code="list.not_found",
        message="No list.",
        since=now,
        probe_at=now,
    )
    gateway.store.hold(hold)

    said, _ = answer(gateway, put(gateway))

    assert "main refuses leads for list 25062018 since" in said


def test_a_lead_of_a_paused_dialer_names_who_paused_it_and_why(gateway: Gateway) -> None:
    lead, now = put(gateway), gateway.clock.now()
    gateway.store.write(
        lambda transaction: (
            transaction.run(
                "INSERT INTO pauses (dialer, since, actor, reason) VALUES (?, ?, ?, ?)",
                ("main", now - 60, "asha", "A new list is loaded."),
            ).rowcount
        )
    )

    said, _ = answer(gateway, lead)

    assert re.search(r"Not in the dialer yet: asha paused main at .* A new list is loaded\.", said)
    assert "It goes out when main is resumed." in said


def test_a_lead_that_was_given_up(gateway: Gateway) -> None:
    said, buttons = answer(
        gateway, tried(gateway, State.DEAD, "not_sent", message="The dialer cannot be reached.")
    )

    assert re.search(r"Given up at .*, after 1 attempt\. The dialer cannot be reached\.", said)
    assert buttons.startswith("Send again")


def test_suspected_spam(gateway: Gateway) -> None:
    why = Problem(field="", code="spam.trapped", message="Probably a program.")
    lead = put(gateway, State.QUARANTINED, problems=(why,), reason_code=why.code, message=why.message)

    said, buttons = answer(gateway, lead)

    assert "Set aside: it looks like spam. Probably a program." in said
    assert buttons.startswith("It is no spam: send it")


def test_an_enquiry_of_which_no_lead_could_be_made(gateway: Gateway) -> None:
    lead = put(
        gateway,
        State.QUARANTINED,
        phone="",
        fields={},
        reason_code="phone.required",
        message="A number is needed.",
    )

    said, buttons = answer(gateway, lead)

    assert "Set aside: no lead could be made of it. A number is needed." in said
    assert buttons.startswith("Read it again")
    assert "Never call this number" not in buttons


def test_a_lead_that_waits_for_its_platform(gateway: Gateway) -> None:
    now = gateway.clock.now()
    lead = put(
        gateway,
        State.QUARANTINED,
        phone="",
        fields={},
        reason_code="fetch.waiting",
        message="The rest comes from its platform.",
        hold_scope="fetch:website",
        next_at=now + 60,
    )

    said, buttons = answer(gateway, lead)

    assert "Not a lead yet: website has told no more than its id." in said
    assert buttons.startswith("Ask the platform now")


def test_a_number_that_must_not_be_called(gateway: Gateway) -> None:
    gateway.store.suppress("9800000009", now=gateway.clock.now())

    said, buttons = answer(gateway, put(gateway, phone="9800000009"))

    assert "Not sent: this number must not be called. The number is on the do-not-call list." in said
    assert buttons == ""


def test_a_test_is_never_dialed(gateway: Gateway) -> None:
    said, _ = answer(gateway, put(gateway, State.TEST, test=True))

    assert said == "test A test: it is kept and never dialed."


def test_a_lead_that_was_discarded_at_the_command_line_cannot_be_taken_back_but_sent(
    gateway: Gateway,
) -> None:
    lead = put(gateway)
    gateway.store.discard([lead.id], reason="A joke.", now=gateway.clock.now())

    said, buttons = answer(gateway, lead)

    assert re.search(r"Not sent: discarded at .* A joke\.", said)
    assert "Send again" in buttons
    assert "Take the discarding back" not in buttons


def test_a_delivered_lead_that_the_dialer_took_only_in_part_says_so(gateway: Gateway) -> None:
    lead = tried(
        gateway,
        State.DELIVERED,
        "created",
        reason_code="custom_fields.not_added",
        message="The dialer has the lead without its custom fields.",
        dialer_lead_id="7",
    )

    said, _ = answer(gateway, lead)

    assert "as Lead ID 7, list 25062018. It took 1 min 40 s because it waited for its turn" in said
    assert "The dialer has the lead without its custom fields." in said


def test_an_erased_enquiry_or_a_source_that_is_gone_leaves_a_page(gateway: Gateway) -> None:
    lead = put(gateway, source="forgotten")
    gateway.store.write(lambda transaction: transaction.run("DELETE FROM enquiries").rowcount)

    page = at(gateway).get(f"/console/leads/{lead.id}")

    assert page.status_code == 200
    assert "The enquiry as received is gone." in page.text
    assert "Edit and send" not in page.text
