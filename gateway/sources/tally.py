"""Tally: one form response as JSON rows, signed with base64; choices are ids that stand beside their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures, strict_json
from gateway.sources.base import Inbound, NotAuthentic, Unreadable
from gateway.sources.platform_source import named_after
from gateway.sources.questionnaire import Answer, Asks, Filled, submission_of

LEAD_SOURCE = "Tally"
SIGNATURE_HEADER = "tally-signature"
_ASKS = {
    "INPUT_PHONE_NUMBER": Asks.PHONE,
    "INPUT_PHONE": Asks.PHONE,
    "INPUT_EMAIL": Asks.EMAIL,
    "TEXTAREA": Asks.MESSAGE,
}
_TOLD = ("formId", "respondentId", "createdAt")

Rows = Sequence[Mapping[str, Any]]


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """The bare base64 of the body's HMAC: https://tally.so/help/webhooks."""
    expected = [signatures.hmac_base64(secret, inbound.body) for secret in source.auth.secrets if secret]
    if not signatures.any_same([inbound.header(SIGNATURE_HEADER)], expected):
        raise NotAuthentic


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    payload = strict_json.loads(inbound.body)
    data = payload.get("data") if isinstance(payload, dict) else None
    rows = data.get("fields") if isinstance(data, dict) else None
    if not isinstance(rows, list) or not isinstance(data, dict):
        raise Unreadable("records.not_found", "There are no data.fields in the body.")
    filled = Filled(
        payload=payload,
        answers=list(_answers([row for row in rows if isinstance(row, dict)])),
        key=_first(data.get("submissionId"), data.get("responseId"), payload.get("eventId")),
        form_name=_text(data.get("formName")),
        about={name: data[name] for name in _TOLD if data.get(name)},
    )
    return [named_after(source, submission_of(source, filled), LEAD_SOURCE)]


def sample(source: SourceConfig, number: int) -> Inbound:
    inbound = sampling.posted_json(source, _sample(number))
    signed = {SIGNATURE_HEADER: signatures.hmac_base64(source.auth.secrets[0], inbound.body)}
    return replace(inbound, headers={**inbound.headers, **signed})


# -- reading -------------------------------------------------------------------------------------------------


def _answers(rows: Rows) -> Iterator[Answer]:
    groups = {_text(row.get("key")) for row in rows if isinstance(row.get("value"), list)}
    for row in rows:
        if _repeats_a_group(row, groups):
            continue
        kind = _text(row.get("type"))
        yield Answer(
            label=_text(row.get("label")),
            name=_text(row.get("key")),
            value=_value(row),
            asks=_ASKS.get(kind, Asks.ANYTHING),
        )


def _repeats_a_group(row: Mapping[str, Any], groups: set[str]) -> bool:
    """A group of check boxes comes once with all its choices, then again as one true or false per choice."""
    group, _, option = _text(row.get("key")).rpartition("_")
    return isinstance(row.get("value"), bool) and bool(option) and group in groups


def _value(row: Mapping[str, Any]) -> Any:
    value = row.get("value")
    texts = _texts(row.get("options"))
    if isinstance(value, str):
        return texts.get(value, value)
    if isinstance(value, list):
        return [_item(item, texts) for item in value]
    return value


def _item(item: Any, texts: Mapping[str, str]) -> Any:
    """One choice in words; an uploaded file by its address."""
    if isinstance(item, dict) and isinstance(item.get("url"), str):
        return item["url"]
    return texts.get(item, item) if isinstance(item, str) else item


def _texts(options: Any) -> dict[str, str]:
    return {
        option["id"]: _text(option.get("text"))
        for option in (options if isinstance(options, list) else ())
        if isinstance(option, dict) and isinstance(option.get("id"), str)
    }


def _first(*values: Any) -> str:
    return next(filter(None, map(_text, values)), "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _sample(number: int) -> dict[str, Any]:
    plan = {"id": "0b7f6c1e-1", "text": "Term"}
    fields: list[dict[str, Any]] = [
        {"key": "question_mVGEg3", "label": "Your name", "type": "INPUT_TEXT", "value": "Asha Verma"},
        {
            "key": "question_nPpjVn",
            "label": "Mobile",
            "type": "INPUT_PHONE_NUMBER",
            "value": f"+91{sampling.phone(number)}",
        },
        {
            "key": "question_3EKz9n",
            "label": "Plan",
            "type": "DROPDOWN",
            "value": [plan["id"]],
            "options": [plan],
        },
        {"key": "question_w4x2Yd", "label": "utm_source", "type": "HIDDEN_FIELDS", "value": "google"},
    ]
    submission = f"2wgx{number}"
    return {
        "eventId": f"a4cb511e-d513-4fa5-baee-{number:012d}",
        "eventType": "FORM_RESPONSE",
        "createdAt": "2026-10-06T08:49:12.000Z",
        "data": {
            "responseId": submission,
            "submissionId": submission,
            "respondentId": "dwQKYm",
            "formId": "VwbNEw",
            "formName": "Enquiry",
            "createdAt": "2026-10-06T08:49:12.000Z",
            "fields": fields,
        },
    }
