"""Takes decoded JSON apart without trusting its shape: what is not there, or of another type, is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.sources import mapping, strict_json
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.body import refuse_encoded


def load_object(inbound: Inbound) -> dict[str, Any]:
    """The one object of a JSON body, whatever the content type says; raises Unreadable."""
    refuse_encoded(inbound)
    body = strict_json.loads(inbound.body)
    if not isinstance(body, dict):
        raise Unreadable("records.not_an_object", "The body must be one JSON object.")
    return body


def part(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """A scalar, or several, as text: ids come as numbers and as text."""
    try:
        return (mapping.as_text(value) or "").strip()
    except mapping.NotScalar:
        return ""


def told(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those of `names` that say something, to be kept with the lead."""
    return {name: values[name] for name in names if values.get(name) not in (None, "", [], {})}
