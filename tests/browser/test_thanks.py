"""After the form, in a real browser without scripts: where the enquiry stands, call me now, do not call me."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.form_gateway import FormGateway, form_source, table
from tests.browser.visit import NARROW, WIDE, Visit

NewPhone = Callable[[], str]
Visiting = Callable[..., Visit]
Shots = Callable[[Page, str], None]
Axe = Callable[[Page], None]

LOOKS: list[dict[str, Any]] = [
    {"width": WIDE, "dark": False},
    {"width": NARROW, "dark": True},
]
IDS = ["wide", "narrow-dark"]


@pytest.fixture(scope="module")
def gateway(open_form_gateway: Callable[[str], FormGateway]) -> FormGateway:
    """`cars` calls through an agent who is ready, `repairs` through one who is not."""
    return open_form_gateway(
        "\n".join(
            [
                form_source("cars"),
                table("cars.form", 'languages = ["en", "hi"]', 'accent = "#0b7a55"'),
                table("cars.spam", "min_seconds = 0"),
                table("cars.call_now", 'agent_user = "agent1"'),
                form_source("repairs"),
                table("repairs.spam", "min_seconds = 0"),
                table("repairs.call_now", 'agent_user = "agent2"'),
            ]
        )
    )


def send(visited: Visit, gateway: FormGateway, number: str, form: str = "cars", language: str = "en") -> Page:
    """Fill the hosted form and send it; the page that says thank you."""
    page = visited.go(f"{gateway.form(form)}?lang={language}")
    page.locator("[name=CustomerName]").fill("Asha Verma")
    page.locator("[name=MobileNo]").fill(number)
    page.locator("button[type=submit]").click()
    return page


def there(page: Page) -> Page:
    """The page once it has found out by itself that the dialer has the lead."""
    expect(page.get_by_text("Our call team has your number.")).to_be_visible()
    return page


@pytest.mark.parametrize("options", LOOKS, ids=IDS)
def test_the_page_finds_out_by_itself_what_became_of_it(
    visit: Visiting, gateway: FormGateway, phone: NewPhone, axe: Axe, shots: Shots, options: dict[str, Any]
) -> None:
    number = phone()
    gateway.emulator.fault("slow:0.7", count=1, action="add_lead", phone=number)
    visited = visit(javascript=False, **options)

    page = send(visited, gateway, number)
    expect(page.get_by_text("on its way to our call team")).to_be_visible()
    expect(page.get_by_text("This page looks again by itself.")).to_be_visible()
    shots(page, "waiting")
    there(page)
    shots(page, "there")

    lead = gateway.leads(number)[0]
    expect(page.locator(".reference")).to_have_text(lead["id"][-6:])
    expect(page.locator(".facts")).to_contain_text(f"ends in {number[-4:]}")
    expect(page.get_by_text("This page looks again")).to_have_count(0)
    assert not visited.overflows()
    axe(there(_with_scripts(visit, page, options)))


@pytest.mark.parametrize("options", LOOKS, ids=IDS)
def test_a_visitor_is_called_now(
    visit: Visiting, gateway: FormGateway, phone: NewPhone, axe: Axe, shots: Shots, options: dict[str, Any]
) -> None:
    number = phone()
    page = there(send(visit(javascript=False, **options), gateway, number))

    page.get_by_role("button", name="Call me now").click()

    expect(page.get_by_role("heading")).to_have_text("Your number is on our screen")
    shots(page, "calling")
    calls = [call for call in gateway.emulator.calls() if call["phone_number"] == number]
    assert [(call["agent_user"], call["preview"]) for call in calls] == [("agent1", "YES")]
    axe(_with_scripts(visit, page, options))
    page.get_by_role("link", name="Back to your enquiry").click()
    there(page)


def test_when_nobody_is_free_it_is_said_and_may_be_tried_again(
    visit: Visiting, gateway: FormGateway, phone: NewPhone, axe: Axe, shots: Shots
) -> None:
    number = phone()
    page = there(send(visit(javascript=False, width=NARROW), gateway, number, "repairs"))

    page.get_by_role("button", name="Call me now").click()
    expect(page.get_by_role("heading")).to_have_text("Nobody is free right now")
    shots(page, "nobody")
    axe(_with_scripts(visit, page, {"width": NARROW}))
    gateway.emulator.set_agent("agent2", paused=True)
    page.get_by_role("button", name="Try once more").click()

    expect(page.get_by_role("heading")).to_have_text("Your number is on our screen")
    gateway.emulator.set_agent("agent2", paused=False)


def test_an_answer_that_says_nothing_is_no_promise(
    visit: Visiting, gateway: FormGateway, phone: NewPhone, shots: Shots
) -> None:
    number = phone()
    page = there(send(visit(javascript=False), gateway, number))
    fault = gateway.emulator.fault("html", action="manual_dial")

    page.get_by_role("button", name="Call me now").click()
    gateway.emulator.clear_faults(fault)

    expect(page.get_by_role("heading")).to_have_text("We asked for your call")
    expect(page.get_by_role("button")).to_have_count(0)
    shots(page, "unclear")


@pytest.mark.parametrize("options", LOOKS, ids=IDS)
def test_a_visitor_is_not_called_any_more(
    visit: Visiting, gateway: FormGateway, phone: NewPhone, axe: Axe, shots: Shots, options: dict[str, Any]
) -> None:
    number = phone()
    page = there(send(visit(javascript=False, **options), gateway, number))

    page.get_by_role("link", name="Please do not call me").click()
    shots(page, "ask")
    axe(_with_scripts(visit, page, options))
    page.get_by_role("button", name="Do not call me").click()

    expect(page.get_by_role("heading")).to_have_text("We will not call you")
    shots(page, "done")
    axe(_with_scripts(visit, page, options))
    send(visit(javascript=False), gateway, number)
    assert [lead["state"] for lead in gateway.leads(number)] == ["delivered", "suppressed"]


def test_in_hindi_with_the_keyboard_alone(
    visit: Visiting, gateway: FormGateway, phone: NewPhone, axe: Axe, shots: Shots
) -> None:
    number = phone()
    options: dict[str, Any] = {"width": NARROW, "language": "hi-IN"}
    page = send(visit(javascript=False, **options), gateway, number, language="hi")
    expect(page.get_by_text("आपका नंबर हमारी कॉल टीम के पास पहुँच गया है।")).to_be_visible()
    shots(page, "there")
    axe(_with_scripts(visit, page, options))

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("आपका नंबर हमारी स्क्रीन पर है")
    shots(page, "calling")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="कृपया मुझे फ़ोन न करें").press("Enter")
    shots(page, "ask")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading")).to_have_text("हम आपको फ़ोन नहीं करेंगे")
    shots(page, "done")


def test_a_link_from_yesterday_still_thanks_and_opts_nobody_out(
    visit: Visiting, gateway: FormGateway, axe: Axe, shots: Shots
) -> None:
    page = visit().go(f"{gateway.form('cars')}/thanks?t=old")
    expect(page.get_by_role("heading")).to_have_text("Thank you. We have your enquiry.")
    shots(page, "thanks")
    axe(page)
    page.goto(f"{gateway.form('cars')}/opt-out?t=old")
    expect(page.get_by_role("heading")).to_have_text("This link has expired")
    shots(page, "expired")
    axe(page)


def _with_scripts(visit: Visiting, page: Page, options: dict[str, Any]) -> Page:
    """The same page where axe can run: our pages have no script, and the visitor has switched them off."""
    return visit(**options).go(page.url)
