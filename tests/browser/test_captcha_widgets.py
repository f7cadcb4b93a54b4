"""Captchas of other services on our own page: their scripts are played here, nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.form_gateway import FormGateway, form_source, table
from tests.browser.visit import Visit

NewPhone = Callable[[], str]
Visiting = Callable[..., Visit]

TURNSTILE = """
let turn = 0;
const place = document.querySelector(".cf-turnstile");
const input = Object.assign(document.createElement("input"), {type: "hidden", name: "cf-turnstile-response"});
window.turnstile = {reset() { input.value = `${place.dataset.sitekey}-${place.dataset.action}-${++turn}`; }};
turnstile.reset();
place.append(input);
"""
RECAPTCHA = """
window.grecaptcha = {
  ready: call => call(),
  execute: (key, {action}) => new Promise(done => setTimeout(done, 20, `${key}-${action}`)),
};
"""


@pytest.fixture(scope="module")
def gateway(
    open_form_gateway: Callable[[str], FormGateway], tmp_path_factory: pytest.TempPathFactory
) -> FormGateway:
    """Forms with the captchas of other services; whoever would check their answers is away."""
    secret = Path(tmp_path_factory.mktemp("captcha")) / "secret"
    secret.write_text("a-captcha-secret-of-a-test")
    lines = (
        f'secret = "file:{secret}"',
        'action = "enquiry"',
        'verify_url = "http://127.0.0.1:9/siteverify"',
    )
    parts = []
    for name, provider in (("turnstile", "turnstile"), ("third", "recaptcha")):
        parts += [
            form_source(
                name, tables=table(f"{name}.captcha", f'provider = "{provider}"', 'site_key = "key"', *lines)
            ),
            table(f"{name}.spam", "min_seconds = 0"),
        ]
    return open_form_gateway("\n".join(parts))


def posted(page: Page) -> list[dict[str, list[str]]]:
    """What the page posts from now on."""
    found: list[dict[str, list[str]]] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            found.append(parse_qs(request.post_data or ""))

    page.on("request", note)
    return found


def send(page: Page, number: str) -> None:
    page.get_by_label("Mobile number").fill(number)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".reference")).to_be_visible()


def test_a_widget_is_shown_and_a_page_that_is_gone_back_to_asks_again(
    visit: Visiting, gateway: FormGateway, phone: NewPhone
) -> None:
    page = visit().page
    page.route("https://challenges.cloudflare.com/**", lambda route: route.fulfill(body=TURNSTILE))
    forms = posted(page)

    page.goto(gateway.form("turnstile"))
    # What browsers say to a page that they have kept as it was.
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    send(page, phone())

    assert [form["cf-turnstile-response"] for form in forms] == [["key-enquiry-2"]]


def test_the_third_version_of_recaptcha_is_asked_when_the_form_is_sent(
    visit: Visiting, gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), visit().page
    page.route("https://www.google.com/recaptcha/**", lambda route: route.fulfill(body=RECAPTCHA))
    forms = posted(page)

    page.goto(gateway.form("third"))
    send(page, number)

    assert [form["g-recaptcha-response"] for form in forms] == [["key-enquiry"]]
    (lead,) = gateway.leads(number)
    assert [note["code"] for note in lead["warnings"]] == ["captcha.unverified"]


def test_a_captcha_that_is_blocked_stops_nobody(
    visit: Visiting, gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), visit().page
    page.route("https://www.google.com/recaptcha/**", lambda route: route.abort())

    page.goto(gateway.form("third"))
    send(page, number)

    assert len(gateway.dialed(number)) == 1
