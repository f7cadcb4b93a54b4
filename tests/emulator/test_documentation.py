"""docs/emulator.md names every fault, every default and every address; and the emulator stands alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gateway.emulator.app import create_emulator
from gateway.emulator.catalogue import CATALOGUE
from gateway.emulator.furnishing import EmulatorConfig

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")
INTERNAL = ("/page/",)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_fault_is_documented(name: str) -> None:
    kind = CATALOGUE[name]
    written = kind.written.replace("|", "\\|")
    row = next((line for line in DOCUMENT.splitlines() if line.startswith(f"| `{written}` |")), "")

    assert kind.meaning in row
    assert row.rstrip(" |").endswith(kind.creates.value)


def test_every_list_user_and_agent_is_documented() -> None:
    config = EmulatorConfig()
    names = [one.list_id for one in config.lists]
    names += [one.agent_user for one in config.agents]
    names += [text for one in config.users for text in (one.user, one.password)]

    assert [name for name in names if f"`{name}`" not in DOCUMENT] == []


def test_every_setting_is_documented() -> None:
    assert [name for name in EmulatorConfig.__dataclass_fields__ if f"`{name}`" not in DOCUMENT] == []


def test_every_address_is_documented() -> None:
    rules = [rule for rule in create_emulator().url_map.iter_rules() if not rule.rule.startswith(INTERNAL)]
    missing = [rule.rule for rule in rules if _plain(rule.rule) not in DOCUMENT]

    assert missing == []


def test_the_emulator_imports_nothing_of_the_gateway_it_stands_against() -> None:
    foreign = {
        name
        for file in (ROOT / "gateway" / "emulator").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _imported(node)
        if name.startswith("gateway") and not name.startswith("gateway.emulator")
    }

    assert foreign == set()


def _plain(rule: str) -> str:
    """The address as the document writes it: `/emulator/faults/<id>` for any converter and name."""
    return rule.partition("<")[0]


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
