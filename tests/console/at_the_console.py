"""Somebody at the console: a browser's cookies, the token of our own pages, and what is clicked."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.accounts import Role, sessions
from gateway.config import parse_config
from gateway.config.model import GatewayConfig
from gateway.leads.identity import new_id
from gateway.store.users import Account
from tests.web.gateway_under_test import TOKEN, Gateway

PUBLIC_URL = "http://gateway.example"
ENVIRON = {
    "DIALER_PASSWORD": "dialer-password-1",
    "OIDC_SECRET": "oidc-secret-0123456789",
    "PORTAL_TOKEN": TOKEN,
}
CONFIG = """
[gateway]
public_url = "{public_url}"

[dialers.main]
url = "http://dialer.example/"

[sources.partner]
kind = "partner"
dialer = "main"
list_id = "25062018"
limits = ["none"]

[sources.website]
kind = "form"
dialer = "main"
list_id = "25062018"
limits = ["none"]

[sources.portal]
kind = "generic"
dialer = "main"
list_id = "25062018"
limits = ["none"]
auth = "token"
token = "env:PORTAL_TOKEN"

[sources.portal.fields]
MobileNo = "phone"
CustomerName = "name"

{more}
"""
_addresses = itertools.count(1)


def console_config(more: str = "", *, public_url: str = PUBLIC_URL) -> GatewayConfig:
    """A dialer, a partner, a form and a portal, and `more` TOML behind them."""
    return parse_config(CONFIG.format(public_url=public_url, more=more), ENVIRON)


@dataclass
class AtTheConsole:
    """One person's browser at one gateway; `csrf` is what the gateway's own pages would send along."""

    gateway: Gateway
    client: FlaskClient
    name: str = ""
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **request: Any) -> TestResponse:
        return self.open("GET", path, **request)

    def post(self, path: str, /, **fields: Any) -> TestResponse:
        """What a form of ours sends: the fields, and its token."""
        return self.open("POST", path, data={"csrf": self.csrf, **fields})

    def part(self, path: str, **fields: Any) -> TestResponse:
        """What htmx sends: a GET, or with fields a POST, whose answer is a piece of the page."""
        headers = {"HX-Request": "true", "X-CSRF-Token": self.csrf}
        if fields:
            return self.open("POST", path, data=fields, headers=headers)
        return self.open("GET", path, headers=headers)

    def follow(self, answer: TestResponse) -> TestResponse:
        """The page that a redirect leads to."""
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return self.get(answer.headers["Location"])

    def open(self, method: str, path: str, **request: Any) -> TestResponse:
        headers = {**self.headers, **request.pop("headers", {})}
        return self.client.open(
            path, method=method, base_url=self.gateway.services.config.public_url, headers=headers, **request
        )


def stranger(gateway: Gateway) -> AtTheConsole:
    """A browser that has not signed in, on a machine of its own."""
    client = gateway.app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"10.1.{next(_addresses) % 250}.{next(_addresses) % 250}"
    return AtTheConsole(gateway=gateway, client=client)


def add_account(gateway: Gateway, name: str, role: Role = Role.VIEWER, **more: Any) -> Account:
    """An account without a password, unless `more` gives one."""
    now = gateway.clock.now()
    known: dict[str, Any] = {"id": new_id(now), "created_at": now, "changed_at": now, "role": role.value}
    account = Account(name=name, **(known | more))
    assert gateway.store.console.users.add(account, now=now)
    return account


def signed_in(gateway: Gateway, account: Account) -> AtTheConsole:
    """A browser with a session of this account, made without the sign-in page."""
    browser = stranger(gateway)
    services = gateway.services
    token = sessions.begin(
        services.store,
        account,
        services.config.console,
        now=gateway.clock.now(),
        address=str(browser.client.environ_base["REMOTE_ADDR"]),
        user_agent="a test's browser",
    )
    secure = services.config.public_url.startswith("https:")
    host = services.config.public_url.partition("://")[2]
    browser.client.set_cookie("__Host-sid" if secure else "sid", token, domain=host, secure=secure)
    browser.name = account.name
    browser.csrf = sessions.csrf_of(gateway.app.extensions["gateway.secret"], token)
    return browser
