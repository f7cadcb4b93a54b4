"""The words of our pages by language, read from the files that travel with the program."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ENGLISH = "en"  # complete; every other language falls back to it


@cache
def built_in() -> Mapping[str, Mapping[str, str]]:
    """Language → key → text. `title` in templates/words/en/form.toml has the key `form.title`."""
    return {folder.name: _language(folder) for folder in sorted(_place().iterdir()) if folder.is_dir()}


@cache
def pages() -> frozenset[str]:
    """The first parts of all keys: one for each file of words."""
    return frozenset(key.partition(".")[0] for key in built_in()[ENGLISH])


def flattened(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Every value of a nested table under its dotted key."""
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from flattened(value, f"{key}.")
        else:
            yield key, value


def _language(folder: Path) -> dict[str, str]:
    return {
        key: text
        for path in sorted(folder.glob("*.toml"))
        for key, text in flattened(tomllib.loads(path.read_text(encoding="utf-8")), f"{path.stem}.")
    }


def _place() -> Path:
    """Inside an installed package, beside the package in the source tree."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "templates" / "words"
    return inside if inside.is_dir() else package.parent / "templates" / "words"
