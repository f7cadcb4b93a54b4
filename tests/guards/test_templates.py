"""Templates escape everything: what a visitor typed is never markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_marks_nothing_as_safe_and_runs_no_inline_script(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", text)
    assert not re.search(r"\son\w+\s*=", text)
    assert "javascript:" not in text


def test_there_are_templates() -> None:
    assert TEMPLATES


def test_no_code_marks_text_as_markup() -> None:
    for path in (ROOT / "gateway").rglob("*.py"):
        assert not re.search(r"\bMarkup\(|render_template_string|autoescape=False", path.read_text()), path
