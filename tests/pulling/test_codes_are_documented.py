"""Every trouble a pull can meet is in the handbook."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.pulling import feed
from gateway.sources import pull

PAGE = (Path(__file__).parents[2] / "docs" / "reason-codes.md").read_text()
EVENTS = {"pull.kept", "pull.gap", "pull.failed"}  # log lines, no codes


def test_every_code_of_a_pull_is_documented_and_no_other() -> None:
    found = set()
    for module in (feed, pull):
        found |= set(re.findall(r'"(pull\.[a-z_]+)"', Path(module.__file__).read_text()))
    documented = set(re.findall(r"^\| `(pull\.[a-z_]+)` \|", PAGE, re.MULTILINE))

    assert found - EVENTS == documented
    assert len(documented) > 5
