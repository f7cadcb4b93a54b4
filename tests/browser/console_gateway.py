"""A running gateway with people who may use its console, and browsers that have signed in to it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from gateway.accounts import Role, people
from gateway.accounts.people import By
from gateway.clock import SystemClock
from gateway.store import Store
from tests.browser.form_gateway import FormGateway, form_source, serving_forms
from tests.browser.visit import Visit

CONSOLE = "/console/"
PEOPLE = {"viewer": "vera", "operator": "omar", "admin": "ada"}


@dataclass
class ConsoleGateway:
    """`gateway` is one of the harness; `passwords` are those of PEOPLE, by role."""

    gateway: FormGateway
    passwords: dict[str, str]
    cookies: dict[str, Any] = field(default_factory=dict)  # of browsers that have signed in, by role

    @property
    def url(self) -> str:
        return self.gateway.url

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The gateway's own database, to put things into it."""
        store = Store.open(f"sqlite:///{self.gateway.running.folder}/gateway.db", clock=SystemClock())
        try:
            yield store
        finally:
            store.close()

    def page(self, path: str) -> str:
        return f"{self.url}{path}"

    def enter(self, visit: Callable[..., Visit], role: str, **window: Any) -> Visit:
        """A browser at the overview. It signs in once and is then remembered, as a person's browser is."""
        known = {"storage_state": self.cookies[role]} if role in self.cookies else {}
        visitor = visit(**window, **known)
        visitor.go(self.page(CONSOLE))
        if "/sign-in" in visitor.page.url:
            sign_in(visitor.page, PEOPLE[role], self.passwords[role])
            visitor.page.wait_for_url(self.page(CONSOLE))
            self.cookies[role] = visitor.context.storage_state()
        return visitor


def sign_in(page: Page, name: str, password: str) -> None:
    """What a person types at the sign-in page."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@contextmanager
def serving_console(folder: Path, toml: str = "") -> Iterator[ConsoleGateway]:
    """A gateway with its dialer, a form, two partners, `toml`, and one person of each role."""
    with serving_forms(folder, f"{form_source('website')}\n{toml}") as gateway:
        store = Store.open(f"sqlite:///{folder}/gateway.db", clock=SystemClock())
        passwords = {role: secrets.token_urlsafe(18) for role in PEOPLE}
        for role, name in PEOPLE.items():
            people.create(
                store, name, Role(role), By(actor="gateway"), now=time.time(), password=passwords[role]
            )
        store.close()
        yield ConsoleGateway(gateway=gateway, passwords=passwords)
