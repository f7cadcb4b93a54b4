"""People with real passwords, and how they sign in as a person does."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.test import TestResponse

from gateway.accounts import Role, passwords
from gateway.store.users import Account
from tests.console.at_the_console import AtTheConsole, add_account, stranger
from tests.web.gateway_under_test import Gateway

PASSWORD = "tractor umbrella seven"
OTHER = "gravel window eleven"
_HASHES: dict[str, str] = {}
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


def person(gateway: Gateway, name: str = "asha", role: Role = Role.VIEWER, **more: Any) -> Account:
    """Somebody whose password is PASSWORD."""
    if PASSWORD not in _HASHES:
        _HASHES[PASSWORD] = passwords.hash_of(PASSWORD)
    return add_account(gateway, name, role, **({"password_hash": _HASHES[PASSWORD]} | more))


def try_to_sign_in(
    browser: AtTheConsole, name: str = "asha", password: str = PASSWORD, **more: str
) -> TestResponse:
    return browser.post("/console/sign-in", name=name, password=password, **more)


def come_in(gateway: Gateway, name: str = "asha", password: str = PASSWORD) -> AtTheConsole:
    """A browser that has signed in through the page, and knows the token of our forms."""
    browser = stranger(gateway)
    answer = try_to_sign_in(browser, name, password)
    assert answer.status_code == 303, answer.text
    learn(browser)
    return browser


def learn(browser: AtTheConsole) -> None:
    """Read the token out of a page, as a browser sends it back."""
    found = _CSRF.search(browser.get("/console/account").text)
    assert found is not None
    browser.csrf = found[1]


def session_cookie(browser: AtTheConsole) -> str:
    cookie = browser.client.get_cookie("sid", domain="gateway.example")
    return cookie.value if cookie else ""
