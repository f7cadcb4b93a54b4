"""What the code has is in the documentation, and what the documentation names exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gateway import metrics
from gateway.cli import COMMANDS, group
from gateway.config.kinds import KINDS
from gateway.settings import SECRETS, defaults
from gateway.sources.registry import SOURCES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DOCUMENTS = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"]
SETTINGS = (DOCS / "settings.md").read_text()
CONFIGURATION = (DOCS / "configuration.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()
COMMAND_LINE = (DOCS / "cli.md").read_text()
_READS_A_KEY = re.compile(
    r"\.(?:text|required|value|choice|flag|whole|seconds|texts|secret|secret_list|table|tables)\(\s*\"(\w+)\""
)


def keys_the_loader_reads() -> set[str]:
    found = {"lead_source", "custom_field2", "enquiry_type"}
    for path in (ROOT / "gateway" / "config").glob("*.py"):
        found |= set(_READS_A_KEY.findall(path.read_text()))
    return found


def commands(command: click.Command = group, name: str = "gateway") -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for each in command.list_commands(context):
        inner = command.get_command(context, each)
        assert inner is not None
        yield from commands(inner, f"{name} {each}")


COMMAND_CASES = dict(commands())


@pytest.mark.parametrize("variable", sorted(defaults()))
def test_a_setting_is_documented_with_its_default(variable: str) -> None:
    default = defaults()[variable]
    shown = str(default).lower() if isinstance(default, bool) else str(default) or "none"
    assert re.search(rf"^\| `{variable}` \| `?{re.escape(shown)}`? \|", SETTINGS, re.MULTILINE)


def test_no_setting_is_documented_that_does_not_exist() -> None:
    known = (
        set(defaults()) | {f"GATEWAY_{name.upper()}_FILE" for name in SECRETS} | {"GATEWAY_KEY"}
    )  # of `send`
    for path in (*DOCS.glob("*.md"), ROOT / "README.md"):
        assert set(re.findall(r"GATEWAY_[A-Z_]+[A-Z]", path.read_text())) <= known, path.name


def test_every_configuration_key_is_documented() -> None:
    keys = keys_the_loader_reads()
    assert len(keys) > 40, "the pattern no longer finds the keys"
    assert (
        sorted(
            key
            for key in keys
            if f"`{key}`" not in CONFIGURATION
            and f"[{key}]" not in CONFIGURATION
            and f".{key}]" not in CONFIGURATION
            and f"[{key}." not in CONFIGURATION
        )
        == []
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_of_source_is_documented(kind: str) -> None:
    assert f"`{kind}`" in CONFIGURATION


def test_the_kinds_of_configuration_are_those_that_exist() -> None:
    assert set(KINDS) == set(SOURCES)


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_command_is_documented_with_its_options(name: str, command: click.Command) -> None:
    entry = re.search(rf"^\| `{name}\b[^|]*\|.*$", COMMAND_LINE, re.MULTILINE)
    assert entry is not None, name
    for parameter in COMMAND_CASES[name].params:
        if isinstance(parameter, click.Option):
            assert any(option in entry.group() for option in parameter.opts), f"{name} {parameter.opts}"


def test_the_list_of_commands_says_what_each_command_says_itself() -> None:
    for name, (_, text) in COMMANDS.items():
        command = group.get_command(click.Context(group), name)
        assert command is not None
        assert (command.help or "").splitlines()[0] == text


def test_every_metric_is_in_the_runbook() -> None:
    metrics.built("0", "0")
    names = {name for family in metrics.REGISTRY.collect() for name in [family.name]}
    assert sorted(name for name in names if name not in OPERATIONS) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", path.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), f"{path.name} → {target}"
