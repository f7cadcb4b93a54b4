"""Google Forms: what the Apps Script of docs/sources/google_forms.md sends for each response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures
from gateway.sources.base import Inbound, NotAuthentic, Unreadable
from gateway.sources.json_parts import load_object, part, rows, text, told
from gateway.sources.platform_source import named_after
from gateway.sources.questionnaire import Answer, Asks, Filled, submission_of

SIGNATURE_HEADER = "x-gateway-signature"
_KEYS = ("response_id", "submission_id")
_ANSWERS = ("answers", "namedValues")
_LONG_TEXT = "PARAGRAPH_TEXT"  # https://developers.google.com/apps-script/reference/forms/item-type
_TOLD = ("submitted_at", "timestamp", "respondent_email")


def verify(source: SourceConfig, inbound: Inbound) -> None:
    if not signatures.is_timed(inbound.header(SIGNATURE_HEADER), inbound, source.auth.secrets):
        raise NotAuthentic


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    body = load_object(inbound)
    answers = next((body[name] for name in _ANSWERS if body.get(name)), None)
    if not isinstance(answers, list | dict):
        raise Unreadable(
            "records.not_found", "There are no answers in the body. Use the script of the documentation."
        )
    form = part(body.get("form"))
    filled = Filled(
        payload=body,
        answers=list(_answers(answers)),
        key=next(filter(None, (text(body.get(name)) for name in _KEYS)), ""),
        form_name=text(form.get("title")),
        about={**told(body, *_TOLD), **({"form_id": form["id"]} if form.get("id") else {})},
        test=body.get("test") is True,
    )
    return [named_after(source, submission_of(source, filled), "Google Forms")]


def _answers(answers: list[Any] | Mapping[str, Any]) -> Iterator[Answer]:
    """A list of questions, or the `namedValues` of a spreadsheet's trigger, whose values are arrays."""
    if isinstance(answers, dict):
        for title, value in answers.items():
            yield Answer(label=title, value=value)
        return
    for row in map(part, rows(answers)):
        asks = Asks.MESSAGE if row.get("type") == _LONG_TEXT else Asks.ANYTHING
        yield Answer(label=text(row.get("title")), value=row.get("value"), asks=asks)


def sample(source: SourceConfig, number: int) -> Inbound:
    response = {
        "response_id": f"2_ABaOnud{number:012x}",
        "submitted_at": "2026-10-06T08:49:12.000Z",
        "respondent_email": "",
        "form": {"id": "1FAIpQLSe", "title": "Enquiry"},
        "answers": [
            {"title": "Your name", "type": "TEXT", "value": "Asha Verma"},
            {"title": "Mobile number", "type": "TEXT", "value": sampling.phone(number)},
            {"title": "Plans", "type": "CHECKBOX", "value": ["Term", "Health"]},
            {"title": "Anything else?", "type": _LONG_TEXT, "value": "Please call after six."},
        ],
    }
    inbound = sampling.posted_json(source, response)
    timestamp = str(int(inbound.received_at))
    signature = signatures.timed_signature(source.auth.secrets[0], timestamp, inbound.body)
    return replace(inbound, headers={**inbound.headers, SIGNATURE_HEADER: f"t={timestamp},v1={signature}"})
