"""Templates escape everything: what a visitor typed is never markup."""

from __future__ import annotations

import ast
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


# They write times and numbers in elements of their own; everything they put into them is escaped by `format`.
WRITES_ELEMENTS = {
    "gateway/web/console/writing.py",
    "gateway/web/console/trouble_words.py",
    "gateway/web/console/overview_facts.py",
}


def test_no_code_marks_text_as_markup() -> None:
    for path in (ROOT / "gateway").rglob("*.py"):
        text = path.read_text()
        assert not re.search(r"render_template_string|autoescape=False", text), path
        if str(path.relative_to(ROOT)) not in WRITES_ELEMENTS:
            assert not re.search(r"\bMarkup\(", text), path


@pytest.mark.parametrize("name", sorted(WRITES_ELEMENTS))
def test_code_that_writes_elements_marks_only_its_own_words(name: str) -> None:
    calls = [
        node
        for node in ast.walk(ast.parse((ROOT / name).read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Markup"
    ]

    assert calls
    assert all(isinstance(argument, ast.Constant) for call in calls for argument in call.args)
