"""HubSpot: the contact that a workflow's webhook sends, with its form, and where HubSpot knows it from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from gateway.config import SourceConfig
from gateway.leads.attribution import says_something
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures
from gateway.sources.base import Inbound, NotAuthentic, Unreadable
from gateway.sources.body import read_anything
from gateway.sources.generic import SECRET_FIELDS
from gateway.sources.json_parts import part, rows, text, told
from gateway.sources.platform_source import is_attributed, named_after
from gateway.sources.questionnaire import Answer, Filled, submission_of

SIGNATURE_V3 = "x-hubspot-signature-v3"
TIMESTAMP = "x-hubspot-request-timestamp"  # milliseconds
SIGNATURE = "x-hubspot-signature"
VERSION = "x-hubspot-signature-version"
URL = "url"  # the option for an address that a proxy rewrites
_IDS = ("vid", "objectId", "hs_object_id", "id")
_TOLD = ("hs_analytics_source", "hs_analytics_source_data_1", "hs_analytics_source_data_2", "lifecyclestage")
_OTHER_NUMBERS = ("hs_whatsapp_phone_number", "hs_calculated_mobile_number", "hs_calculated_phone_number")
_ITS_OWN = re.compile(r"hs_|hubspot_|num_|recent_|first_conversion|days_to|createdate|lastmodified", re.ASCII)
# hs_analytics_source: the name that agents shall see, and which of its two details names the place itself.
# https://knowledge.hubspot.com/properties/understand-source-properties
_ORIGINS: Mapping[str, tuple[str, str]] = {
    "ORGANIC_SEARCH": ("Organic Search", "2"),  # 1 is the words that were searched for
    "PAID_SEARCH": ("Paid Search", ""),
    "SOCIAL_MEDIA": ("Organic Social", "1"),
    "PAID_SOCIAL": ("Paid Social", "1"),
    "REFERRALS": ("Referral", "1"),
    "EMAIL_MARKETING": ("Email", ""),
    "AI_REFERRALS": ("AI Referral", "1"),
    "DIRECT_TRAFFIC": ("Direct", ""),
    "OFFLINE": ("Offline", ""),
}
_NO_CONTACT = "These are events of an app, without the contact. Use the webhook action of a workflow instead."
_NO_ORIGIN = "HubSpot"
_CAMPAIGNS = {"PAID_SEARCH": "1", "PAID_SOCIAL": "2", "EMAIL_MARKETING": "1"}


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """With a `secret`, HubSpot's own signature; otherwise what the source says."""
    if source.auth.method != "hmac":
        signatures.verify(source.auth, inbound)
    elif not (_is_signed_v3(source, inbound) or _is_signed_v2(source, inbound)):
        raise NotAuthentic


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    body = read_anything(inbound, without=SECRET_FIELDS)
    if isinstance(body, list) and any("subscriptionType" in part(row) for row in body):
        raise Unreadable("records.not_found", _NO_CONTACT)
    if not isinstance(body, dict):
        raise Unreadable("records.not_an_object", "The body must be one contact with its properties.")
    return [_submission(source, body)]


# -- proof ---------------------------------------------------------------------------------------------------


def signature_v3(secret: str, method: str, url: str, body: bytes, timestamp: str) -> str:
    """https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation."""
    signed = (method + url).encode(errors="replace") + body + timestamp.encode(errors="replace")
    return signatures.hmac_base64(secret, signed)


def signature_v2(secret: str, method: str, url: str, body: bytes) -> str:
    """What workflows of older accounts send: a plain digest, without a time."""
    return hashlib.sha256((secret + method + url).encode(errors="replace") + body).hexdigest()


def _is_signed_v3(source: SourceConfig, inbound: Inbound) -> bool:
    timestamp = inbound.header(TIMESTAMP)
    expected = [
        signature_v3(secret, inbound.method, url, inbound.body, timestamp)
        for secret in source.auth.secrets
        for url in _urls(source, inbound)
        if secret
    ]
    is_same = signatures.any_same([inbound.header(SIGNATURE_V3)], expected)
    return is_same and signatures.is_fresh(timestamp[:-3], inbound.received_at)


def _is_signed_v2(source: SourceConfig, inbound: Inbound) -> bool:
    """Version 1 signs no address; workflows never used it, so it proves nothing here."""
    if inbound.header(SIGNATURE_V3) or inbound.header(VERSION) != "v2":
        return False
    expected = [
        signature_v2(secret, inbound.method, url, inbound.body)
        for secret in source.auth.secrets
        for url in _urls(source, inbound)
        if secret
    ]
    return signatures.any_same([inbound.header(SIGNATURE)], expected)


