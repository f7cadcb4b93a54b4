"""The way into the console, one's account, people and the audit log, in a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page

from gateway.store.audit import Deed
from tests.browser.console_gateway import ConsoleGateway, sign_in
from tests.browser.visit import Visit

SIZES = pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (390, False), (390, True)])


def test_somebody_is_led_to_the_sign_in_and_back_with_javascript_off(
    visit: Callable[..., Visit], console_gateway: ConsoleGateway
) -> None:
    page = visit(javascript=False).go(console_gateway.page("/console/leads?q=98765"))

    sign_in(page, "vera", "wrong password 1")
    assert page.get_by_role("alert").inner_text() == "The name or the password is not right."
    sign_in(page, "vera", console_gateway.passwords["viewer"])

    page.wait_for_url("**/console/leads?q=98765")
    page.locator("details.who summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/console/sign-in")
    page.go_back()
    page.wait_for_url("**/console/sign-in**")


def test_an_admin_adds_somebody_who_chooses_a_password_and_a_second_factor(
    open_console: Callable[..., Visit],
    visit: Callable[..., Visit],
    console_gateway: ConsoleGateway,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
) -> None:
    admin = open_console("admin").go(console_gateway.page("/console/people"))
    admin.get_by_label("Name").fill("Ravi")
    admin.get_by_label("operator").check()
    admin.get_by_role("button", name="Add and show").click()
    password = admin.locator("pre code").inner_text()
    axe(admin)
    shots(admin, "password")

    ravi = visit().go(console_gateway.page("/console/"))
    sign_in(ravi, "ravi", password)
    ravi.wait_for_url("**/console/account")
    axe(ravi)
    shots(ravi, "first")
    ravi.get_by_label("The password you were given").fill(password)
    ravi.get_by_label("New password").fill("tractor umbrella seven")
    ravi.get_by_role("button", name="Choose it").click()
    ravi.wait_for_url("**/console/")

    ravi.goto(console_gateway.page("/console/account/second-factor"))
    axe(ravi)
    shots(ravi, "factor")
    secret = ravi.locator("pre code").inner_text().replace(" ", "")
    ravi.get_by_label("The code it shows now").fill(pyotp.TOTP(secret).now())
    ravi.get_by_label("Your password").fill("tractor umbrella seven")
    ravi.get_by_role("button", name="Turn it on").click()
    ravi.wait_for_url("**/console/account")
    assert "a code from your telephone" in ravi.locator("main").inner_text()

    again = visit().go(console_gateway.page("/console/"))
    sign_in(again, "ravi", "tractor umbrella seven")
    again.wait_for_url("**/console/sign-in/code")
    axe(again)
    shots(again, "code")
    again.get_by_label("Code").fill(pyotp.TOTP(secret).at(int(time.time()) + 30))
    again.get_by_role("button", name="Sign in").click()
    again.wait_for_url("**/console/")


@SIZES
def test_the_pages_are_good_to_look_at(
    open_console: Callable[..., Visit],
    console_gateway: ConsoleGateway,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
    width: int,
    dark: bool,
) -> None:
    something_happened(console_gateway)
    window = open_console("admin", width=width, dark=dark)
    page = window.page
    for path in ("account", "people", "audit", "nothing"):
        page.goto(console_gateway.page(f"/console/{path}"))
        axe(page)
        assert not window.overflows(), path
        shots(page, path)
    page.goto(console_gateway.page("/console/people"))
    page.get_by_role("link", name="omar").click()
    axe(page)
    assert not window.overflows()
    shots(page, "person")


@SIZES
def test_the_sign_in_is_good_to_look_at(
    visit: Callable[..., Visit],
    console_gateway: ConsoleGateway,
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
    width: int,
    dark: bool,
) -> None:
    window = visit(width=width, dark=dark)
    page = window.go(console_gateway.page("/console/sign-in"))
    axe(page)
    sign_in(page, "nobody", "wrong password 1")
    axe(page)
    assert not window.overflows()
    shots(page, "sign-in")


def test_the_pages_are_small(open_console: Callable[..., Visit], console_gateway: ConsoleGateway) -> None:
    page = open_console("admin").page
    for path in ("/console/account", "/console/people", "/console/audit", "/console/account/second-factor"):
        page.goto(console_gateway.page(path))
        html = len(page.content().encode())
        files = [
            len(page.request.get(console_gateway.page(address)).body())
            for address in re.findall(r'(?:src|href)="(/console/assets/[^"]+)"', page.content())
        ]
        assert html + sum(files) < 150_000, path


def something_happened(gateway: ConsoleGateway) -> None:
    """A few entries for the audit log."""
    deeds = (
        Deed(
            actor="omar",
            action="lead.retried",
            subject="lead",
            subject_id="3C9JNMDJJDHM7VSCKRF4",
            reason="The list was made in the dialer.",
            detail={"was": "held"},
            address="10.1.2.3",
        ),
        Deed(actor="omar", action="dialer.paused", subject="dialer", subject_id="main", reason="Diwali"),
        Deed(
            actor="command line",
            action="user.password_reset",
            subject="user",
            subject_id="x",
            detail={"name": "omar"},
        ),
    )
    with gateway.store() as store:
        store.console.audit.add(*deeds, now=time.time())
