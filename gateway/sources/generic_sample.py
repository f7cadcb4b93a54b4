"""Makes up a delivery that the mapping of a `generic` source reads as a lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jmespath

from gateway.config import SourceConfig
from gateway.sources import sampling
from gateway.sources.base import Inbound

# What stands where a dialer's field is read from; a field that is not here gets its own name.
_VALUES: Mapping[str, str] = {
    "CustomerName": "Asha Verma",
    "first_name": "Asha",
    "last_name": "Verma",
    "EnquiryType": "Sales",
    "EnquirySource": "Portal",
    "LeadSource": "Portal",
    "LeadSubSource": "Sample campaign",
    "LeadfromURL": "https://www.example.com/offer",
}
_PHONES = ("MobileNo", "phone_number")
_KEY = "id"


def sample(source: SourceConfig, number: int) -> Inbound:
    """One lead, proven as `auth` says. Expressions that compute are followed as far as they name places."""
    record: dict[str, Any] = {}
    for name, expression in (source.fields or {"MobileNo": "mobile", "CustomerName": "name"}).items():
        for place in places(expression):
            _put(record, place, _value(name, number))
    for place in places(source.key or _KEY):
        _put(record, place, f"sample-{number}")
    body: Any = record
    if source.records is not None:
        for step in reversed(next(places(source.records), [])):
            body = {step: body if body is not record else [record]}
    return sampling.proven(source, sampling.posted_json(source, body))


def places(expression: str) -> Iterator[list[str]]:
    """The paths of names an expression looks at: `join(' ', [a.first, a.last])` looks at two."""
    yield from _places(jmespath.compile(expression).parsed)


def _places(node: Mapping[str, Any]) -> Iterator[list[str]]:
    path = _path(node)
    if path is not None:
        if path:
            yield path
        return
    for child in node["children"]:
        if isinstance(child, Mapping):
            yield from _places(child)


def _path(node: Mapping[str, Any]) -> list[str] | None:
    """The names of `a.b.c`; None for anything that computes."""
    if node["type"] == "field":
        return [node["value"]]
    if node["type"] != "subexpression":
        return None
    steps = [_path(child) for child in node["children"]]
    return [name for step in steps for name in step or ()] if None not in steps else None


def _put(record: dict[str, Any], path: list[str], value: str) -> None:
    """A place that is taken stays as it is: two fields may read the same one."""
    *parents, last = path
    for parent in parents:
        inner = record.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        record = inner
    record.setdefault(last, value)


def _value(name: str, number: int) -> str:
    return sampling.phone(number) if name in _PHONES else _VALUES.get(name, f"Sample {name}")
