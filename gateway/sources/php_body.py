"""Reads what a PHP plugin posts: JSON, or a form whose bracketed names (a[b][c]) are nested arrays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.sources.base import Inbound, Unreadable
from gateway.sources.body import read_anything
from gateway.sources.generic import SECRET_FIELDS

MOST_RECORDS = 1000
MOST_DEPTH = 8
_BRACKETED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])+)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def read_records(inbound: Inbound) -> list[Any]:
    """Every lead in the body, with the names of its fields taken apart."""
    records = records_of(read_anything(inbound, without=SECRET_FIELDS))
    return [nested(record) if isinstance(record, dict) else record for record in records]


def records_of(value: Any) -> list[Any]:
    """One object, or an array of them as automation tools send it; raises Unreadable when it is neither."""
    records = value if isinstance(value, list) else [value]
    if len(records) > MOST_RECORDS:
        raise Unreadable("records.too_many", f"One request may carry at most {MOST_RECORDS} leads.")
    if len(records) == 1 and not isinstance(records[0], dict):
        raise Unreadable("records.not_an_object", "The body must be an object with named fields.")
    return records


def nested(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`{"a[b]": 1}` as `{"a": {"b": 1}}`, and arrays with the indexes 0, 1, 2 as lists."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        path = _path(name)
        if not _put(found, path, value):
            found[f"{name} (2)" if name in found else name] = value  # `a` and `a[b]` in one form: both stay
    return {name: _listed(value) for name, value in found.items()}


def _path(name: str) -> list[str]:
    match = _BRACKETED.fullmatch(name)
    if match is None:
        return [name]
    parts = [match[1], *_PART.findall(match[2])]
    if parts[-1] == "":  # plan[] is plan, whose values are joined already
        parts.pop()
    return parts if len(parts) <= MOST_DEPTH else [name]


def _put(found: dict[str, Any], path: list[str], value: Any) -> bool:
    for part in path[:-1]:
        inner = found.setdefault(part, {})
        if not isinstance(inner, dict):
            return False
        found = inner
    if path[-1] in found:
        return False
    found[path[-1]] = value
    return True


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(item) for name, item in value.items()}
    indexes = [str(index) for index in range(len(inner))]
    return [inner[index] for index in indexes] if inner and inner.keys() == set(indexes) else inner
