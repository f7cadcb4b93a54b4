"""WPForms Webhooks addon: fields under names the administrator chose, signed with a time where the body is JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures, wordpress
from gateway.sources.base import Inbound, NotAuthentic
from gateway.sources.questionnaire import Filled
from gateway.sources.wordpress import Record

SIGNATURE_HEADER = "x-wpforms-webhook-signature"
TOLERANCE = 900.0  # seconds: WPForms signs first and lets its queue send later
_JOINED = "||"  # between the values of a group of check boxes


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """With a `secret`, the addon's own signature; otherwise what the source says."""
    if source.auth.method != "hmac":
        signatures.verify(source.auth, inbound)
        return
    parts = dict(part.strip().partition("=")[::2] for part in inbound.header(SIGNATURE_HEADER).split(","))
    timestamp, given = parts.get("t", ""), parts.get("v", "")
    expected = [signature(secret, timestamp, inbound.body) for secret in source.auth.secrets if secret]
    is_signed = bool(inbound.body.strip()) and signatures.any_same([given], expected)
    if not (is_signed and _is_fresh(timestamp, inbound.received_at)):
        raise NotAuthentic


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What stands behind `v=`: the addon signs its Unix time, a dot and the body."""
    return signatures.hmac_hex(secret, f"{timestamp}.".encode(errors="replace") + body)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return wordpress.submissions(source, inbound, _filled)


def sample(source: SourceConfig, number: int) -> Inbound:
    inbound = sampling.posted_json(source, _sample(number))
    if source.auth.method != "hmac":
        return sampling.proven(source, inbound)
    timestamp = str(int(inbound.received_at))
    signed = f"t={timestamp},v={signature(source.auth.secrets[0], timestamp, inbound.body)}"
    return replace(inbound, headers={**inbound.headers, SIGNATURE_HEADER: signed})


def _is_fresh(timestamp: str, now: float) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(int(timestamp) - now) <= TOLERANCE


def _filled(sent: Record) -> Filled:
    return wordpress.filled_by_names({name: _value(value) for name, value in sent.items()})


def _value(value: Any) -> Any:
    """A date comes as text and as Unix time; of a group of check boxes each value counts."""
    if isinstance(value, dict) and value.keys() == {"value", "unix"}:
        return value["value"]
    if isinstance(value, str) and _JOINED in value:
        return [part for part in value.split(_JOINED) if part]
    return value


def _sample(number: int) -> dict[str, str]:
    return {
        "entry_id": str(700 + number),
        "name": "Asha Verma",
        "email": "asha@example.com",
        "mobile": sampling.phone(number),
        "plan": "Term||ULIP",
        "message": "Please call after six.",
        "form_name": "Enquiry",
        "page_url": "https://www.example.com/plan/?utm_source=google",
    }
