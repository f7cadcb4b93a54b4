"""What a visitor does after a form: follow the redirect, press the buttons of the page, read it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from gateway.config import GatewayConfig
from gateway.config.model import CallNow, Form
from gateway.leads.lead import LeadStatus, State
from tests.web.gateway_under_test import Gateway, make_config

GOOD = {"name": "Asha Verma", "phone": "9876543210"}
CONSENT = "I agree to be called about my enquiry."


def config(**changes: Any) -> GatewayConfig:
    """`website` with a consent and "call me now"; more of its keys as asked."""
    known = make_config()
    own: dict[str, Any] = {
        "consent_text": CONSENT,
        "form": Form(languages=("en", "hi")),
        "call_now": CallNow(agent_user="agent1"),
    }
    website = replace(known.sources["website"], **(own | changes))
    return replace(known, sources={**known.sources, "website": website})


def send(gateway: Gateway, fields: Any = None, **request: Any) -> str:
    """Send the form; the address of the page that says thank you."""
    answer = gateway.form(fields or GOOD, **request)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def reached(gateway: Gateway, *states: State) -> LeadStatus:
    """The newest lead once it is in one of these states."""
    deadline = time.monotonic() + 5
    lead: LeadStatus = gateway.stored("website")[0]
    while lead.state not in states:
        assert time.monotonic() < deadline, lead.state
        time.sleep(0.01)
        lead = gateway.stored("website")[0]
    return lead


def look(gateway: Gateway, address: str) -> str:
    """The page at this address, as text."""
    page = gateway.ask("GET", address)
    assert page.status_code == 200
    return words_of(page)


def words_of(page: TestResponse) -> str:
    main = page.text.partition("<main>")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def press(gateway: Gateway, page: TestResponse, button: str) -> TestResponse:
    """Press the button with these words, and follow where it leads."""
    forms = re.findall(r'<form method="post" action="([^"]+)">(.*?)</form>', page.text, re.DOTALL)
    (action,) = [unescape(action) for action, inside in forms if f">{button}</button>" in inside]
    answer = gateway.ask("POST", action)
    assert answer.status_code == 303
    return gateway.ask("GET", answer.headers["Location"])


def follow(gateway: Gateway, page: TestResponse, link: str) -> TestResponse:
    """Follow the link with these words."""
    (address,) = re.findall(rf'<a[^>]* href="([^"]+)">{re.escape(link)}</a>', page.text)
    return gateway.ask("GET", unescape(address))