def _urls(source: SourceConfig, inbound: Inbound) -> list[str]:
    """The address HubSpot called, in each way its query may have been written."""
    url = source.options.get(URL) or f"https://{inbound.header('host')}{inbound.path}"
    if not inbound.query:
        return [url]
    plain = "&".join(f"{name}={value}" for name, value in inbound.query)
    return [
        f"{url}?{query}"
        for query in (plain, urlencode(inbound.query), urlencode(inbound.query, quote_via=quote))
    ]


# -- reading -------------------------------------------------------------------------------------------------


def _submission(source: SourceConfig, body: Mapping[str, Any]) -> Submission:
    """The whole contact, or the properties that somebody chose for the webhook, flat or under `properties`."""
    chosen = part(body.get("properties")) or body
    properties = {name: _value(value) for name, value in chosen.items()}
    form = _latest_form(body)
    ids = (text(each.get(name)) for each in (body, properties) for name in _IDS)
    filled = Filled(
        payload={**body, "property": properties},
        answers=list(_answers(properties)),
        key=next(filter(None, ids), ""),
        form_name=text(form.get("title")) or text(properties.get("recent_conversion_event_name")),
        page_url=text(form.get("page-url")) or text(properties.get("hs_analytics_first_url")),
        about={**told(body, "portal-id", "is-contact"), **told(properties, *_TOLD)},
    )
    submission = submission_of(source, filled)
    # Somebody who fills in a second form has enquired a second time.
    moment = text(form.get("timestamp")) or text(properties.get("recent_conversion_date"))
    if submission.key and not source.key and moment:
        submission = replace(submission, key=f"{submission.key}:{moment}")
    return _with_origin(source, submission, properties)


def _value(value: Any) -> Any:
    """`{"value": "Asha"}` of older accounts, or `"Asha"`."""
    return value.get("value") if isinstance(value, dict) else value


def _answers(properties: Mapping[str, Any]) -> Iterator[Answer]:
    for name, value in properties.items():
        if name not in _IDS and not _ITS_OWN.match(name):
            yield Answer(label=name, value=value)
    if not any(text(properties.get(name)) for name in ("phone", "mobilephone")):
        other = next(filter(None, (text(properties.get(name)) for name in _OTHER_NUMBERS)), "")
        yield Answer(label="MobileNo", value=other)


def _latest_form(body: Mapping[str, Any]) -> Mapping[str, Any]:
    forms = [part(each) for each in rows(body.get("form-submissions"))]
    return max(forms, key=lambda form: text(form.get("timestamp")), default={})


def _with_origin(source: SourceConfig, submission: Submission, properties: Mapping[str, Any]) -> Submission:
    """HubSpot has watched the visitor's way; a tracking parameter of the page still says it more exactly."""
    known = "hs_latest_source" if text(properties.get("hs_latest_source")) else "hs_analytics_source"
    origin = text(properties.get(known)).upper()
    if not origin:
        referrer = text(properties.get("hs_analytics_first_referrer"))
        return named_after(source, replace(submission, referrer=referrer), _NO_ORIGIN)
    if is_attributed(submission):
        return submission
    name, detail = _ORIGINS.get(origin, (_NO_ORIGIN, ""))
    place = text(properties.get(f"{known}_data_{detail}")) if detail else ""
    campaign = text(properties.get(f"{known}_data_{_CAMPAIGNS[origin]}")) if origin in _CAMPAIGNS else ""
    if says_something(campaign) and "LeadSubSource" not in source.constants:
        submission = replace(submission, fields={**submission.fields, "LeadSubSource": campaign})
    return named_after(source, submission, place if says_something(place) else name)


# -- sample --------------------------------------------------------------------------------------------------


def sample(source: SourceConfig, number: int) -> Inbound:
    inbound = sampling.posted_json(source, _sample(number), {"host": "leads.example.com"})
    if source.auth.method != "hmac":
        return sampling.proven(source, inbound)
    timestamp, url = str(int(inbound.received_at * 1000)), _urls(source, inbound)[0]
    secret = source.auth.secrets[0]
    signed = signature_v3(secret, inbound.method, url, inbound.body, timestamp)
    return replace(inbound, headers={**inbound.headers, TIMESTAMP: timestamp, SIGNATURE_V3: signed})


def _sample(number: int) -> dict[str, Any]:
    properties = {
        "firstname": "Asha",
        "lastname": "Verma",
        "phone": f"+91{sampling.phone(number)}",
        "email": "asha@example.com",
        "hs_analytics_source": "DIRECT_TRAFFIC",
    }
    return {
        "vid": 3_000_000 + number,
        "portal-id": 62515,
        "is-contact": True,
        "properties": {name: {"value": value} for name, value in properties.items()},
        "form-submissions": [
            {
                "form-id": "e7f4b0c5-8f51-4a4e-9d3f-0b6a7b9c1d2e",
                "title": "Enquiry",
                "page-url": "https://www.example.com/plan",
                "timestamp": 1_791_300_000_000 + number,
            }
        ],
    }
