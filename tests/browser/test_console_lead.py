"""Somebody at the page of one lead: finds out where it is, puts it right, with scripts and without."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial

import pytest
import requests
from playwright.sync_api import Page, expect

from gateway.leads.lead import State
from tests.browser.console_gateway import ConsoleGateway
from tests.browser.form_gateway import new_phone
from tests.browser.visit import Visit
from tests.store.making import OWNER, keep, record, result, send

Bring = Callable[..., str]


def bring_one(place: ConsoleGateway, fault: str = "", **fields: str) -> str:
    """A lead that the dialer meets with `fault`; the address of its page."""
    gateway, number = place.gateway, new_phone()
    if fault:
        gateway.emulator.fault(fault, count=1, phone=number)
    answer = requests.post(
        gateway.form(),
        data={"MobileNo": f"+91 {number[:5]} {number[5:]}", "CustomerName": "Asha Verma", **fields},
        headers={"Accept": "application/json"},
        timeout=10,
    )
    assert answer.status_code < 500, answer.text
    return place.page(f"/console/leads/{gateway.leads(number)[0]['id']}")


@pytest.fixture
def bring(console_gateway: ConsoleGateway) -> Bring:
    return partial(bring_one, console_gateway)


@pytest.fixture(scope="module")
def late(console_gateway: ConsoleGateway) -> str:
    """The page of a lead that the dialer put off once."""
    return bring_one(
        console_gateway,
        "503:1",
        CustomField1="A hall of <40> seats; near the lake",
        LeadfromURL="https://www.example.com/offers/diwali?utm_source=google&utm_campaign=halls",
        city="Pune",
    )


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_can_be_read_by_everybody(
    open_console: Callable[..., Visit],
    late: str,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
    *,
    width: int,
    dark: bool,
) -> None:
    visitor = open_console(width=width, dark=dark)
    page = visitor.go(late)
    expect(page.locator("#standing")).to_contain_text("In the dialer since", timeout=10_000)
    for summary in page.locator(".timeline summary").all():
        summary.click()

    assert not visitor.overflows()
    axe(page)
    shots(page, f"{width}{'-dark' if dark else ''}")


def test_where_a_lead_is_and_why_it_was_late_is_answered_in_two_steps(
    open_console: Callable[..., Visit], console_gateway: ConsoleGateway
) -> None:
    place, number = console_gateway, new_phone()
    with place.store() as store:
        now = time.time()
        store.register_process(OWNER, now=now, alive_for=60)
        lead = keep(store, phone=number, owner=OWNER, received_at=now - 900, next_at=now - 900)
        send(store, lead)
        busy = result(
            lead, State.QUEUED, "busy", message="The dialer asks us to come back later.", next_at=now
        )
        store.transact([record(busy, now=now - 890)])
    page = open_console("viewer").page

    page.get_by_role("searchbox").fill(f"{number[:5]} {number[5:]}")
    page.keyboard.press("Enter")

    expect(page.locator("#standing")).to_contain_text("In the dialer since", timeout=10_000)
    expect(page.locator("#standing")).to_contain_text(
        "It took 15 min because the dialer did not take it at first (2 attempts)"
    )
    expect(page.locator(".gap.longest")).to_contain_text("waited for the next attempt")


def test_an_unconfirmed_lead_is_found_in_the_dialer(
    open_console: Callable[..., Visit],
    bring: Bring,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    page = open_console().go(bring("created_then_close"))
    expect(page.locator("#standing")).to_contain_text("It may be in the dialer")

    page.get_by_text("It is in the dialer", exact=True).click()
    page.get_by_label("Lead ID").fill("1764")
    axe(page)
    shots(page, "unconfirmed")
    page.get_by_role("button", name="Yes, it is there").click()

    expect(page.get_by_text("Noted: it is in the dialer.")).to_be_visible()
    expect(page.locator("#standing")).to_contain_text("In the dialer as Lead ID 1764")
    expect(page.locator(".timeline")).to_contain_text("omar found it in the dialer")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_rejected_lead_is_corrected_and_reaches_the_dialer(
    open_console: Callable[..., Visit],
    console_gateway: ConsoleGateway,
    bring: Bring,
    phone: Callable[[], str],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
    *,
    scripts: bool,
) -> None:
    number = phone()
    page = open_console(javascript=scripts).go(bring("status:422"))
    expect(page.locator("#standing")).to_contain_text("Not in the dialer: it refused this lead at")

    page.get_by_role("button", name="Edit and send").click()
    page.get_by_label("Number", exact=True).fill("98765")
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_text("The phone number has too few digits.")).to_be_visible()
    if scripts:
        axe(page)
        shots(page, "problem")
    page.get_by_label("Number", exact=True).fill(number)
    page.get_by_role("button", name="Send it").click()

    expect(page.get_by_text("Corrected. It is sent now.")).to_be_visible()
    assert console_gateway.gateway.dialed(number)[0]["phone_number"] == number
    if scripts:
        expect(page.locator("#standing")).to_contain_text("In the dialer since")
    else:
        page.reload()
        expect(page.locator("#standing")).to_contain_text(re.compile("In the dialer since|On its way|turn"))


def test_the_page_prints_whole(
    open_console: Callable[..., Visit], bring: Bring, shots: Callable[[Page, str], None]
) -> None:
    page = open_console().go(bring())
    expect(page.locator("#standing")).to_contain_text("In the dialer since")

    page.emulate_media(media="print")

    expect(page.get_by_text("content-type").first).to_be_visible()
    expect(page.get_by_role("button", name="Show the number")).to_be_hidden()
    expect(page.locator("#actions")).to_be_hidden()
    shots(page, "print")
