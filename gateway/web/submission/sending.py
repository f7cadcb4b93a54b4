"""The request a sender of a source makes, without its secret: what samples in every language are written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from gateway.config import SourceConfig
from gateway.config.kinds import KINDS, Access
from gateway.sources import elision, generic_sample
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from gateway.sources.signatures import TOKEN_HEADER
from gateway.web.openapi.lead_fields import example_lead

# Where samples look for the secret. It stands in no page: pages are sent by mail.
KEY, SECRET = "LEADS_KEY", "LEADS_SECRET"
ENQUIRY = "ENQ-20981"


class Proof(StrEnum):
    """How the sender proves itself."""

    KEY = "key"  # an API key in a header
    KEY_PARAMETER = "key-parameter"  # an API key among the fields
    TOKEN = "token"  # noqa: S105  a name, not a secret
    BASIC = "basic"
    HMAC = "hmac"
    STRIPE = "stripe"
    STANDARD = "standard-webhooks"
    NONE = "none"  # its address, or nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """One request as its sender writes it."""

    url: str
    value: Mapping[str, Any]  # sent as JSON, or as form fields
    is_json: bool
    proof: Proof
    user: str = ""
    signature_header: str = ""
    signature_prefix: str = ""
    signature_encoding: str = "hex"
    enquiry: str = ENQUIRY  # the sender's own number of it, by which a second sending is known
    has_idempotency_key: bool = False
    source_header: str = ""  # a signature does not say whose it is

    @property
    def body(self) -> str:
        """What a sample sends as JSON, byte for byte; each value of a form is encoded by its language."""
        return orjson.dumps(self.value, option=orjson.OPT_INDENT_2).decode()

    @property
    def secret_name(self) -> str:
        return KEY if self.proof in (Proof.KEY, Proof.KEY_PARAMETER) else SECRET


def sending_of(source: SourceConfig, public_url: str) -> Sending | None:
    """None where a platform sends in words of its own that nobody else writes."""
    base = public_url.rstrip("/")
    if source.kind == "partner":
        return _partner(source, base)
    if source.kind == elision_kind():
        return _drop_in(source, base)
    if source.kind == "generic":
        body = orjson.loads(generic_sample.sample(source, 1).body)
        return _proven(source, url=f"{base}/webhooks/{source.name}", value=body)
    return None


def address_of(source: SourceConfig, public_url: str) -> str:
    """Where its sender posts to."""
    base, door = public_url.rstrip("/"), SOURCES[source.kind].door
    match door:
        case Door.PARTNER:
            return f"{base}/v1/leads"
        case Door.DROP_IN:
            return base + elision.PATH
        case Door.FORM:
            return f"{base}/forms/{source.name}"
        case Door.WEBHOOK:
            return f"{base}/webhooks/{source.name}"


def elision_kind() -> str:
    return next(name for name, kind in SOURCES.items() if kind.door is Door.DROP_IN)


def is_platforms_own(source: SourceConfig) -> bool:
    """Whether a platform sends, in its own words, and is configured rather than programmed."""
    known = ("partner", "generic", "form", elision_kind())
    return source.kind not in known and KINDS[source.kind] in (Access.PLATFORM, Access.ADDRESS)


def _partner(source: SourceConfig, base: str) -> Sending:
    lead = example_lead() | {"create_enquiry_id": ENQUIRY}
    url = f"{base}/v1/leads"
    if source.auth.method == "standard-webhooks":
        return Sending(url=url, value=lead, is_json=True, proof=Proof.STANDARD, source_header=source.name)
    return Sending(url=url, value=lead, is_json=True, proof=Proof.KEY, has_idempotency_key=True)


def _drop_in(source: SourceConfig, base: str) -> Sending:
    fields = {
        "action": "add_lead",
        "source": "crm",
        "phone_number": "9876543210",
        "list_id": source.list_id,
        "custom_fields": "Y",
        "CustomerName": "Asha Verma",
        "MobileNo": "9876543210",
    }
    proof = Proof.NONE if source.auth.networks else Proof.KEY_PARAMETER
    return Sending(url=base + elision.PATH, value=fields, is_json=False, proof=proof)


def _proven(source: SourceConfig, *, url: str, value: Mapping[str, Any]) -> Sending:
    auth = source.auth
    proof = Proof.NONE if auth.method in ("none", "ip") else Proof(auth.method)
    return Sending(
        url=url,
        value=value,
        is_json=True,
        proof=proof,
        user=auth.user,
        signature_header=TOKEN_HEADER if proof is Proof.TOKEN else auth.signature_header,
        signature_prefix=auth.signature_prefix,
        signature_encoding=auth.signature_encoding,
    )
