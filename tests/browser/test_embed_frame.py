"""embed.js puts the hosted form into somebody else's page: as high as it needs, and the page hears what happens."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.foreign_site import ForeignSite
from tests.browser.form_gateway import FormGateway
from tests.browser.visit import NARROW, Visit, visiting

NewPhone = Callable[[], str]
Visiting = Callable[..., Visit]


def frame_page(
    site: ForeignSite, gateway: FormGateway, path: str, *, source: str = "website", **page: str
) -> str:
    return site.page(path, f'<div data-lead-gateway="{source}"></div>\n{gateway.script(source)}', **page)


def fits(page: Page) -> bool:
    """Is the frame just as high as what it holds?"""
    needed = (
        page.frame_locator("iframe").locator("main").evaluate("main => main.getBoundingClientRect().height")
    )
    given = page.locator("iframe").evaluate("frame => frame.clientHeight")
    return bool(abs(given - needed) < 2)


def test_the_hosted_form_works_inside_a_foreign_page(
    visit: Visiting,
    form_gateway: FormGateway,
    foreign_site: ForeignSite,
    phone: NewPhone,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    number, visitor = phone(), visit(width=NARROW)
    page = visitor.go(frame_page(foreign_site, form_gateway, "/frame.html"))
    frame = page.frame_locator("iframe")

    frame.locator("[name=CustomerName]").fill("Asha Verma")
    visitor.until(lambda: fits(page))
    assert not visitor.overflows()
    shots(page, "empty")
    axe(page)

    frame.locator("[name=MobileNo]").fill("98")
    frame.locator("[type=submit]").click()
    expect(frame.locator("[aria-invalid=true]")).to_have_value("98")
    visitor.until(lambda: fits(page))
    shots(page, "wrong")

    frame.locator("[name=MobileNo]").fill(number)
    frame.locator("[type=submit]").click()
    visitor.until(lambda: len(visitor.events()) > 0)
    (lead,) = form_gateway.leads(number)
    assert lead["fields"]["LeadfromURL"] == page.url
    assert len(form_gateway.dialed(number)) == 1
    # The thank-you page has looked again by itself, and the page around it heard of one enquiry.
    expect(frame.locator(".steps .is-done")).to_have_count(2)
    expect(frame.get_by_text(lead["id"][-6:])).to_be_visible()
    assert [(name, detail["id"]) for name, detail in visitor.events()] == [("lead:success", lead["id"])]
    visitor.until(lambda: fits(page))
    shots(page, "thanks")
    axe(page)


def test_on_a_wide_and_dark_page_the_form_inside_is_as_high_as_it_needs(
    visit: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite, shots: Callable[[Page, str], None]
) -> None:
    visitor = visit(dark=True)
    page = visitor.go(frame_page(foreign_site, form_gateway, "/wide.html"))

    visitor.until(lambda: fits(page))
    assert not visitor.overflows()
    shots(page, "empty")


def test_the_form_inside_speaks_the_pages_language(
    visit: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite
) -> None:
    page = visit().go(frame_page(foreign_site, form_gateway, "/hindi.html", language="hi"))

    expect(page.frame_locator("iframe").locator("html")).to_have_attribute("lang", "hi")
    expect(page.locator("iframe")).to_have_attribute("title", "पूछताछ फ़ॉर्म")


def test_the_form_inside_proves_its_work(
    visit: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite, phone: NewPhone
) -> None:
    number, visitor = phone(), visit()
    page = visitor.go(frame_page(foreign_site, form_gateway, "/proven.html", source="proven"))
    frame = page.frame_locator("iframe")

    frame.locator("[name=CustomerName]").fill("Asha Verma")
    frame.locator("[name=MobileNo]").fill(number)
    frame.locator("[type=submit]").click()

    visitor.until(lambda: len(visitor.events()) > 0)
    assert len(form_gateway.dialed(number)) == 1


def test_only_the_frame_itself_is_listened_to(
    visit: Visiting, form_gateway: FormGateway, foreign_site: ForeignSite
) -> None:
    visitor = visit()
    page = visitor.go(frame_page(foreign_site, form_gateway, "/liar.html"))
    expect(page.frame_locator("iframe").locator("[name=MobileNo]")).to_be_visible()

    page.evaluate("postMessage({height: 9999, detail: {id: 'x'}}, '*')")
    page.evaluate("postMessage(null, '*')")
    page.wait_for_timeout(100)

    assert visitor.events() == []
    assert page.locator("iframe").evaluate("frame => frame.clientHeight") < 9999


def test_a_page_that_is_not_listed_shows_no_form_and_its_developer_is_told_why(
    chromium: object, form_gateway: FormGateway, foreign_site: ForeignSite
) -> None:
    with visiting(chromium) as visitor:  # type: ignore[arg-type]
        visitor.go(frame_page(foreign_site, form_gateway, "/unlisted.html", source="plain"))
        visitor.page.wait_for_timeout(200)

        assert re.search("allowed_origins of plain lacks", visitor.complaints[0])
