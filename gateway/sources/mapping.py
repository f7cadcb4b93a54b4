"""Turns what a sender posts into named fields, by the JMESPath expressions of its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from gateway.sources.base import Unreadable

# An expression meets values nobody foresaw: jmespath lets these through from its own functions.
_FAILURES = (JMESPathError, TypeError, ValueError, AttributeError, RecursionError, OverflowError)


def map_fields(expressions: Mapping[str, str], value: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The fields found, and per field whose expression failed the code of the failure."""
    found: dict[str, str] = {}
    failed: dict[str, str] = {}
    for name, expression in expressions.items():
        try:
            text = as_text(_compiled(expression).search(value))
        except NotScalar:
            failed[name] = "mapping.not_scalar"
        except _FAILURES:
            failed[name] = "mapping.failed"
        else:
            if text is not None:
                found[name] = text
    return found, failed


def find_records(expression: str, value: Any) -> list[Any]:
    """The leads inside one body; raises Unreadable when there is nothing at that place."""
    try:
        found = _compiled(expression).search(value)
    except _FAILURES:
        found = None
    if found is None:
        message = "The place where this source's leads should stand (records) is not in the body."
        raise Unreadable("records.not_found", message)
    return found if isinstance(found, list) else [found]


def find_text(expression: str, value: Any) -> str | None:
    """One text, such as the sender's own id; None when it is not there."""
    found, _ = map_fields({"": expression}, value)
    return found.get("") or None


def problem_of(expression: str) -> str | None:
    """What is wrong with an expression of the configuration; None when it can be used."""
    try:
        _compiled(expression)
    except (JMESPathError, ValueError) as error:
        return f"not a JMESPath expression: {error}"
    return None


class NotScalar(ValueError):  # noqa: N818  reads as what the value is
    """An object stands where one value is due."""


def as_text(value: Any) -> str | None:
    """A scalar as text, a list of scalars joined; None stays None; raises NotScalar for anything else."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        parts = [as_text(item) for item in value]
        return ", ".join(part for part in parts if part) or None
    raise NotScalar


def flatten(value: Mapping[str, Any]) -> dict[str, str]:
    """Every scalar under its own name; where a name stands twice, the inner one goes by its path."""
    found: dict[str, str] = {}
    level: list[tuple[str, Mapping[str, Any]]] = [("", value)]
    while level:
        deeper: list[tuple[str, Mapping[str, Any]]] = []
        for path, part in level:
            for name, item in part.items():
                if isinstance(item, dict):
                    deeper.append((f"{path}{name}.", item))
                else:
                    _put(found, name, f"{path}{name}", item)
        level = deeper
    return found


def _put(found: dict[str, str], name: str, path: str, item: Any) -> None:
    try:
        text = as_text(item)
    except NotScalar:
        return  # lists of objects need a mapping; the enquiry keeps them as sent
    if text is not None:
        found[path if name in found else name] = text


@lru_cache(maxsize=4096)
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)
