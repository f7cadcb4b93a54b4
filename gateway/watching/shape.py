"""The shape of a delivery: the path of each field as a mapping would name it, and what kind of value stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Enquiry
from gateway.logs import mask_text
from gateway.sources.base import Kind, SourceError
from gateway.sources.keeping import inbound_of

DEEPEST = 6
MOST_FIELDS = 300
LONGEST_NAME = 100  # characters
_ITEMS = 20  # of a list
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_PROBE = "shape"  # a mapped field of no meaning to any kind


class Value(StrEnum):
    """What kind of value a field has; JSON's own kinds, in our words."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    LIST = "list"
    OBJECT = "object"


Shape = Mapping[str, Value | None]  # None: the field is there and empty


def shapes_of(kind: Kind, source: SourceConfig, enquiry: Enquiry) -> list[Shape]:
    """One for each lead of a kept delivery, seen through the eyes of this source's mapping."""
    # The kind itself decides what a mapping sees: the expression that hands all of it over tells.
    probing = replace(source, fields={_PROBE: "to_string(@)"}, key=None)
    try:
        submissions = kind.parse(probing, inbound_of(enquiry))
    except SourceError:
        return []
    seen = (submission.fields.get(_PROBE) for submission in submissions if not submission.test)
    return [shape_of(json.loads(text)) for text in seen if isinstance(text, str) and text[:1] == "{"]


def shape_of(value: Any) -> Shape:
    """Every field inside an object. Names that hold a number or an address of a person are left out."""
    found: dict[str, Value | None] = {}
    for path, inner in _walk("", value, 0):
        if len(found) >= MOST_FIELDS:
            break
        if found.get(path) is None:  # of several items of a list, one that says something counts
            found[path] = _kind(inner)
    return found


def _walk(path: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if path:
        yield path, value
    if depth < DEEPEST:
        for step, inner in _inside(path, value):
            yield from _walk(step, inner, depth + 1)


def _inside(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The named parts of an object, or of the objects in a list."""
    items = value[:_ITEMS] if isinstance(value, list) and path else [value]
    place = "[0]" if isinstance(value, list) else ""
    for item in items:
        for name, inner in item.items() if isinstance(item, dict) else ():
            if _is_name(name):
                yield f"{path}{place}.{_step(name)}" if path else _step(name), inner


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and mask_text(name) == name


def _step(name: str) -> str:
    """A name as JMESPath writes it."""
    return name if _PLAIN_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _kind(value: Any) -> Value | None:
    if isinstance(value, bool):
        return Value.FLAG
    if value is None or value in ("", [], {}):  # PHP writes an empty object as an empty list
        return None
    match value:
        case str():
            return Value.TEXT
        case int() | float():
            return Value.NUMBER
        case list():
            return Value.LIST
        case _:
            return Value.OBJECT
