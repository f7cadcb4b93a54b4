"""A test lead from the console: the real route with the right proof, each step told, and no dialer ever."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from gateway.accounts import Role
from gateway.config import Auth, parse_config
from gateway.leads.lead import State
from gateway.sources.registry import SOURCES
from gateway.web import sample_mark
from tests.console.at_the_console import (
    CONFIG,
    ENVIRON,
    PUBLIC_URL,
    AtTheConsole,
    add_account,
    console_config,
    signed_in,
)
from tests.sources.contract import SECRET, source_of
from tests.web.gateway_under_test import TOKEN, Gateway

TEST = "/console/sources/portal/test"
MORE = """
[sources.known]
kind = "generic"
list_id = "25062018"
auth = "ip"
networks = ["192.0.2.0/24"]

[sources.signed]
kind = "partner"
list_id = "25062018"
auth = "standard-webhooks"
secret = "env:SIGNING"

[sources.pulled]
kind = "indiamart"
list_id = "25062018"
pull_key = "env:PORTAL_TOKEN"
"""


def text_of(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def people_of_every_kind(open_console_gateway: Callable[..., Gateway]) -> tuple[Gateway, AtTheConsole]:
    sources = {}
    for kind in SOURCES:
        source = source_of(kind)
        if kind in ("form", "partner", "elision"):
            source = replace(source, auth=Auth())
        sources[kind] = source
    gateway = open_console_gateway(config=replace(console_config(), sources=sources))
    return gateway, signed_in(gateway, add_account(gateway, "omar", Role.OPERATOR))


def test_a_test_of_every_kind_is_taken_as_a_test_and_reaches_no_dialer(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    gateway, operator = people_of_every_kind(open_console_gateway)

    for kind in SOURCES:
        page = operator.part(f"/console/sources/{kind}/test", send="1")
        told = text_of(page)

        assert "Taken as a test in" in told, (kind, told)
        assert {lead.state for lead in gateway.stored(kind)} == {State.TEST}, kind
        assert SECRET not in page.text, kind
    assert gateway.dialer.requests == []
    assert gateway.store.verify() == []
    assert gateway.store.list_keys() == []


def test_each_step_is_told_in_its_order(console: Gateway, operator: AtTheConsole) -> None:
    page = operator.post(TEST)
    told = text_of(page)

    steps = ["Sent", "Proof accepted", "Read and judged: 1 lead", "Kept:", "Answered 200"]
    places = [told.index(step) for step in steps]
    assert places == sorted(places)
    assert "POST http://gateway.example/webhooks/portal?token=…" in told
    assert "token, with the first of its secrets, after" in told
    assert "CustomerName Asha Verma" in told
    assert '"outcome":"success"' in told
    assert TOKEN not in page.text
    lead = console.stored("portal")[0]
    assert f'/console/leads/{lead.id}"' in page.text


def test_a_test_is_written_down(console: Gateway, operator: AtTheConsole) -> None:
    operator.post(TEST)

    deed = console.store.console.audit.of("source", "portal")[0].deed
    assert (deed.actor, deed.action) == ("omar", "source.tried")
    assert deed.detail == {"status": 200, "lead": console.stored("portal")[0].id}


def test_a_test_makes_nobody_a_duplicate(console: Gateway, operator: AtTheConsole) -> None:
    operator.post(TEST)
    phone = console.store.story(console.stored("portal")[0].id)
    assert phone is not None

    console.webhook({"phone": phone.phone})

    assert console.stored("portal")[0].state is not State.DUPLICATE


def test_a_source_that_knows_its_sender_by_address_is_tried_as_if_from_there(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    operator = _operator_with_more(open_console_gateway)

    told = text_of(operator.post("/console/sources/known/test"))

    assert "as if from 192.0.2.0" in told
    assert "By the address it came from" in told
    assert "Taken as a test" in told


def test_a_partner_who_signs_is_tried_too(open_console_gateway: Callable[..., Gateway]) -> None:
    operator = _operator_with_more(open_console_gateway)

    assert "Taken as a test" in text_of(operator.post("/console/sources/signed/test"))


def test_a_source_without_a_secret_says_so_and_sends_nothing(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    operator = _operator_with_more(open_console_gateway)

    told = text_of(operator.post("/console/sources/pulled/test"))

    assert "No secret is set for pulled, so its address lets nobody in: its leads are pulled." in told
    assert operator.gateway.stored("pulled") == []


def test_a_mapping_no_sample_fits_says_what_to_do(open_console_gateway: Callable[..., Gateway]) -> None:
    toml = '[sources.odd]\nkind = "generic"\nlist_id = "25062018"\nauth = "none"\n[sources.odd.fields]\n'
    gateway = open_console_gateway(toml + "MobileNo = \"answers[?label=='Phone'] | [0].value\"\n")
    operator = signed_in(gateway, add_account(gateway, "omar", Role.OPERATOR))

    told = text_of(operator.post("/console/sources/odd/test"))

    assert "no sample can be made up" in told
    assert "Next step: post a delivery of this sender with curl." in told


def test_what_the_limits_refuse_is_shown_as_its_sender_would_get_it(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    toml = '[sources.slow]\nkind = "generic"\nlist_id = "25062018"\nauth = "none"\nlimits = ["1 per hour"]\n'
    gateway = open_console_gateway(toml)
    operator = signed_in(gateway, add_account(gateway, "omar", Role.OPERATOR))
    operator.post("/console/sources/slow/test")

    told = text_of(operator.post("/console/sources/slow/test"))

    assert "Refused with 429" in told
    assert "Nothing was kept" in told
    assert "rate.exceeded" in told


@pytest.mark.parametrize("name", [sample_mark.KEY, "X-Gateway-Test-Lead", "Gateway.test_lead"])
def test_nobody_outside_can_mark_a_lead_as_a_test(console: Gateway, name: str) -> None:
    console.webhook(headers={name: "1"})

    assert console.stored("portal")[0].state is not State.TEST


def test_the_persons_own_page_is_not_mixed_up_with_the_request_inside(operator: AtTheConsole) -> None:
    page = operator.post(TEST).text

    assert "Omar" in page or "omar" in page
    assert "text/html" in operator.post(TEST).content_type


def test_a_viewer_sends_none(console: Gateway, viewer: AtTheConsole) -> None:
    assert viewer.post(TEST).status_code == 403
    assert console.stored() == []


def _operator_with_more(open_console_gateway: Callable[..., Gateway]) -> AtTheConsole:
    signing = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    config = parse_config(CONFIG.format(public_url=PUBLIC_URL, more=MORE), {**ENVIRON, "SIGNING": signing})
    gateway = open_console_gateway(config=config)
    return signed_in(gateway, add_account(gateway, "omar", Role.OPERATOR))
