"""A sender renames a field; somebody at the console finds it, tries another mapping and replays the quarantine."""

from __future__ import annotations

import json
import re
import signal
import time
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.console_gateway import ConsoleGateway
from tests.browser.visit import Visit

PORTAL = """
[sources.portal]
kind = "generic"
dialer = "main"
list_id = "25062018"
auth = "none"
lead_source = "Portal"

[sources.portal.fields]
MobileNo = "contact.phone"
CustomerName = "contact.name"
"""
PHONE = "9812345670"
RENAMED = {"contact": {"mobile": "+91 98123 45670", "name": "Asha Verma"}, "city": "Pune"}
PAGES = ("", "/connect", "/try", "/test", "/keys", "/configuration", "/docs")


@pytest.fixture(scope="module")
def place(open_console_gateway: Callable[..., ConsoleGateway]) -> ConsoleGateway:
    """A gateway of this module's own: its configuration is changed while it runs."""
    return open_console_gateway(PORTAL)


def post(place: ConsoleGateway, source: str, value: object) -> int:
    body = json.dumps(value).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{place.url}/webhooks/{source}", body, headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return int(answer.status)


def reload_with(place: ConsoleGateway, lines: str) -> None:
    """What an operator does in a shell: the lines in place of the old ones, then SIGHUP."""
    running = place.gateway.running
    path = running.folder / "gateway.toml"
    text = path.read_text()
    old = PORTAL.partition("[sources.portal.fields]")[2]
    assert text.count(old) == 1
    path.write_text(text.replace(old, lines.partition("[sources.portal.fields]")[2]))
    assert running.process is not None
    running.process.send_signal(signal.SIGHUP)


def until_it_reads(page: Page, address: str, mapping: str) -> None:
    """The new workers answer."""
    for _ in range(100):
        page.goto(address)
        if mapping in page.locator("main").inner_text():
            return
        time.sleep(0.1)
    raise AssertionError("the configuration was not read again")


def test_a_renamed_field_is_mended_and_what_was_quarantined_is_replayed(
    place: ConsoleGateway,
    open_console: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    assert post(place, "portal", RENAMED) == 200
    page = open_console("operator", at=place).page
    page.get_by_role("link", name="Sources").click()
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("portal")
    expect(row).to_contain_text("quarantine")
    shots(page, "list")
    axe(page)

    row.get_by_role("link", name="portal").click()
    expect(page.get_by_text("1 enquiry in quarantine")).to_be_visible()
    shots(page, "health")
    axe(page)

    page.get_by_role("link", name="try one that does").click()
    page.get_by_role("button", name="Fill in the last quarantined enquiry").click()
    expect(page.get_by_label("What its sender sends")).to_have_value(re.compile("mobile"))
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("#result")).to_contain_text("A phone number is needed")
    shots(page, "tried")
    axe(page)
    page.get_by_role("button", name="Try this line").first.click()
    expect(page.locator("#result")).to_contain_text("a good lead")
    expect(page.locator("#result")).to_contain_text(PHONE)
    shots(page, "good")
    axe(page)

    lines = page.locator(".code pre").first.inner_text()
    reload_with(place, lines)
    until_it_reads(page, place.page("/console/sources/portal/configuration"), 'MobileNo = "contact.mobile"')

    page.goto(place.page("/console/leads?source=portal&state=quarantined"))
    page.goto(place.page("/console/sources/portal/try"))
    page.get_by_label("What its sender sends").fill(json.dumps(RENAMED))
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("#result")).to_contain_text("a good lead")
    page.get_by_role("button", name="Release them…").click()
    page.get_by_role("button", name="Release: 1 lead").click()

    dialed = place.gateway.dialed(PHONE, seconds=15)
    assert [lead["list_id"] for lead in dialed] == ["25062018"]
    page.goto(place.page("/console/sources/portal"))
    expect(page.get_by_text("in quarantine: kept, but not sent")).to_have_count(0)


def test_a_test_lead_is_followed_from_its_request_to_its_answer(
    place: ConsoleGateway,
    open_console: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    page = open_console("operator", at=place).page
    page.goto(place.page("/console/sources/portal/test"))
    before = len(place.gateway.emulator.leads())

    page.get_by_role("button", name="Send a test lead").click()

    expect(page.get_by_role("heading", name="Taken as a test")).to_be_visible()
    expect(page).to_have_url(place.page("/console/sources/portal/test"))
    shots(page, "course")
    axe(page)
    page.get_by_role("link", name="test").or_(page.locator(".timeline a")).first.click()
    assert len(place.gateway.emulator.leads()) == before


def test_a_key_is_made_copied_and_replaced(
    place: ConsoleGateway, open_console: Callable[..., Visit], shots: Callable[[Page, str], None]
) -> None:
    page = open_console("admin", at=place).page
    page.goto(place.page("/console/sources/partner/keys"))
    shots(page, "none")

    page.get_by_label("Whose key it is").fill("Acme Portals")
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator(".notice .code")).to_contain_text("gw_live_")
    shots(page, "made")
    page.get_by_text("Replace", exact=True).click()
    page.get_by_role("button", name="Make its successor").click()

    expect(page.get_by_text("goes on until")).to_be_visible()
    expect(page.locator("table.list").first.locator("tbody tr")).to_have_count(2)
    shots(page, "two")


def test_every_page_of_a_source_can_be_read_by_everybody(
    place: ConsoleGateway,
    open_console: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    page = open_console("admin", at=place).page
    for path in (*(f"/partner{path}" for path in PAGES), "/website/connect"):
        page.goto(place.page(f"/console/sources{path}"))
        axe(page)
        shots(page, path.replace("/", "-"))


def test_every_page_of_a_source_fits_a_telephone_in_the_dark(
    place: ConsoleGateway,
    open_console: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    visitor = open_console("admin", at=place, width=390, dark=True)
    page = visitor.page
    for path in ("", *(f"/partner{path}" for path in PAGES), "/website/connect"):
        page.goto(place.page(f"/console/sources{path}"))
        assert not visitor.overflows(), path
        shots(page, path.replace("/", "-"))
    axe(page)


def test_the_box_works_without_scripts(place: ConsoleGateway, open_console: Callable[..., Visit]) -> None:
    page = open_console("operator", at=place, javascript=False).page
    page.goto(place.page("/console/sources/portal/try"))
    page.get_by_label("What its sender sends").fill("hello")
    page.get_by_role("button", name="Read it").click()

    expect(page.locator("#result")).to_contain_text("neither JSON nor a form nor XML")
