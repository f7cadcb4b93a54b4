"""Webflow: a form submission as JSON; signed where the webhook was made by API, with a token where by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures, strict_json
from gateway.sources.base import Inbound, NotAuthentic, Unreadable
from gateway.sources.questionnaire import Answer, Filled, submission_of

TIMESTAMP_HEADER = "x-webflow-timestamp"
SIGNATURE_HEADER = "x-webflow-signature"
SITE_URL = "site_url"  # the option that makes an address of the path Webflow names
_SUBMISSION = "form_submission"
_TOLD = ("siteId", "formId", "pageId", "publishedPath", "submittedAt", "site", "d")


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """With a `secret`, Webflow's own signature; otherwise what the source says."""
    if source.auth.method != "hmac":
        signatures.verify(source.auth, inbound)
        return
    timestamp = inbound.header(TIMESTAMP_HEADER)
    expected = [signature(secret, timestamp, inbound.body) for secret in source.auth.secrets if secret]
    is_fresh = signatures.is_fresh(timestamp[:-3], inbound.received_at)  # it counts milliseconds
    if not (signatures.any_same([inbound.header(SIGNATURE_HEADER)], expected) and is_fresh):
        raise NotAuthentic


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What Webflow signs: https://developers.webflow.com/data/docs/working-with-webhooks."""
    return signatures.hmac_hex(secret, f"{timestamp}:".encode(errors="replace") + body)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    body = strict_json.loads(inbound.body)
    if not isinstance(body, dict):
        raise Unreadable("records.not_an_object", "The body must be an object with a form's data.")
    if body.get("triggerType", _SUBMISSION) != _SUBMISSION:
        raise Unreadable(
            "records.not_found", "The webhook is not one of form submissions: change its trigger."
        )
    inner = body.get("payload")
    payload = inner if isinstance(inner, dict) else body  # the first version of the API has no envelope
    data = payload.get("data")
    if not isinstance(data, dict):
        raise Unreadable("records.not_found", "There is no data of a form in the body.")
    filled = Filled(
        payload=body,
        answers=[Answer(label=name, value=value) for name, value in data.items()],
        key=_text(payload.get("id")) or _text(payload.get("_id")),
        form_name=_text(payload.get("name")),
        page_url=_page_url(source, payload),
        about={name: payload[name] for name in _TOLD if payload.get(name)},
    )
    return [submission_of(source, filled)]


def sample(source: SourceConfig, number: int) -> Inbound:
    inbound = sampling.posted_json(source, _sample(number))
    if source.auth.method != "hmac":
        return sampling.proven(source, inbound)
    timestamp = str(int(inbound.received_at * 1000))
    signed = {
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: signature(source.auth.secrets[0], timestamp, inbound.body),
    }
    return replace(inbound, headers={**inbound.headers, **signed})


def _page_url(source: SourceConfig, payload: Mapping[str, Any]) -> str:
    """Webflow names the path alone; which site it is, the source has to say."""
    path, site = _text(payload.get("publishedPath")), source.options.get(SITE_URL, "")
    if not (site and path.startswith("/")) or path.startswith("//"):
        return site
    return urljoin(site, path)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _sample(number: int) -> dict[str, Any]:
    data = {
        "First Name": "Asha",
        "Last Name": "Verma",
        "Phone": sampling.phone(number),
        "Email": "asha@example.com",
        "Message": "Please call after six.",
    }
    return {
        "triggerType": _SUBMISSION,
        "payload": {
            "name": "Contact Form",
            "siteId": "65427cf400e02b306eaa049c",
            "data": data,
            "schema": [
                {"fieldName": name, "fieldType": "FormTextInput", "fieldElementId": f"285042f7-{index}"}
                for index, name in enumerate(data)
            ],
            "submittedAt": "2026-10-06T08:49:12.445Z",
            "id": f"6321ca84{number:016x}",
            "formId": "65429eadebe8a9f3a30f62d0",
            "formElementId": "4e038d2c-6a1e-4953-7be9-a59a2b453177",
            "pageId": "65429eadebe8a9f3a30f62d1",
            "publishedPath": "/contact",
        },
    }
