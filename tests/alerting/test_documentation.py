"""The page about alerts has every rule, its severity, and what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.config.alert_table import DEFAULTS

PAGE = (Path(__file__).parents[2] / "docs" / "console" / "alerts.md").read_text()


@pytest.mark.parametrize("name", list(DEFAULTS))
def test_a_rule_is_in_the_table_and_has_its_paragraph(name: str) -> None:
    row = re.search(rf"^\| \[`{name}`\]\(#{name}\) \|.*\| (\w+) \|$", PAGE, re.MULTILINE)

    assert row is not None
    assert row[1] == DEFAULTS[name].severity
    assert re.search(rf"^### {name}\n\n\S", PAGE, re.MULTILINE)


def test_no_rule_is_documented_that_does_not_exist() -> None:
    assert set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)) == set(DEFAULTS)
