"""One visitor's browser: a page, and everything it complained about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

WIDE = 1280
NARROW = 360  # CSS pixels: the narrowest telephone we promise to serve well
PATIENCE = 5000  # milliseconds until a step of a test is given up

# Chromium writes these for every answer that is no 2xx; that is the network speaking, not the page.
_NETWORK = ("Failed to load resource", "net::ERR_")
_REPORTS_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', event =>
  window.reportViolation(`${event.violatedDirective}: ${event.blockedURI} ${event.sample} (${event.sourceFile})`));
"""


@dataclass
class Visit:
    """A visitor with a browser of their own: no cookie, no cache, nothing shared with another test."""

    page: Page
    complaints: list[str] = field(default_factory=list)  # errors and warnings of the console, and exceptions
    violations: list[str] = field(default_factory=list)  # of the content security policy, in any frame

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def go(self, url: str) -> Page:
        self.page.goto(url)
        return self.page

    def events(self) -> list[tuple[str, Any]]:
        """The `lead:` events of this page so far, as (name, detail)."""
        return [(each["type"], each["detail"]) for each in self.page.evaluate("window.leadEvents")]

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what no locator shows; `wait_for_function` is not for us, strict policies forbid its eval."""
        for _ in range(PATIENCE // 10):
            if condition():
                return
            self.page.wait_for_timeout(10)
        raise AssertionError(f"it did not happen within {PATIENCE / 1000:.0f} seconds")

    def overflows(self) -> bool:
        """Must a visitor scroll sideways?"""
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        )

    def check(self) -> None:
        """Fails when the page broke a policy or complained; every visit ends with it."""
        assert self.violations == []
        assert self.complaints == []


@contextmanager
def visiting(
    browser: Browser,
    *,
    width: int = WIDE,
    height: int = 800,
    language: str = "en-IN",
    dark: bool = False,
    javascript: bool = True,
    **options: Any,
) -> Iterator[Visit]:
    """Open a fresh browser window; further options are those of playwright's `new_context`."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        color_scheme="dark" if dark else "light",
        java_script_enabled=javascript,
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(PATIENCE)
    try:
        yield _watched(context)
    finally:
        context.close()


def _watched(context: BrowserContext) -> Visit:
    visit = Visit(page=context.new_page())
    context.expose_binding("reportViolation", lambda _source, text: visit.violations.append(text))
    context.add_init_script(_REPORTS_VIOLATIONS)
    context.add_init_script(_LISTENS)
    context.on("console", lambda message: _note(visit, message))
    context.on("weberror", lambda error: visit.complaints.append(f"exception: {error.error}"))
    return visit


def _note(visit: Visit, message: ConsoleMessage) -> None:
    if "Content Security Policy" in message.text:
        visit.violations.append(message.text)
    elif message.type in {"error", "warning"} and not message.text.startswith(_NETWORK):
        visit.complaints.append(f"{message.type}: {message.text}")


_LISTENS = """
window.leadEvents = [];
for (const type of ['lead:success', 'lead:error'])
  addEventListener(type, event => window.leadEvents.push({type, detail: event.detail}));
"""
