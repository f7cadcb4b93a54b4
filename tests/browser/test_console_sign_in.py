"""The way into the console, in a real browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.console_gateway import ConsoleGateway
from tests.browser.visit import Visit


def test_somebody_signs_in_and_out(
    open_console: Callable[..., Visit], shots: Callable[[Page, str], None], console_gateway: ConsoleGateway
) -> None:
    page = open_console("viewer").page

    assert page.url == console_gateway.page("/console/")
    shots(page, "overview")
