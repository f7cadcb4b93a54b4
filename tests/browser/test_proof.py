"""Proof of work: the browser does it while the visitor types, and nobody who cannot do it learns of it."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.browser.form_gateway import FormGateway
from tests.browser.pages import fill, send
from tests.browser.visit import Visit

NewPhone = Callable[[], str]
Visiting = Callable[..., Visit]
# As on a page without https, where browsers keep their cryptography to themselves.
NO_CRYPTOGRAPHY = "Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})"

# Solved by the altcha library; the signature is not looked at by browsers.
KNOWN_WORK = {
    "parameters": {
        "algorithm": "PBKDF2/SHA-256",
        "cost": 10,
        "keyLength": 32,
        "keyPrefix": "00",
        "nonce": "855be9fd74d6f0f54092d6b4041fd571",
        "salt": "218bc7fe6389be5eccaa9d01e488892d",
        "expiresAt": 1798761600,
    },
    "signature": "00",
}
KNOWN_ANSWER = {
    "counter": 112,
    "derivedKey": "00ab910d96ea2616f41c76418f956050b276d0d419a14f931a9daaf09c1a04cc",
}


def challenges(page: Page) -> list[str]:
    """The requests for work from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/challenge" in request.url else None)
    return asked


def states(gateway: FormGateway, number: str) -> list[tuple[str, list[str]]]:
    return [
        (lead["state"], [problem["code"] for problem in lead["problems"]]) for lead in gateway.leads(number)
    ]


# -- a form of the website's own -----------------------------------------------------------------------------


def test_work_begins_at_the_first_touch_and_the_enquiry_passes(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), own_form({"source": "proven"}).page
    asked = challenges(page)
    assert asked == []

    with page.expect_response("**/challenge"):
        page.get_by_label("Your name").focus()
    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert states(form_gateway, number) == [("delivered", [])]
    assert len(asked) == 1


def test_each_enquiry_brings_a_proof_of_its_own(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    numbers, page = [phone(), phone()], own_form({"source": "proven"}).page
    page.evaluate("addEventListener('lead:success', event => event.preventDefault())")
    bodies: list[str] = []
    page.on(
        "request",
        lambda request: bodies.append(request.post_data or "") if request.method == "POST" else None,
    )

    for number in numbers:
        fill(page, "98")
        send(page)
        expect(page.get_by_label("Mobile number")).to_be_focused()
        fill(page, number)
        send(page)
        expect(page.get_by_role("status")).to_have_text("")

    assert [states(form_gateway, number) for number in numbers] == [[("delivered", [])]] * 2
    assert len({parse_qs(body)["altcha"][0] for body in bodies}) == 4


def test_a_browser_that_cannot_work_sends_without_a_proof_and_is_thanked(
    own_form: Visiting, visit: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), own_form({"source": "proven"}).page
    page.add_init_script(NO_CRYPTOGRAPHY)
    page.reload()
    asked = challenges(page)

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert states(form_gateway, number) == [("quarantined", ["captcha.missing"])]
    assert asked == []


def test_a_challenge_that_fails_holds_nobody_up(
    own_form: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), own_form({"source": "proven"}).page
    headers = {"Access-Control-Allow-Origin": "*"}
    page.route("**/challenge", lambda route: route.fulfill(status=500, headers=headers))

    fill(page, number)
    send(page)

    expect(page.get_by_role("status")).to_contain_text("Thank you")
    assert states(form_gateway, number) == [("quarantined", ["captcha.missing"])]


def test_the_work_is_that_of_altcha_and_the_page_stays_awake_meanwhile(
    own_form: Visiting, phone: NewPhone
) -> None:
    page = own_form({"source": "proven"}).page
    headers = {"Access-Control-Allow-Origin": "*"}
    page.route("**/challenge", lambda route: route.fulfill(json=KNOWN_WORK, headers=headers))
    page.evaluate("window.turns = 0; setInterval(() => window.turns++)")

    fill(page, phone())
    with page.expect_request(lambda request: request.method == "POST") as posted:
        send(page)

    proof = json.loads(b64decode(parse_qs(posted.value.post_data or "")["altcha"][0]))
    assert proof == {"challenge": KNOWN_WORK, "solution": KNOWN_ANSWER}
    assert page.evaluate("window.turns") > 10  # it did something else between the 113 derivations


# -- the hosted form -----------------------------------------------------------------------------------------


def fill_hosted(page: Page, number: str) -> None:
    page.locator("[name=CustomerName]").fill("Asha Verma")
    page.locator("[name=MobileNo]").fill(number)


def test_the_hosted_form_waits_for_its_proof_and_passes(
    visit: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), visit().go(form_gateway.form("proven"))
    asked = challenges(page)

    fill_hosted(page, number)
    page.locator("[type=submit]").click()

    page.wait_for_url("**/thanks*")
    assert states(form_gateway, number)[0][1] == []
    assert len(form_gateway.dialed(number)) == 1
    assert len(asked) == 1


def test_a_double_click_on_the_hosted_form_is_one_lead(
    visit: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, page = phone(), visit().go(form_gateway.form("proven"))

    fill_hosted(page, number)
    page.locator("[type=submit]").dblclick()

    page.wait_for_url("**/thanks*")
    assert len(form_gateway.leads(number)) == 1


@pytest.mark.parametrize("javascript", [True, False])
def test_the_hosted_form_works_where_no_work_can_be_done(
    javascript: bool, visit: Visiting, form_gateway: FormGateway, phone: NewPhone
) -> None:
    number, visitor = phone(), visit(javascript=javascript)
    visitor.page.add_init_script(NO_CRYPTOGRAPHY)
    page = visitor.go(form_gateway.form("proven"))

    fill_hosted(page, number)
    page.locator("[type=submit]").click()

    page.wait_for_url("**/thanks*")
    assert states(form_gateway, number) == [("quarantined", ["captcha.missing"])]
