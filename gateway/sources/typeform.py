"""Typeform: one response as JSON, signed with base64; an answer carries no title, the form's definition does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures, strict_json
from gateway.sources.base import Inbound, NotAuthentic, Unreadable
from gateway.sources.platform_source import named_after
from gateway.sources.questionnaire import Answer, Asks, Filled, submission_of

LEAD_SOURCE = "Typeform"
SIGNATURE_HEADER = "typeform-signature"
_PARTIAL = "form_response_partial"  # not sent yet: whoever stopped half way has not asked to be called
_SAMPLE_TEXT = "lorem ipsum dolor"  # what "Send test request" answers to every question for a text
_ASKS = {"phone_number": Asks.PHONE, "email": Asks.EMAIL, "long_text": Asks.MESSAGE}
_TOLD = (
    "form_id",
    "landed_at",
    "submitted_at",
    "response_url",
    "calculated",
    "variables",
    "outcome",
    "ending",
)


def verify(source: SourceConfig, inbound: Inbound) -> None:
    expected = [signature(secret, inbound.body) for secret in source.auth.secrets if secret]
    if not signatures.any_same([inbound.header(SIGNATURE_HEADER)], expected):
        raise NotAuthentic


def signature(secret: str, body: bytes) -> str:
    """What Typeform signs: https://www.typeform.com/developers/webhooks/secure-your-webhooks/."""
    return f"sha256={signatures.hmac_base64(secret, body)}"


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    payload = strict_json.loads(inbound.body)
    if not isinstance(payload, dict):
        raise Unreadable("records.not_an_object", "The body must be an object with a form_response.")
    if payload.get("event_type") == _PARTIAL:
        return []
    response = payload.get("form_response")
    if not isinstance(response, dict):
        raise Unreadable("records.not_found", "There is no form_response in the body.")
    submission = submission_of(source, _filled(payload, response))
    return [named_after(source, submission, LEAD_SOURCE)]


def sample(source: SourceConfig, number: int) -> Inbound:
    inbound = sampling.posted_json(source, _sample(number))
    signed = {SIGNATURE_HEADER: signature(source.auth.secrets[0], inbound.body)}
    return replace(inbound, headers={**inbound.headers, **signed})


# -- reading -------------------------------------------------------------------------------------------------


def _filled(payload: Mapping[str, Any], response: Mapping[str, Any]) -> Filled:
    definition = response.get("definition")
    form = definition if isinstance(definition, dict) else {}
    answers = [*_answers(response, form), *_hidden(response)]
    return Filled(
        payload=payload,
        answers=answers,
        key=_text(response.get("token")) or _text(payload.get("event_id")),
        form_name=_text(form.get("title")),
        about={name: response[name] for name in _TOLD if response.get(name)},
        test=any(_is_sample(answer.value) for answer in answers),
    )


def _answers(response: Mapping[str, Any], form: Mapping[str, Any]) -> Iterator[Answer]:
    questions = dict(_questions(form.get("fields")))
    answers = response.get("answers")
    for answer in answers if isinstance(answers, list) else ():
        if not isinstance(answer, dict):
            continue
        asked = answer.get("field")
        asked = asked if isinstance(asked, dict) else {}
        question = questions.get(_text(asked.get("id"))) or questions.get(_text(asked.get("ref"))) or asked
        kind = _text(question.get("type")) or _text(asked.get("type"))
        yield Answer(
            label=_text(question.get("title")),
            name=_text(asked.get("ref")) or _text(asked.get("id")),
            value=_value(answer),
            asks=_ASKS.get(kind) or _ASKS.get(_text(answer.get("type"))) or Asks.ANYTHING,
        )


def _questions(fields: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each question by its id and its ref; groups and contact blocks hold more of them."""
    for question in fields if isinstance(fields, list) else ():
        if not isinstance(question, dict):
            continue
        for name in (_text(question.get("id")), _text(question.get("ref"))):
            if name:
                yield name, question
        inner = question.get("properties")
        yield from _questions(inner.get("fields") if isinstance(inner, dict) else None)


def _value(answer: Mapping[str, Any]) -> Any:
    """The value stands under the name of its type; a choice is what the visitor read."""
    value = answer.get(_text(answer.get("type")))
    if not isinstance(value, dict):
        return value
    labels = value.get("labels")
    if isinstance(labels, list):
        return [*labels, value.get("other")]
    if "label" in value or "other" in value:
        return value.get("label") or value.get("other")
    return value


def _hidden(response: Mapping[str, Any]) -> Iterator[Answer]:
    hidden = response.get("hidden")
    for name, value in hidden.items() if isinstance(hidden, dict) else ():
        yield Answer(label=name, value=value)


def _is_sample(value: Any) -> bool:
    return isinstance(value, str) and value.strip().casefold() == _SAMPLE_TEXT


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _sample(number: int) -> dict[str, Any]:
    questions = [
        {"id": "DlXFaesGBpoF", "ref": "full_name", "type": "short_text", "title": "What's your name?"},
        {"id": "SMEUb7VJz92Q", "ref": "mobile", "type": "phone_number", "title": "Your mobile number"},
        {"id": "k6TP9oLGgHjl", "ref": "plan", "type": "multiple_choice", "title": "Plan"},
    ]
    values: list[dict[str, Any]] = [
        {"type": "text", "text": "Asha Verma"},
        {"type": "phone_number", "phone_number": f"+91{sampling.phone(number)}"},
        {"type": "choice", "choice": {"label": "Term"}},
    ]
    asked = [{name: each[name] for name in ("id", "ref", "type")} for each in questions]
    return {
        "event_id": f"01HZX3M9Q0{number:016d}",
        "event_type": "form_response",
        "form_response": {
            "form_id": "lT4Z3j",
            "token": f"a3a12ec67a1365927098{number:012d}",
            "landed_at": "2026-10-06T08:47:00Z",
            "submitted_at": "2026-10-06T08:49:12Z",
            "hidden": {
                "utm_source": "google",
                "utm_campaign": "diwali",
                "page_url": "https://www.example.com/plan",
            },
            "definition": {"id": "lT4Z3j", "title": "Enquiry", "fields": questions},
            "answers": [{**value, "field": field} for value, field in zip(values, asked, strict=True)],
        },
    }
