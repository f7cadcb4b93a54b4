"""Keeps what a lead has no field for: any value a sender can post, made safe for JSON and bounded in size."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from gateway.leads.text import is_broken

NAME_AT_MOST = 100  # characters
_VALUE_AT_MOST = 2_000  # characters
_ENTRIES_AT_MOST = 200
_DEPTH_AT_MOST = 4
_JSON_INTEGERS = range(-(2**63), 2**64)
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class Extra:
    """Collects values by the name they were sent under; the first value of a name stays."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def keep(self, name: str, value: Any) -> None:
        """Keep a value; a name already taken gets a number."""
        if len(self._kept) >= _ENTRIES_AT_MOST:
            return
        value = keepable(value)
        name = kept_name = safe_name(name)
        number = 2
        while kept_name in self._kept:
            if self._kept[kept_name] == value:
                return
            kept_name, number = f"{name} ({number})", number + 1
        self._kept[kept_name] = value

    def as_dict(self) -> dict[str, Any]:
        return dict(self._kept)


def safe_name(name: object) -> str:
    """A field's name as text that every database and JSON takes."""
    text = name if isinstance(name, str) else repr(keepable(name))
    return _safe_text(text[:NAME_AT_MOST])


def keepable(value: Any, depth: int = 0) -> Any:
    """`value` as JSON can hold it; too deep, too long or of no JSON type is cut or becomes null."""
    if isinstance(value, str):
        return _safe_text(value[:_VALUE_AT_MOST])
    if isinstance(value, int):  # true and false too
        return value if value in _JSON_INTEGERS else _long_integer(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return _keepable_inside(value, depth + 1) if depth < _DEPTH_AT_MOST else None


def _keepable_inside(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        pairs = islice(value.items(), _ENTRIES_AT_MOST)
        return {safe_name(name): keepable(item, depth) for name, item in pairs}
    if isinstance(value, (list, tuple)):
        return [keepable(item, depth) for item in value[:_ENTRIES_AT_MOST]]
    return None


def _long_integer(value: int) -> str | None:
    """As text, since many readers of JSON round it; beyond 300 digits it is no number anybody needs."""
    return str(value) if value.bit_length() < 1_000 else None


def _safe_text(text: str) -> str:
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text) if is_broken(text) else text
