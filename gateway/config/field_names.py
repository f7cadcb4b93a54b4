"""The names of fields that a configuration may use: the dialer's own, and free ones in lower case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from gateway.config.values import ValueProblemError

# The key in the file → the dialer's name of the field.
CONSTANTS: Mapping[str, str] = MappingProxyType(
    {
        "lead_source": "LeadSource",
        "lead_sub_source": "LeadSubSource",
        "lead_from_url": "LeadfromURL",
        "enquiry_source": "EnquirySource",
        "enquiry_type": "EnquiryType",
        "create_enquiry_id": "CreateEnquiryID",
        "web_enquiry_number": "WebEnquiryNumber",
        "custom_field1": "CustomField1",
        "custom_field2": "CustomField2",
    }
)
FIELDS = (*CONSTANTS.values(), "CustomerName", "MobileNo", "phone_number", "prospects_id")
FORM_FIELDS = tuple(name for name in FIELDS if name not in ("phone_number", "prospects_id", "LeadfromURL"))
TRUSTED = tuple(CONSTANTS.values())
_DECIDED_HERE = frozenset({"list_id", "source", "custom_fields", "action"})


def known_field(value: str, known: tuple[str, ...]) -> str:
    """`value`, if it is one of the dialer's fields that can stand in this place."""
    if value in known:
        return value
    meant = next((each for each in known if _folded(each) == _folded(value)), None)
    raise ValueProblemError(
        f"is not a field of the dialer: did you mean {meant}?"
        if meant
        else f"is not a field that can stand here: use one of {', '.join(known)}"
    )


def mapped_field(name: str) -> str:
    """The dialer's names, or lower-case names that tell something else, such as first_name or utm_source."""
    return name if _is_free(name) else known_field(name, FIELDS)


def form_field(name: str) -> str:
    """The dialer's names, or a lower-case name such as email, which is kept with the lead."""
    if name in _DECIDED_HERE:
        raise ValueProblemError("is decided by this file alone, never by a visitor: take it out")
    return name if _is_free(name) else known_field(name, FORM_FIELDS)


def _is_free(name: str) -> bool:
    taken = {_folded(each) for each in FIELDS}
    return bool(re.fullmatch(r"[a-z][a-z0-9_]*", name)) and _folded(name) not in taken


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
