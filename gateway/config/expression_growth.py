"""Bounds how much more than it reads a JMESPath expression may make: a short one can make more than a memory holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import prod
from typing import Any

import jmespath

MOST = 1000  # times as much; an expression that finds one value stays far below
_ESCAPED = 8  # to_string writes a quotation mark as two characters, and a letter of an Indian script as six
_ONE_OF = frozenset({"or_expression", "and_expression"})
_YES_OR_NO = frozenset({"comparator", "not_expression", "contains", "starts_with", "ends_with"})
_ALL_OF = frozenset({"multi_select_list", "multi_select_dict"})


def growth_of(expression: str) -> int:
    """It makes at most so many times what it reads; above MOST where nobody can tell."""
    try:
        return _growth(jmespath.compile(expression).parsed)
    except RecursionError:
        return MOST + 1


def _growth(node: Mapping[str, Any]) -> int:
    """What stands one behind the other multiplies: `[@, @] | [@, @]` is four times what it reads."""
    kind, value, parts = node["type"], node.get("value"), node["children"]
    name = value if kind == "function_expression" else kind
    if kind in ("slice", "literal"):
        return 1 if kind == "slice" else 1 + len(json.dumps(value))
    if name in _YES_OR_NO:
        return max((_growth(each) for each in parts if each["type"] != "literal"), default=1)
    if name == "join" and parts[0]["type"] != "literal":
        return MOST + 1  # a long text between each two of a long list
    grown = [_growth(each) for each in parts]
    if kind in _ONE_OF:
        return max(grown)
    return sum(grown) if kind in _ALL_OF else prod(grown) * (_ESCAPED if name == "to_string" else 1)
