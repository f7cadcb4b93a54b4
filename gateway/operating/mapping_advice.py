"""Suggests lines of a mapping for an enquiry that was pasted: where its number and its other fields stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.config import GatewayConfig, SourceConfig
from gateway.config.as_toml import line
from gateway.leads.field_names import DIALER_FIELDS, NOT_ALLOWED, place_of
from gateway.leads.make import phone_rules
from gateway.leads.phone import read_phone
from gateway.leads.reasons import FieldError
from gateway.operating.trial import TriedLead
from gateway.sources import mapping
from gateway.sources.base import Inbound, SourceError
from gateway.sources.registry import SOURCES
from gateway.watching.advice import last_name, readers
from gateway.watching.shape import shape_of

AT_MOST = 6
SHORTEST_NUMBER = 8  # digits: a pin code or an amount is no number to call
_PROBE = "shape"  # a mapped field of no meaning to any kind
_PHONES = ("MobileNo", "phone_number")
_NOT_TO_MAP = NOT_ALLOWED | {"prospects_id", *_PHONES}


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """One line of `fields`."""

    field: str
    path: str

    @property
    def line(self) -> str:
        return line(self.field, self.path)


def advise(
    config: GatewayConfig, source: SourceConfig, inbound: Inbound, tried: TriedLead
) -> tuple[Advice, ...]:
    """What the mapping does not read yet and should, the number first; nothing where names are understood already."""
    records = _records(source, inbound)
    if not records:
        return ()
    found: dict[str, str] = {}
    texts = list(_texts(records[0]))
    if not tried.phone:
        path = _number(config, source, texts)
        if path:
            found["MobileNo"] = path
    if source.fields:
        for path, _ in texts:
            place = place_of(last_name(path))
            if place is None or place.field not in DIALER_FIELDS or place.field in _NOT_TO_MAP:
                continue
            if place.field not in {*tried.fields, *source.constants, *found} and not readers(path, source):
                found[place.field] = path
    return tuple(Advice(field=field, path=path) for field, path in found.items())[:AT_MOST]


def _records(source: SourceConfig, inbound: Inbound) -> list[Mapping[str, Any]]:
    """Each lead of the enquiry as a mapping sees it: the expression that hands all of it over tells."""
    probing = replace(source, fields={_PROBE: "to_string(@)"}, key=None)
    try:
        submissions = SOURCES[source.kind].parse(probing, inbound)
    except SourceError:
        return []
    texts = (each.fields.get(_PROBE) for each in submissions)
    return [json.loads(text) for text in texts if isinstance(text, str) and text[:1] == "{"]


def _texts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each value of the record that is one text or number, by the path a mapping would name."""
    for path, kind in shape_of(record).items():
        if kind in ("text", "number") and (text := mapping.find_text(path, record)):
            yield path, text


def _number(config: GatewayConfig, source: SourceConfig, texts: list[tuple[str, str]]) -> str:
    """Where a number to call stands: by its name if one says so, else by its look."""
    rules = phone_rules(source, config)
    callable_ = [path for path, text in texts if _is_number(text, rules)]
    named = [
        path
        for path in callable_
        if (place := place_of(last_name(path))) is not None and place.field in _PHONES
    ]
    return next(iter(named or callable_), "")


def _is_number(text: str, rules: Any) -> bool:
    if sum(character.isdigit() for character in text) < SHORTEST_NUMBER or len(text) > 40:
        return False
    try:
        read_phone(text, rules)
    except FieldError:
        return False
    return True
