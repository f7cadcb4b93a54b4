"""Files stay small and say in one sentence what they answer for."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 350
MOST_LINES_OF_A_FUNCTION = 60
# A migration is a list of tables in their order; cutting it up would help nobody.
FILES = [path for path in sorted((ROOT / "gateway").rglob("*.py")) if "versions" not in path.parts]
NOT_A_NAME = {"utils", "helpers", "manager", "common", "misc"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_small_and_introduces_itself(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= MOST_LINES
    assert path.stem not in NOT_A_NAME
    assert ast.get_docstring(tree), "the docstring says what the file answers for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
            assert node.end_lineno - node.lineno < MOST_LINES_OF_A_FUNCTION, node.name
