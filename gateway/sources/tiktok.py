"""TikTok lead forms: up to a thousand leads in one signed JSON body, the answers inside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import ad_form, sampling, signatures
from gateway.sources.ad_form import FilledForm, first_text, text_of
from gateway.sources.base import Inbound, NotAuthentic, Reply

LEAD_SOURCE = "TikTok"
SIGNATURE = "x-open-signature"
TEST_WORDS = "test lead"
_NAMES_OF_ADS = ("campaign_name", "adgroup_name", "ad_name")
_TAKEN = frozenset({"id", "changes"})
_WAYS = {"DIRECT_MESSAGE": "Direct message"}
_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]")


def verify(source: SourceConfig, inbound: Inbound) -> None:
    bodies = (inbound.body, escaped(inbound.body))
    expected = [
        signatures.hmac_hex(secret, body) for secret in source.auth.secrets if secret for body in bodies
    ]
    if not inbound.body or not signatures.any_same([inbound.header(SIGNATURE)], expected):
        raise NotAuthentic


def handshake(_source: SourceConfig, inbound: Inbound) -> Reply | None:
    """Whatever a GET asks, it is answered: leads only come in a body."""
    return Reply(body=b"{}") if inbound.method == "GET" else None


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return [
        ad_form.submission_of(source, _form(entry)) if isinstance(entry, dict) else ad_form.not_a_form(entry)
        for entry in ad_form.rows_of(inbound, "entry")
    ]


def sample(source: SourceConfig, number: int) -> Inbound:
    answers = {
        "first_name": "Asha",
        "last_name": "Verma",
        "phone_number": f"+91{sampling.phone(number)}",
        "email": "asha@example.com",
        "Which plan?": "Term",
    }
    entry = {
        "id": 7664713983300000000 + number,
        "lead_source": "INSTANT_FORM",
        "page_id": 7643847475366904072,
        "page_name": "Enquiry form",
        "library_id": 0,
        "advertiser_id": 7163948356417552385,
        "advertiser_name": "Example Insurance",
        "campaign_id": 180000000000001,
        "campaign_name": "Diwali",
        "adgroup_id": 180000000000002,
        "adgroup_name": "Pune 25-45",
        "ad_id": 180000000000003,
        "ad_name": "Video A",
        "create_time": 1791299990,
        "changes": [{"field": name, "value": text} for name, text in answers.items()],
    }
    value = {"request_id": 7664713983311741000, "object": 1, "time": 1791300000, "entry": [entry]}
    inbound = sampling.posted_json(source, value, {"x-open-signature-type": "HMAC-SHA256"})
    signature = signatures.hmac_hex(source.auth.secrets[0], inbound.body)
    return sampling.with_headers(inbound, {SIGNATURE: signature})


def escaped(body: bytes) -> bytes:
    r"""The body with \uXXXX for everything outside ASCII, which some deliveries are signed as."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body
    return _OUTSIDE_ASCII.sub(_escape, text).encode()


def _escape(character: re.Match[str]) -> str:
    units = character[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _form(entry: Mapping[str, Any]) -> FilledForm:
    way = text_of(entry, "lead_source")
    return FilledForm(
        payload=entry,
        answers=ad_form.answers_of(entry.get("changes"), ("field",), ("value",)),
        lead_source=LEAD_SOURCE,
        campaign=first_text(entry, "campaign_name", "adgroup_name", "campaign_id", "page_name"),
        form=_WAYS.get(way) or first_text(entry, "page_name"),
        key=first_text(entry, "id"),
        about=ad_form.rest_of(entry, _TAKEN),
        test=_is_test(entry),
    )


def _is_test(entry: Mapping[str, Any]) -> bool:
    """A lead of no campaign whose ads are called a test: the page's preview, or TikTok's mock lead."""
    names = " ".join(text_of(entry, name) for name in _NAMES_OF_ADS).casefold()
    return not first_text(entry, "campaign_id") and TEST_WORDS in names
