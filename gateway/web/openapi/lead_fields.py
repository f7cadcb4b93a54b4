"""The fields of a partner's lead as they are documented: their names, rules and examples, from LeadSchema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from gateway.leads.field_names import DIALER_FIELDS, NOT_ALLOWED, REFERRER, STRICT_NAMES
from gateway.leads.phone import PhoneRules
from gateway.leads.schema import lead_schema
from gateway.leads.vocabulary import CLICK_IDS

PHONES = ("MobileNo", "phone_number")
_FIRST = (
    "MobileNo",
    "phone_number",
    "CustomerName",
    "EnquiryType",
    "EnquirySource",
)  # as a reader needs them
_SHOWN_AS = MappingProxyType({"LeadfromURL": "page_url"})  # of several names in snake_case
_EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "MobileNo": "+91 98765 43210",
        "phone_number": "02228456789",
        "CustomerName": "Asha Verma",
        "EnquiryType": "Test drive",
        "EnquirySource": "Dealer portal",
        "CreateEnquiryID": "ENQ-20981",
        "WebEnquiryNumber": "W-4711",
        "LeadSubSource": "Monsoon offer",
        "LeadSource": "Facebook",
        "LeadfromURL": "https://www.example.com/suv?utm_source=google",
        "CustomField1": "Petrol, automatic",
        "CustomField2": "Calls after 6 pm",
        "prospects_id": "CRM-88213",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadFieldNotes:
    """What is told about one field."""

    name: str  # the one to use
    aliases: tuple[str, ...]  # taken just as well
    dialer_name: str
    description: str
    longest: int
    example: str


@cache
def lead_fields() -> tuple[LeadFieldNotes, ...]:
    """Every field that may be sent, the important ones first."""
    order = (*_FIRST, *(name for name in DIALER_FIELDS if name not in (*_FIRST, *NOT_ALLOWED)))
    return tuple(_notes(name) for name in order)


@cache
def lead_schema_node() -> dict[str, Any]:
    """The JSON Schema of one lead."""
    properties: dict[str, Any] = {}
    for each in lead_fields():
        properties[each.name] = _property(each)
        properties |= {alias: _alias(each) for alias in each.aliases}
    referrer = {
        "type": "string",
        "description": "The page before page_url; tells where the visitor came from.",
    }
    properties |= {name: referrer for name, field in STRICT_NAMES.items() if field == REFERRER}
    for name in CLICK_IDS:
        properties[name] = {"type": "string", "description": "A click id, used to work out the lead source."}
    return {
        "type": "object",
        "description": "One lead. A name that is not listed here is refused, so that a slip is not a lost value.",
        "properties": properties,
        "patternProperties": {"^utm_[a-z_]+$": {"type": "string"}},
        "additionalProperties": False,
        "anyOf": [{"required": [name]} for name in _phone_names()],
        "examples": [example_lead()],
    }


def example_lead() -> dict[str, str]:
    """A lead that can be sent as it is."""
    wanted = ("MobileNo", "CustomerName", "EnquiryType", "LeadfromURL")
    return {each.name: each.example for each in lead_fields() if each.dialer_name in wanted}


def _notes(dialer_name: str) -> LeadFieldNotes:
    names = [name for name, field in STRICT_NAMES.items() if field == dialer_name]
    shown = _SHOWN_AS.get(dialer_name) or next(name for name in names if name == name.lower())
    metadata = lead_schema(PhoneRules()).fields[dialer_name].metadata
    return LeadFieldNotes(
        name=shown,
        aliases=tuple(name for name in names if name != shown),
        dialer_name=dialer_name,
        description=metadata["description"],
        longest=metadata["maxLength"],
        example=_EXAMPLES[dialer_name],
    )


def _property(notes: LeadFieldNotes) -> dict[str, Any]:
    return {
        "type": ["string", "integer"],
        "description": notes.description,
        "maxLength": notes.longest,
        "examples": [notes.example],
    }


def _alias(notes: LeadFieldNotes) -> dict[str, Any]:
    return {
        "type": ["string", "integer"],
        "description": f"Another name of {notes.name}. Send one of them.",
        "maxLength": notes.longest,
        "x-alias-of": notes.name,
    }


def _phone_names() -> list[str]:
    return [
        name for each in lead_fields() if each.dialer_name in PHONES for name in (each.name, *each.aliases)
    ]
