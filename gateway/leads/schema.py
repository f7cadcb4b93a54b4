"""LeadSchema: the one gate from untrusted fields to values the dialer takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError, fields

from gateway.leads.field_names import TEXT_LIMITS
from gateway.leads.landing_url import LONGEST as URL_LONGEST
from gateway.leads.landing_url import clean_url
from gateway.leads.phone import PhoneRules, read_phone
from gateway.leads.phone_text import LONGEST as PHONE_LONGEST
from gateway.leads.reasons import FieldError
from gateway.leads.text import clean_text, refuse_broken

T = TypeVar("T")

_INTEGER_BITS = 128  # an integer beyond this is an attack on its own conversion to text
_EXACT_FLOATS = 2**53
_REFERENCE_READ = 100


def scalar_text(value: Any) -> str:
    """Text of a text, an integer or an integral float; raises FieldError for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= _INTEGER_BITS:
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_FLOATS:
        return str(int(value))
    raise FieldError("type.invalid")


class LeadField(fields.Field[T]):
    """A field whose text is read by one function; its refusal is the error, as a code."""

    def __init__(self, read: Callable[[str], T], description: str, longest: int) -> None:
        # What the API's documentation shows; longer values are cut or refused by `read`.
        shown = {"description": description, "type": "string", "maxLength": longest}
        super().__init__(metadata=shown)
        self._read = read

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> T:
        del attr, data, kwargs  # part of marshmallow's call, no part of the judgement
        try:
            text = scalar_text(value)
            refuse_broken(text)
            return self._read(text)
        except FieldError as error:
            raise ValidationError(error.code) from error


_DESCRIPTIONS: Mapping[str, str] = {
    "CustomerName": "The person's name, in any script.",
    "EnquirySource": "Where the enquiry was made, in the sender's words.",
    "EnquiryType": "What the enquiry is about; may choose the dialer's list.",
    "CreateEnquiryID": "The sender's own id of the enquiry.",
    "WebEnquiryNumber": "The number the website or portal gave the enquiry.",
    "LeadSubSource": "Campaign, ad set, form or portal category; else taken from utm_campaign.",
    "LeadSource": "Where the lead comes from; else worked out from utm_source, click ids and the referrer.",
    "CustomField1": "Anything the call centre has agreed on.",
    "CustomField2": "Anything the call centre has agreed on.",
}


def _fields(rules: PhoneRules) -> dict[str, fields.Field[Any]]:
    phone = partial(read_phone, rules=rules)
    texts = {
        name: LeadField(partial(clean_text, limit=limit), _DESCRIPTIONS[name], limit)
        for name, limit in TEXT_LIMITS.items()
    }
    return {
        "phone_number": LeadField(phone, "The number to dial; without it MobileNo is dialed.", PHONE_LONGEST),
        "MobileNo": LeadField(phone, "A mobile number, written as people write it.", PHONE_LONGEST),
        "prospects_id": LeadField(
            partial(clean_text, limit=_REFERENCE_READ),
            "Your own reference: letters, digits and -. What the dialer cannot hold is replaced.",
            _REFERENCE_READ,
        ),
        "LeadfromURL": LeadField(clean_url, "The page the enquiry came from.", URL_LONGEST),
        **texts,
    }


@lru_cache(maxsize=256)
def lead_schema(rules: PhoneRules) -> Schema:
    """LeadSchema for these rules, built once: building it costs as much as a hundred leads."""
    return _schema_class(rules)()


@lru_cache(maxsize=1024)
def lead_schema_of(rules: PhoneRules, names: frozenset[str]) -> Schema:
    """LeadSchema of just these of its fields: most leads have few, and each field is looked for at a price."""
    return _schema_class(rules)(only=names)


@lru_cache(maxsize=256)
def _schema_class(rules: PhoneRules) -> type[Schema]:
    return Schema.from_dict(dict(_fields(rules)), name="LeadSchema")
