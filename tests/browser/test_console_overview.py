"""Somebody at the overview: the dialer goes down and comes back; a list is held, mended and released."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.console_gateway import ConsoleGateway
from tests.browser.form_gateway import FormGateway, form_source
from tests.browser.visit import Visit
from tests.console.busy_day import put, put_weeks

OTHER_LIST = "25062020"


@pytest.fixture(scope="module")
def place(open_console_gateway: Callable[..., ConsoleGateway]) -> ConsoleGateway:
    """A gateway of these tests' own, in the middle of a day: its dialer goes down."""
    second = form_source("landing").replace('"25062018"', f'"{OTHER_LIST}"')
    found = open_console_gateway(second)
    fill(found)
    return found


def bring(gateway: FormGateway, phone: str, source: str = "website") -> None:
    answer = requests.post(
        gateway.form(source), data={"MobileNo": phone}, headers={"Accept": "application/json"}, timeout=10
    )
    assert answer.status_code < 300, answer.text


def fill(place: ConsoleGateway) -> None:
    """A day like another, and four weeks of them."""
    now = time.time()
    with place.store() as store:
        put_weeks(store, now=now, by_hour=40)
        for minute in range(2, 60 * 9, 3):
            at = now - 60 * minute
            put(store, at, leads=2 + round(2 * math.sin(minute / 80)), took=0.4 + (minute % 7) / 5)
        put(store, now - 400, state="rejected", reason="phone.invalid", leads=4)
        put(store, now - 500, state="duplicate", leads=9)
        put(store, now - 900, state="test", leads=3)


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (390, False)])
def test_the_overview_of_a_good_day_can_be_read_by_everybody(
    place: ConsoleGateway,
    open_console: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
    *,
    width: int,
    dark: bool,
) -> None:
    visitor = open_console("operator", at=place, width=width, dark=dark)
    page = visitor.page

    expect(page.locator(".verdict")).to_contain_text("Everything is all right")
    expect(page.locator("#plot-hours canvas")).to_be_visible()
    assert not visitor.overflows()
    axe(page)
    shots(page, f"{width}{'-dark' if dark else ''}")


def test_a_chart_tells_its_values_to_who_points_at_it_and_to_who_opens_its_table(
    place: ConsoleGateway, open_console: Callable[..., Visit]
) -> None:
    page = open_console("operator", at=place).page

    page.locator("#plot-hours .u-over").hover()
    expect(page.locator("#plot-hours .readout")).to_have_text(re.compile(r"Leads \d+, Usual 40"))
    page.locator("#table-hours summary").click()
    expect(page.get_by_role("table", name="Leads by the hour")).to_be_visible()
    assert page.get_by_role("table", name="Leads by the hour").get_by_role("row").count() == 25


def test_the_dialer_goes_down_the_overview_says_so_and_says_when_it_is_over(
    place: ConsoleGateway,
    open_console: Callable[..., Visit],
) -> None:
    gateway = place.gateway
    bring(gateway, "9876500001")
    page = open_console("operator", at=place).page
    expect(page.locator(".verdict")).to_contain_text("Everything is all right")

    gateway.emulator.stop()
    with ThreadPoolExecutor(8) as visitors:  # each waits for its answer until the line is found closed
        list(visitors.map(lambda number: bring(gateway, f"98765000{10 + number}"), range(8)))
    expect(page.locator(".verdict")).to_contain_text("main does not answer", timeout=15_000)
    expect(page.locator(".verdict")).to_contain_text("8 leads wait", timeout=15_000)

    gateway.emulator.start()
    expect(page.locator(".verdict")).to_contain_text("Everything is all right", timeout=20_000)
    assert len(gateway.emulator.leads()) == 9


def test_a_held_list_is_mended_and_released_without_the_command_line(
    place: ConsoleGateway,
    open_console: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    gateway = place.gateway
    gateway.emulator.remove_list(OTHER_LIST)
    bring(gateway, "9876500101", "landing")
    bring(gateway, "9876500102", "landing")
    page = open_console("operator", at=place).page

    held = page.get_by_text(re.compile(f"held because list {OTHER_LIST} does not exist at main"))
    expect(held).to_be_visible(timeout=10_000)
    page.get_by_role("link", name="Mend and release").click()
    expect(page.get_by_text("Create it there")).to_be_visible()
    axe(page)
    shots(page, "held")

    gateway.emulator.set_list(OTHER_LIST)
    page.get_by_role("button", name="Release now").click()
    expect(page.get_by_text("2 leads released")).to_be_visible()
    assert gateway.dialed("9876500102")


def test_a_dialer_is_paused_and_resumed_with_a_reason(
    place: ConsoleGateway,
    open_console: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    page = open_console("operator", at=place, width=390, dark=True).page
    page.locator("summary", has_text="Pause…").click()
    page.get_by_label("Why?").fill("new lists are loaded")
    page.get_by_role("button", name="Pause main").click()

    expect(page.locator(".verdict")).to_contain_text("main was paused by omar")
    expect(page.locator(".verdict")).to_contain_text("“new lists are loaded”")
    axe(page)
    shots(page, "paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".verdict")).to_contain_text("Everything is all right", timeout=10_000)


def test_nobody_who_writes_or_looks_elsewhere_is_disturbed(
    place: ConsoleGateway, open_console: Callable[..., Visit]
) -> None:
    visitor = open_console("operator", at=place)
    page = visitor.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.locator("summary", has_text="Pause…").click()
    page.evaluate("htmx.trigger('#live', 'wake')")
    page.locator("summary", has_text="Pause…").click()
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })")
    page.evaluate("htmx.trigger('#live', 'wake')")
    page.wait_for_timeout(200)
    assert asked == []

    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    visitor.until(lambda: any("/console/?seen=" in each for each in asked))


def test_without_scripts_the_figures_can_be_read_and_a_dialer_be_paused(
    place: ConsoleGateway, open_console: Callable[..., Visit]
) -> None:
    page = open_console("operator", at=place, javascript=False).page

    expect(page.locator("#plot-hours")).to_be_hidden()
    page.locator("#table-hours summary").click()
    expect(page.get_by_role("table", name="Leads by the hour")).to_be_visible()
    page.locator("summary", has_text="Pause…").click()
    page.get_by_label("Why?").fill("a look without scripts")
    page.get_by_role("button", name="Pause main").click()
    expect(page.locator(".verdict")).to_contain_text("main was paused by omar")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".notice")).to_contain_text("main is resumed")
