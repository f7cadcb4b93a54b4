"""Our own form page in a real browser: without scripts, by keyboard, in Hindi, on a small screen, in a frame."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.foreign_site import ForeignSite
from tests.browser.form_gateway import FormGateway, form_source, table
from tests.browser.visit import NARROW, WIDE, Visit

NewPhone = Callable[[], str]
Visiting = Callable[..., Visit]
Shots = Callable[[Page, str], None]
Axe = Callable[[Page], None]

CONSENT = 'consent_text = "I agree that Sharma Motors may call me about my enquiry."'
FORM = """
[sources.cars.form]
fields = ["CustomerName", "MobileNo", "email", "EnquiryType", "CustomField1"]
required = ["CustomerName"]
languages = ["en", "hi"]
accent = "#0b7a55"

[sources.cars.form.options]
EnquiryType = ["Sales", "Service"]

[sources.cars.form.texts.en]
title = "Book a test drive"
hints = { MobileNo = "Ten digits" }
options = { Sales = "A new car", Service = "Service and repair" }

[sources.cars.form.texts.hi]
title = "टेस्ट ड्राइव बुक करें"
consent = "मैं सहमत हूँ कि शर्मा मोटर्स मेरी पूछताछ के बारे में मुझे फ़ोन करे।"
options = { Sales = "नई गाड़ी", Service = "सर्विस और मरम्मत" }
"""


# As high as its content, and not much higher.
FITS = "Math.abs(document.querySelector('main').offsetHeight - innerHeight) < 3"


@pytest.fixture(scope="module")
def gateway(open_form_gateway: Callable[[str], FormGateway], foreign_site: ForeignSite) -> FormGateway:
    """`cars` with everything a form can have, and `proven` with proof of work."""
    site = (foreign_site.url,)
    proof = table("proven.captcha", 'provider = "altcha"', "require = true")
    return open_form_gateway(
        "\n".join(
            [
                form_source("cars", site, CONSENT, tables=FORM),
                form_source("proven", site, tables=proof),
                *(table(f"{name}.spam", "min_seconds = 0") for name in ("cars", "proven")),
            ]
        )
    )


def fill(page: Page | FrameLocator, number: str) -> None:
    page.get_by_label("Name").fill("Asha Verma")
    page.get_by_label("Mobile number").fill(number)
    page.get_by_label("What is it about?").select_option("A new car")
    page.get_by_role("checkbox").check()


# -- sending -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [False, True], ids=["without-scripts", "with-scripts"])
def test_an_enquiry_reaches_the_dialer_and_its_reference_is_shown(
    visit: Visiting, gateway: FormGateway, phone: NewPhone, shots: Shots, javascript: bool
) -> None:
    number = phone()
    page = visit(javascript=javascript).go(gateway.form("cars"))

    fill(page, number)
    shots(page, "filled")
    page.get_by_role("button", name="Send").click()

    (dialed,) = gateway.dialed(number)
    (lead,) = gateway.leads(number)
    assert (dialed["fields"]["CustomerName"], dialed["fields"]["EnquiryType"]) == ("Asha Verma", "Sales")
    expect(page.locator(".reference")).to_have_text(lead["id"][-6:])
    shots(page, "thanks")


def test_the_keyboard_is_enough_and_never_comes_to_the_trap(
    visit: Visiting, gateway: FormGateway, phone: NewPhone
) -> None:
    number = phone()
    page = visit().go(gateway.form("cars"))
    reached: list[str] = []

    def tab() -> None:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))

    for typed in (None, None, "Asha Verma", number, "asha@example.com", "A new", "Please call soon"):
        tab()
        if typed:
            page.keyboard.type(typed)
    tab()
    page.keyboard.press("Space")
    tab()
    page.keyboard.press("Enter")

    (dialed,) = gateway.dialed(number)
    assert dialed["fields"]["EnquiryType"] == "Sales"
    assert reached == [
        "A", "A", "CustomerName", "MobileNo", "email", "EnquiryType", "CustomField1", "_consent", "BUTTON",
    ]  # fmt: skip


def test_a_proof_of_work_is_found_while_the_visitor_types(
    visit: Visiting, gateway: FormGateway, phone: NewPhone
) -> None:
    number = phone()
    page = visit().go(gateway.form("proven"))

    page.get_by_label("Name").fill("Asha Verma")
    page.get_by_label("Mobile number").fill(number)
    page.get_by_role("button", name="Send").click()

    expect(page).to_have_url(re.compile("/thanks"), timeout=20_000)
    (lead,) = gateway.leads(number)
    assert (lead["state"] != "quarantined", lead["problems"]) == (True, [])


def test_a_proof_of_work_is_found_again_for_a_form_that_comes_back(
    visit: Visiting, gateway: FormGateway, phone: NewPhone
) -> None:
    number = phone()
    page = visit().go(gateway.form("proven"))

    page.get_by_label("Mobile number").fill("98")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Please check your enquiry")).to_be_visible(timeout=20_000)
    page.get_by_label("Mobile number").fill(number)
    page.get_by_role("button", name="Send again").click()

    expect(page).to_have_url(re.compile("/thanks"), timeout=20_000)
    (lead,) = gateway.leads(number)
    assert lead["problems"] == []


# -- what is wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "window",
    [
        {"width": NARROW},
        {"width": NARROW, "dark": True, "language": "hi-IN"},
        {"width": WIDE, "dark": True},
        {"width": WIDE, "language": "hi-IN"},
    ],
    ids=["narrow", "narrow-dark-hindi", "wide-dark", "wide-hindi"],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    visit: Visiting, gateway: FormGateway, axe: Axe, shots: Shots, window: dict[str, Any]
) -> None:
    visitor = visit(**window)
    page = visitor.go(gateway.form("cars"))
    looks = "-".join(str(value) for value in window.values())
    assert not visitor.overflows()
    axe(page)
    shots(page, f"blank-{looks}")

    page.locator("[name=CustomerName]").fill("Asha Verma")
    page.locator("[name=MobileNo]").fill("98765")
    page.locator("[name=CustomField1]").fill("line one\nline two")
    page.get_by_role("checkbox").check()
    page.get_by_role("button").click()

    number = page.locator("[name=MobileNo]")
    expect(number).to_be_focused()
    expect(number).to_have_value("98765")
    expect(number).to_have_attribute("aria-invalid", "true")
    message = page.locator(f"#{(number.get_attribute('aria-describedby') or '').split()[-1]}")
    expect(message).to_have_text(re.compile("नंबर में अंक कम" if "language" in window else "too few digits"))
    expect(page.locator("[name=CustomField1]")).to_have_value("line one\nline two")
    expect(page.get_by_role("checkbox")).to_be_checked()
    assert not visitor.overflows()
    axe(page)
    shots(page, f"again-{looks}")


def test_a_visitor_changes_the_language(
    visit: Visiting, gateway: FormGateway, phone: NewPhone, shots: Shots
) -> None:
    number = phone()
    page = visit().go(gateway.form("cars"))

    page.get_by_role("link", name="हिन्दी").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("टेस्ट ड्राइव बुक करें")
    page.get_by_label("नाम").fill("आशा वर्मा")
    page.get_by_label("मोबाइल नंबर").fill(number)
    page.get_by_label("आप किस बारे में").select_option("नई गाड़ी")
    page.get_by_role("checkbox", name="मैं सहमत हूँ").check()
    page.get_by_role("button", name="भेजें").click()

    expect(page.locator("html")).to_have_attribute("lang", "hi")
    expect(page).to_have_url(re.compile("/thanks"))
    shots(page, "thanks")
    (dialed,) = gateway.dialed(number)
    assert (dialed["fields"]["CustomerName"], dialed["fields"]["EnquiryType"]) == ("आशा वर्मा", "Sales")


def test_a_page_that_is_not_there_is_a_page_too(
    visit: Visiting, gateway: FormGateway, axe: Axe, shots: Shots
) -> None:
    visitor = visit(width=NARROW, language="hi-IN")
    page = visitor.go(gateway.form("nothing"))

    expect(page.get_by_role("heading")).to_have_text("यहाँ कोई फ़ॉर्म नहीं है")
    assert not visitor.overflows()
    axe(page)
    shots(page, "error")


# -- in a frame ----------------------------------------------------------------------------------------------


def test_in_a_frame_the_form_is_as_high_as_it_needs_and_tells_the_page_of_the_enquiry(
    visit: Visiting, gateway: FormGateway, foreign_site: ForeignSite, phone: NewPhone, axe: Axe, shots: Shots
) -> None:
    number = phone()
    other, foreign_site.gateway = foreign_site.gateway, gateway.url
    address = foreign_site.page(
        "/frame.html", f'<div data-lead-gateway="cars"></div>{gateway.script("cars")}', title="Our cars"
    )
    foreign_site.gateway = other
    visitor = visit(width=NARROW, height=1600)  # high enough to take a picture without scrolling
    page = visitor.go(f"{address}?utm_source=fb")
    frame = page.frame_locator("iframe")

    expect(frame.get_by_role("heading")).to_have_text("Book a test drive")
    page.frames[1].wait_for_function(FITS)
    shots(page, "blank")
    frame.get_by_label("Name").fill("Asha Verma")
    frame.get_by_label("Mobile number").fill("98")
    frame.get_by_role("checkbox").check()
    frame.get_by_role("button").click()
    expect(frame.get_by_label("Mobile number")).to_be_focused()
    page.frames[1].wait_for_function(FITS)
    axe(page)
    shots(page, "again")
    frame.get_by_label("Mobile number").fill(number)
    frame.get_by_role("button").click()

    expect(frame.locator(".reference")).to_be_visible()
    shots(page, "thanks")
    (dialed,) = gateway.dialed(number)
    (lead,) = gateway.leads(number)
    assert (dialed["fields"]["LeadSource"], dialed["fields"]["LeadfromURL"]) == ("Website", address)
    (event,) = visitor.events()
    assert (event[0], event[1]["id"]) == ("lead:success", lead["id"])
    assert not visitor.overflows()


def test_a_website_that_is_not_listed_cannot_frame_the_form(
    chromium: Any, gateway: FormGateway, foreign_site: ForeignSite
) -> None:
    address = foreign_site.page(
        "/thief.html", f'<iframe src="{gateway.form("cars")}?embed=1"></iframe>', policy=""
    )
    other = address.replace("localhost", "127.0.0.1")
    page = chromium.new_page()
    try:
        page.goto(other)
        assert page.frame_locator("iframe").locator("form").count() == 0
        page.goto(address)
        expect(page.frame_locator("iframe").locator("form")).to_be_visible()
    finally:
        page.close()
