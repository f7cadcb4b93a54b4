"""Chooses the dialer and the list of a lead: the first route that matches, else the source's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.config import Route, SourceConfig
from gateway.leads.vocabulary import squeeze


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a lead goes."""

    dialer: str
    list_id: str


def route(
    source: SourceConfig, fields: Mapping[str, str], extra: Mapping[str, Any], *, chosen: str | None = None
) -> Destination:
    """`when` may name the dialer's fields and anything else that was sent, by the name it was sent under.

    `chosen` is the list its sender wants, where a source lets senders choose: it stands in for the source's own.
    """
    list_id = chosen or source.list_id
    candidate = rule_for(source, fields, extra)
    if candidate is None:
        return Destination(source.dialer, list_id)
    return Destination(candidate.dialer or source.dialer, candidate.list_id or list_id)


def rule_for(source: SourceConfig, fields: Mapping[str, str], extra: Mapping[str, Any]) -> Route | None:
    """The first of the source's routes that these values match; None where the source's own list counts."""
    return next((each for each in source.routes if _matches(each, fields, extra)), None)


def _matches(candidate: Route, fields: Mapping[str, str], extra: Mapping[str, Any]) -> bool:
    return all(
        _folded(_value(name, fields, extra)) in {_folded(value) for value in values}
        for name, values in candidate.when.items()
    )


def _value(name: str, fields: Mapping[str, str], extra: Mapping[str, Any]) -> str:
    if name in fields:
        return fields[name]
    wanted = squeeze(name)
    value = next((value for sent, value in extra.items() if squeeze(sent) == wanted), "")
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _folded(value: str) -> str:
    return " ".join(value.split()).casefold()
