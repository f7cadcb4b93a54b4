"""A held backlog is put right without the command line, and a number that must not be called is taken care of."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.store.operations import Accept
from tests.browser.console_gateway import ConsoleGateway
from tests.browser.form_gateway import form_source
from tests.browser.visit import Visit
from tests.store.making import make_enquiry, make_lead

MISSING = "77001"
HELD = 500
JOBS, LIST = "/console/jobs", "/console/do-not-call"


@pytest.fixture(scope="module")
def place(open_console_gateway: Callable[..., ConsoleGateway]) -> ConsoleGateway:
    """A gateway of these tests' own, one of whose sources names a list that the dialer does not have."""
    return open_console_gateway(form_source("landing").replace('"25062018"', f'"{MISSING}"'))


def fill(place: ConsoleGateway) -> None:
    """The dialer refuses the list of one lead; since then the others are held."""
    answer = requests.post(
        place.gateway.form("landing"),
        data={"MobileNo": "9800000000"},
        headers={"Accept": "application/json"},
        timeout=10,
    )
    assert answer.json()["lead"]["status"] == "held", answer.text
    now = time.time()
    leads = []
    for number in range(1, HELD):
        phone = f"98{number:08d}"
        fields = {"phone_number": phone, "MobileNo": phone, "list_id": MISSING, "LeadSource": "Website"}
        leads.append(
            make_lead(
                id=new_id(now),
                source="landing",
                list_id=MISSING,
                phone=phone,
                fields=fields,
                received_at=now,
                next_at=now,
                state=State.HELD,
                hold_scope=f"list:{MISSING}",
                reason_code="list.not_found",
                message="The dialer has no such list. Create it there, or correct list_id.",
            )
        )
    with place.store() as store:
        store.transact([Accept(enquiry=make_enquiry(id=new_id(now), received_at=now), leads=tuple(leads))])


def test_five_hundred_held_leads_are_released_with_a_few_clicks(
    open_console: Callable[..., Visit],
    place: ConsoleGateway,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    fill(place)
    emulator = place.gateway.emulator
    page = open_console("operator", at=place).page
    page.goto(place.page("/console/leads?state=held&source=landing"))
    requests.put(
        f"{emulator.url}/emulator/lists/{MISSING}", json={"name": "New"}, timeout=5
    ).raise_for_status()

    page.locator("form", has_text="All that match:").get_by_role("button", name="Release").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Release: 500 leads")
    expect(page.locator("main")).to_contain_text("500 leads for main, up to 20 in one request")
    axe(page)
    shots(page, "preview")
    page.get_by_role("button", name="Release: 500 leads").click()

    expect(page).to_have_url(re.compile(f"{JOBS}/[0-9A-Z]{{20}}"))
    shots(page, "under-way")
    expect(page.locator("#progress")).to_contain_text("500 released", timeout=30_000)
    expect(page.locator(".became")).to_have_text(re.compile(r"^\s*delivered 500\s*$"), timeout=60_000)
    axe(page)
    shots(page, "done")
    assert len([lead for lead in emulator.leads() if lead["list_id"] == MISSING]) == HELD


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (390, False)])
def test_jobs_can_be_read_on_any_screen(
    open_console: Callable[..., Visit],
    place: ConsoleGateway,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
    *,
    width: int,
    dark: bool,
) -> None:
    visitor = open_console("operator", at=place, width=width, dark=dark)
    page = visitor.page
    page.goto(place.page(JOBS))
    axe(page)
    shots(page, f"list-{width}")
    page.goto(place.page(f"{LIST}?q=98765+43210"))
    axe(page)
    shots(page, f"numbers-{width}")

    assert not visitor.overflows()


def test_numbers_are_added_looked_up_and_imported_without_scripts(
    open_console: Callable[..., Visit],
    place: ConsoleGateway,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    page = open_console("operator", at=place, javascript=False).page
    page.goto(place.page(LIST))
    page.get_by_label("Number", exact=True).fill("+91 98765 43210")
    page.get_by_label("Reason", exact=True).fill("asked by phone")
    page.get_by_role("button", name="Put it on the list").click()
    expect(page.locator("main")).to_contain_text("The number is on the list.")

    page.get_by_label("Is a number on the list?").fill("098765-43210")
    page.get_by_role("button", name="Look it up").click()
    expect(page.get_by_role("status").first).to_contain_text("asked by phone")
    shots(page, "looked-up")

    page.get_by_label("Numbers", exact=True).fill("9876543210\n98111 11111\n98222 22222\n123\n")
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 new numbers in 4 lines")
    shots(page, "checked")
    page.get_by_label("Reason").fill("the register of November")
    page.get_by_role("button", name="Put them on the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Do not call: 2 numbers")
    end = time.monotonic() + 20
    while "2 put on the list" not in page.locator("main").inner_text():
        assert time.monotonic() < end, "the list was never added"
        page.get_by_role("link", name="Look again").click()
    page.goto(place.page(LIST))
    shots(page, "list")
