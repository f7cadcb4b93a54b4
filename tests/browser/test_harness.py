"""The harness itself: what it promises to catch, it catches."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.foreign_site import ForeignSite
from tests.browser.form_gateway import FormGateway
from tests.browser.visit import Visit, visiting


def test_a_hosted_form_reaches_the_dialer(
    visit: Callable[..., Visit], form_gateway: FormGateway, phone: Callable[[], str]
) -> None:
    number = phone()
    page = visit(javascript=False).go(form_gateway.form("plain"))

    page.locator("[name=CustomerName]").fill("Asha Verma")
    page.locator("[name=MobileNo]").fill(number)
    page.locator("button[type=submit]").click()

    assert page.url.startswith(form_gateway.form("plain") + "/thanks")
    assert [lead["list_id"] for lead in form_gateway.dialed(number)] == ["25062018"]


def test_a_broken_policy_is_seen(
    chromium: Browser, form_gateway: FormGateway, foreign_site: ForeignSite
) -> None:
    url = foreign_site.page("/inline.html", "<p style='color:red'>Red</p><script>1</script>")
    with visiting(chromium) as visit:
        visit.go(url)
        visit.page.wait_for_timeout(100)

        assert any("style-src" in text for text in visit.violations)
        assert any("script-src" in text for text in visit.violations)
        with pytest.raises(AssertionError):
            visit.check()


def test_what_a_page_complains_about_is_seen(chromium: Browser, foreign_site: ForeignSite) -> None:
    url = foreign_site.page("/loud.html", "<script>console.warn('look'); missing()</script>", policy="")
    with visiting(chromium) as visit:
        visit.go(url)
        visit.page.wait_for_timeout(100)

        assert [text.partition(":")[0] for text in visit.complaints] == ["warning", "exception"]


def test_a_page_that_shuts_people_out_is_seen(
    visit: Callable[..., Visit], foreign_site: ForeignSite, axe: Callable[[Page], None]
) -> None:
    page = visit().go(foreign_site.page("/bad.html", "<form><input name='phone'></form>", policy=""))

    with pytest.raises(AssertionError, match=r"label .*Form elements must have labels"):
        axe(page)


def test_a_good_page_passes(
    visit: Callable[..., Visit],
    foreign_site: ForeignSite,
    form_gateway: FormGateway,
    axe: Callable[[Page], None],
) -> None:
    page = visit().go(
        foreign_site.page("/good.html", "<form><label>Phone <input name='phone'></label></form>")
    )

    axe(page)
