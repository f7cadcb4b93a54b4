"""The dialer's own API as senders speak it: its parameters, read as PHP reads them, and the leads in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from gateway.config import SourceConfig
from gateway.leads.field_names import DIALER_FIELDS
from gateway.leads.lead import Submission
from gateway.sources import form_body, mapping
from gateway.sources.base import FileSent, Inbound, Unreadable
from gateway.sources.body import MULTIPART, URLENCODED, refuse_encoded

Pairs = list[tuple[str, str]]
Parameters = Mapping[str, str]

PATH = "/elision-dialer/elision-api/main.php"
KEY_PARAMETERS = ("key", "api_key", "pass")  # where an API key may stand, besides the headers
SECRET_FIELDS = frozenset({*KEY_PARAMETERS, "user"})
# A list's custom form has these; what the API itself reads is no field of a lead.
FIELDS = frozenset(DIALER_FIELDS) - {"list_id"} | {"LeadformURL"}
_OF_THE_API = SECRET_FIELDS | {"action", "custom_fields", "list_id", "multi_leads", "phone_code"}


def verify(_source: SourceConfig, _inbound: Inbound) -> None:
    """The key, or the address, has already said whose lead this is."""


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    """The one lead of a kept request; those of an add_multi_lead are kept each as a request of its own."""
    request = parameters_of(inbound)
    return [submission_of(source, request, request)]


def parameters_of(inbound: Inbound) -> dict[str, str]:
    """By name: the query goes before the form, and the last of a name counts."""
    return {**dict(_form(inbound)), **dict(inbound.query)}


def pairs_of(raw: bytes) -> Pairs:
    """Name and value pairs of a query or form, in UTF-8 or, as old programs write it, Windows' Latin."""
    parts = raw.split(b"&")
    if len(parts) > form_body.MOST_FIELDS:
        raise Unreadable("body.too_many_fields", f"At most {form_body.MOST_FIELDS} fields are taken.")
    split = (part.partition(b"=") for part in parts if part)
    return [(_text(name), _text(value)) for name, _, value in split]


def without_secrets(inbound: Inbound) -> Inbound:
    """The request as it may be kept: an API key may stand among its fields."""
    found = _form(inbound)
    kept = [pair for pair in found if pair[0].lower() not in SECRET_FIELDS]
    if len(kept) == len(found):
        return inbound
    headers = {**inbound.headers, "content-type": URLENCODED}
    return replace(inbound, headers=headers, body=urlencode(kept).encode())


def request_of_row(inbound: Inbound, request: Parameters, row: Parameters) -> Inbound:
    """One lead of several as the add_lead that would have brought it alone."""
    alone = {
        **{name: value for name, value in row.items() if name.lower() not in SECRET_FIELDS},
        "action": "add_lead",
        "source": request.get("source", ""),
        "custom_fields": "Y",
    }
    headers = {**inbound.headers, "content-type": URLENCODED}
    body = urlencode(alone, errors="replace").encode()
    return replace(inbound, method="POST", query=(), headers=headers, body=body)


def submission_of(source: SourceConfig, lead: Parameters, request: Parameters) -> Submission:
    """One lead: `request` is what stands around it, the same thing where it stands alone."""
    sent = {name: value for name, value in lead.items() if name in FIELDS}
    others = {name: value for name, value in lead.items() if name not in FIELDS | _OF_THE_API}
    mapped, failed = mapping.map_fields(source.fields, dict(lead))
    return Submission(
        fields={**sent, **mapped},
        key=_key(lead),
        list_id=lead.get("list_id") or None,
        extra={
            **others,
            "source": request.get("source", ""),
            **({"mapping": failed} if failed else {}),
        },
    )


def unknown_names(lead: Parameters) -> Sequence[str]:
    """The names that are neither fields of the document nor read by its API; an empty one says nothing."""
    return [name for name, value in lead.items() if value and name not in FIELDS | _OF_THE_API | {"source"}]


def _key(lead: Parameters) -> str | None:
    """The same lead sent again, however late; without a reference it may be the same person asking anew."""
    if not lead.get("prospects_id"):
        return None
    told: dict[str, Any] = {name: value for name, value in lead.items() if name not in SECRET_FIELDS}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _form(inbound: Inbound) -> Pairs:
    """The fields of a POST; a body of another type has none, as in PHP."""
    if inbound.method != "POST":
        return []
    refuse_encoded(inbound)
    if inbound.media_type == URLENCODED:
        return pairs_of(inbound.body)
    if inbound.media_type != MULTIPART:
        return []
    try:
        return form_body.multipart(inbound.body, inbound.header("content-type"))
    except FileSent as sent:
        return list(sent.typed)


def _text(raw: bytes) -> str:
    plain = unquote_to_bytes(raw.replace(b"+", b" "))
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return plain.decode("cp1252", "replace")
