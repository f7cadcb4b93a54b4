"""A real browser, a real gateway with its dialer, and a website of somebody else, for every browser test."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.axe import check_accessibility
from tests.browser.console_gateway import ConsoleGateway, serving_console
from tests.browser.foreign_site import ForeignSite, serving_site
from tests.browser.form_gateway import FormGateway, form_source, new_phone, serving_forms, table
from tests.browser.pages import form_page
from tests.browser.visit import Visit, visiting

# The build without a screen opens a window five times quicker; the whole browser does as well.
EXECUTABLE = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
# Nothing leaves this machine, not even the browser's own questions to its maker.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
SHOTS = Path(__file__).parent / "shots"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process; each test has windows of its own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens windows (the options are those of `visiting`); after the test none may have complained."""
    visits: list[Visit] = []
    with ExitStack() as stack:

        def open_window(**options: Any) -> Visit:
            visits.append(stack.enter_context(visiting(chromium, **options)))
            return visits[-1]

        yield open_window
        for each in visits:
            each.check()


@pytest.fixture(scope="session")
def foreign_site() -> Iterator[ForeignSite]:
    """Somebody's website: another origin, a strict policy. `foreign_site.page("/x.html", body)` → its address."""
    with serving_site() as site:
        yield site


@pytest.fixture(scope="session")
def open_form_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], FormGateway]]:
    """Starts a gateway with sources of a test's own (TOML); it stays up until the end, so ask once per module."""
    with ExitStack() as stack:
        yield lambda sources: stack.enter_context(serving_forms(tmp_path_factory.mktemp("forms"), sources))


@pytest.fixture(scope="session")
def form_gateway(open_form_gateway: Callable[[str], FormGateway], foreign_site: ForeignSite) -> FormGateway:
    """Forms whose pages may stand on the foreign site, `proven` with proof of work; `plain` names no site."""
    site = (foreign_site.url,)
    patient = 'wait = "8s"'
    gateway = open_form_gateway(
        "\n".join(
            [
                form_source(
                    "website", site, patient, tables=table("website.form", 'languages = ["en", "hi"]')
                ),
                form_source(
                    "proven", site, tables=table("proven.captcha", 'provider = "altcha"', "require = true")
                ),
                form_source("plain"),
                *(table(f"{name}.spam", "min_seconds = 0") for name in ("website", "proven", "plain")),
            ]
        )
    )
    foreign_site.gateway = gateway.url
    return gateway


@pytest.fixture(scope="session")
def open_console_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., ConsoleGateway]]:
    """Starts a gateway with people and TOML of a test's own; it stays up until the end, so ask once per module."""
    with ExitStack() as stack:
        yield lambda toml="": stack.enter_context(serving_console(tmp_path_factory.mktemp("console"), toml))


@pytest.fixture(scope="session")
def console_gateway(open_console_gateway: Callable[..., ConsoleGateway]) -> ConsoleGateway:
    """The console that all tests share: leave other people's leads alone."""
    return open_console_gateway()


@pytest.fixture
def open_console(visit: Callable[..., Visit], console_gateway: ConsoleGateway) -> Callable[..., Visit]:
    """`open_console("admin", width=390, dark=True)`: a browser at the overview, signed in; `at` is another gateway."""

    def open_window(role: str = "operator", *, at: ConsoleGateway | None = None, **window: Any) -> Visit:
        return (at or console_gateway).enter(visit, role, **window)

    return open_window


@pytest.fixture
def own_form(
    visit: Callable[..., Visit], form_gateway: FormGateway, foreign_site: ForeignSite
) -> Callable[..., Visit]:
    """A visitor at a form of the foreign site's own: `page` is for `form_page`, the rest for the window."""

    def open_form(page: dict[str, Any] | None = None, **window: Any) -> Visit:
        visitor = visit(**window)
        visitor.go(form_page(foreign_site, form_gateway, **(page or {})))
        return visitor

    return open_form


@pytest.fixture
def phone() -> Callable[[], str]:
    """Numbers nobody else uses."""
    return new_phone


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails with every accessibility rule the page breaks."""
    return check_accessibility


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """`shots(page, "filled")` keeps a picture of the whole page in tests/browser/shots, to be looked at."""
    number = itertools.count(1)
    module = request.node.path.stem.removeprefix("test_")

    def take(page: Page, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(
            path=SHOTS / f"{module}-{request.node.name[5:60]}-{next(number)}-{name}.png", full_page=True
        )

    return take
