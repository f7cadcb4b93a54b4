"""Holds a page to the accessibility rules of axe-core."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

FILE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
# Each frame is asked for itself, so that the rules work under any policy and on any origin.
_RUN = "axe.run(document, {iframes: false, resultTypes: ['violations']}).then(found => found.violations)"


def check_accessibility(page: Page) -> None:
    """Fails with every rule that the page, or a frame in it, breaks."""
    page.wait_for_load_state()  # the rules look at the whole document
    broken = [text for frame in page.frames for text in _broken(frame)]
    assert broken == [], "\n".join(broken)


def _broken(frame: Frame) -> list[str]:
    frame.evaluate(_axe())
    return [f"{frame.url} {_told(violation)}" for violation in frame.evaluate(_RUN)]


def _told(violation: dict[str, Any]) -> str:
    places = "; ".join(f"{node['target']} {node.get('failureSummary', '')}" for node in violation["nodes"])
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {places}"


@cache
def _axe() -> str:
    assert FILE.exists(), "axe-core is missing. Next: run .ci/tools, or npm ci in tests/browser."
    return FILE.read_text(encoding="utf-8")
