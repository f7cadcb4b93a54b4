"""Gravity Forms Webhooks add-on: the whole entry, whose fields have numbers for names, or names one chose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures, wordpress
from gateway.sources.base import Inbound
from gateway.sources.questionnaire import Answer, Asks, Filled
from gateway.sources.wordpress import Record, text_of

_NUMBERED = re.compile(r"(\d{1,6})(?:\.(\d{1,6}))?", re.ASCII)
# The inputs of a name field are fixed: prefix, first, middle, last, suffix. An address has a first input, too.
_NAME_INPUTS = ("2", "3", "4", "6", "8")
_TOLD = """
    form_id date_created date_updated ip user_agent status source_id post_id created_by currency payment_status
    payment_date payment_amount payment_method transaction_id transaction_type is_fulfilled is_starred is_read
"""
_ENTRY = frozenset((*_TOLD.split(), "id", "source_url"))

Inputs = Mapping[str, Any]  # the parts of one field by their numbers; a field without parts has "" alone


def verify(source: SourceConfig, inbound: Inbound) -> None:
    signatures.verify(source.auth, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return wordpress.submissions(source, inbound, _filled)


def sample(source: SourceConfig, number: int) -> Inbound:
    return sampling.proven(source, sampling.posted_json(source, _sample(number)))


# -- reading -------------------------------------------------------------------------------------------------


def _filled(sent: Record) -> Filled:
    if not any(_NUMBERED.fullmatch(name) for name in sent):
        return wordpress.filled_by_names(sent)
    named = {
        name: value for name, value in sent.items() if not _NUMBERED.fullmatch(name) and name not in _ENTRY
    }
    return Filled(
        payload=sent,
        answers=[*_numbered(sent), *wordpress.answers_of(named)],
        key=text_of(sent.get("id")),
        form_name=wordpress.form_name(sent),
        page_url=text_of(sent.get("source_url")),
        about={name: sent[name] for name in _TOLD.split() if sent.get(name)},
    )


def _numbered(sent: Record) -> Iterator[Answer]:
    fields: dict[str, dict[str, Any]] = {}
    for name, value in sent.items():
        if match := _NUMBERED.fullmatch(name):
            fields.setdefault(match[1], {})[match[2] or ""] = value
    in_order = sorted(fields, key=int)
    names = next((field for field in in_order if _is_name(fields[field])), "")
    for field in in_order:
        yield _answer(field, fields[field], is_name=field == names)


def _answer(field: str, inputs: Inputs, *, is_name: bool) -> Answer:
    if is_name:
        parts = [text_of(inputs.get(part)) for part in _NAME_INPUTS]
        return Answer(label=field, value=" ".join(filter(None, parts)), asks=Asks.NAME)
    if inputs.keys() == {""}:
        value = inputs[""]
        is_email = isinstance(value, str) and "@" in value and " " not in value.strip()
        return Answer(label=field, value=value, asks=Asks.EMAIL if is_email else Asks.ANYTHING)
    return Answer(label=field, value=[inputs[part] for part in sorted(inputs, key=_number)])


def _is_name(inputs: Inputs) -> bool:
    """A first and a last name and no input that only other fields have."""
    return inputs.keys() <= set(_NAME_INPUTS) and all(text_of(inputs.get(part)) for part in ("3", "6"))


def _number(text: str) -> int:
    return int(text or 0)


def _sample(number: int) -> dict[str, str]:
    return {
        "id": str(1500 + number),
        "form_id": "1",
        "date_created": "2026-10-06 08:49:12",
        "is_starred": "0",
        "ip": "203.0.113.9",
        "source_url": "https://www.example.com/plan/?utm_source=google",
        "status": "active",
        "1.3": "Asha",
        "1.6": "Verma",
        "2": "asha@example.com",
        "3": sampling.phone(number),
        "4.1": "Term",
        "4.2": "ULIP",
    }
