"""Pages of a website with a form of its own, as its developer would write them, and a visitor's hands on them."""

from __future__ import annotations

import itertools

from playwright.sync_api import Page

from tests.browser.foreign_site import ForeignSite
from tests.browser.form_gateway import FormGateway

FIELDS = """
<label for="name">Your name</label><input id="name" name="name" autocomplete="name">
<label for="phone">Mobile number</label><input id="phone" name="phone" type="tel" autocomplete="tel">
<label for="message">Message</label><textarea id="message" name="message"></textarea>
"""
_numbers = itertools.count(1)


def form_page(
    site: ForeignSite,
    gateway: FormGateway,
    *,
    source: str = "website",
    fields: str = FIELDS,
    attributes: str = "",
    language: str = "en",
    title: str = "Our services",
) -> str:
    """Publish a page whose form has the one attribute and the one script line; its address."""
    return site.page(
        f"/page-{next(_numbers)}.html",
        f'<form data-lead-gateway="{source}" {attributes}>{fields}<button>Send enquiry</button></form>\n'
        + gateway.script(source),
        title=title,
        language=language,
    )


def fill(page: Page, phone: str, *, name: str = "Asha Verma") -> None:
    """What a visitor types into a form with FIELDS."""
    page.locator("[name=name]").fill(name)
    page.locator("[name=phone]").fill(phone)


def send(page: Page) -> None:
    page.get_by_role("button", name="Send enquiry").click()
