"""Writes a table of the configuration as lines of TOML, as a person would paste them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def lines_of(path: str, table: Mapping[str, Any]) -> str:
    """`[path]` with its values, then the tables inside it."""
    return "\n\n".join(_tables(path, table)) + "\n"


def written(value: Any) -> str:
    """One value; a text with quotation marks in it stands in single ones where it can."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case list() | tuple():
            return "[" + ", ".join(written(item) for item in value) + "]"
        case Mapping():
            return "{ " + ", ".join(f"{_key(name)} = {written(item)}" for name, item in value.items()) + " }"
        case _:
            return str(value)


def line(name: str, value: Any) -> str:
    """`name = value`."""
    return f"{_key(name)} = {written(value)}"


def _tables(path: str, table: Mapping[str, Any], brackets: str = "[]") -> Iterator[str]:
    values = [line(name, value) for name, value in table.items() if not _is_table(value)]
    inner = {name: value for name, value in table.items() if _is_table(value)}
    if values or not inner or brackets != "[]":
        half = len(brackets) // 2
        yield "\n".join([f"{brackets[:half]}{path}{brackets[half:]}", *values])
    for name, value in inner.items():
        place = f"{path}.{_key(name)}"
        if isinstance(value, Mapping):
            yield from _tables(place, value)
        else:
            for each in value:
                yield from _tables(place, each, "[[]]")


def _is_table(value: Any) -> bool:
    """A table of its own, or several; an empty one, too: it may be meant to be filled."""
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    if '"' not in text and "\\" not in text and not _CONTROL.search(text):
        return f'"{text}"'
    if "'" not in text and not _CONTROL.search(text):
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
