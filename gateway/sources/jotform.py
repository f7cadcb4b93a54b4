"""Jotform: a multipart post whose `rawRequest` holds the answers as JSON, under names made of their questions."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from gateway.config import SourceConfig
from gateway.leads.field_names import place_of, tracking_name
from gateway.leads.lead import Submission
from gateway.leads.vocabulary import squeeze
from gateway.sources import sampling, signatures, strict_json
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.body import read_anything
from gateway.sources.generic import SECRET_FIELDS
from gateway.sources.platform_source import named_after
from gateway.sources.questionnaire import Answer, Asks, Filled, submission_of

LEAD_SOURCE = "Jotform"
ANSWERS = "rawRequest"
_QUESTION = re.compile(r"(?:q\d+_)+(.{1,200})", re.DOTALL)  # q3_fullName; copied forms write q3_q3_fullName
_LABELLED = re.compile(r",\s(?=[^:,]{1,100}:)")  # between the pairs of `pretty`: Label:value, Label:value
_TOLD = ("formID", "ip", "username", "type", "event", "documentID", "teamID")
_NAME_PARTS = ("prefix", "first", "middle", "last", "suffix")
_PHONE_PARTS = ("country", "area", "phone")


def verify(source: SourceConfig, inbound: Inbound) -> None:
    signatures.verify(source.auth, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    sent = read_anything(inbound, without=SECRET_FIELDS)
    if not isinstance(sent, dict):
        raise Unreadable("records.not_an_object", "The body must be a form with a rawRequest.")
    if not sent:
        return []  # Jotform asks whether the address is alive before it saves it
    raw = _raw_request(sent)
    filled = Filled(
        payload={**sent, ANSWERS: raw},
        answers=list(_answers(raw)) or list(_labelled(sent)),
        key=_text(sent.get("submissionID")),
        form_name=html.unescape(_text(sent.get("formTitle"))),
        about={name: sent[name] for name in _TOLD if sent.get(name)},
    )
    return [named_after(source, submission_of(source, filled), LEAD_SOURCE)]


def sample(source: SourceConfig, number: int) -> Inbound:
    boundary = "------------------------sample0123456789"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in _sample(number).items()
    )
    body = f"{parts}--{boundary}--\r\n".encode()
    content_type = f"multipart/form-data; boundary={boundary}"
    return sampling.proven(source, sampling.posted(source, body, content_type=content_type))


# -- reading -------------------------------------------------------------------------------------------------


def _raw_request(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as JSON; empty where it is broken, so that `pretty` is read instead."""
    raw = sent.get(ANSWERS)
    if isinstance(raw, str):
        try:
            raw = strict_json.loads(raw.encode())
        except (Unreadable, UnicodeEncodeError):
            return {}
    return raw if isinstance(raw, dict) else {}


def _answers(raw: Mapping[str, Any]) -> Iterator[Answer]:
    for name, value in raw.items():
        question = _QUESTION.fullmatch(name)
        if question is not None:
            yield _answer(question[1], name, _unescaped(value))
        elif tracking_name(name, squeeze(name)) or place_of(name):  # a hidden field, filled by the address
            yield Answer(label=name, value=_unescaped(value))


def _answer(label: str, name: str, value: Any) -> Answer:
    if not isinstance(value, dict):
        return Answer(label=label, name=name, value=value)
    if isinstance(value.get("full"), str) and value.keys() <= {"full", *_PHONE_PARTS}:
        return Answer(label=label, name=name, value=value["full"], asks=Asks.PHONE)
    if "phone" in value and value.keys() <= set(_PHONE_PARTS):
        return Answer(label=label, name=name, value=_phone(value), asks=Asks.PHONE)
    if value and value.keys() <= set(_NAME_PARTS):
        return Answer(label=label, name=name, value=_joined(value, _NAME_PARTS), asks=Asks.NAME)
    return Answer(label=label, name=name, value=value)


def _phone(value: Mapping[str, Any]) -> str:
    country = _text(value.get("country")).strip().lstrip("+")
    national = _joined(value, ("area", "phone"))
    return f"+{country} {national}" if country else national


def _joined(value: Mapping[str, Any], parts: tuple[str, ...]) -> str:
    return " ".join(text for part in parts if (text := _text(value.get(part)).strip()))


def _labelled(sent: Mapping[str, Any]) -> Iterator[Answer]:
    """The answers as Jotform writes them for people, where there are no others."""
    for pair in _LABELLED.split(html.unescape(_text(sent.get("pretty")))):
        label, colon, value = pair.partition(":")
        if colon:
            yield Answer(label=label.strip(), value=value.strip())


def _unescaped(value: Any) -> Any:
    """Jotform writes `&quot;` where the visitor wrote a quotation mark."""
    if isinstance(value, str):
        return html.unescape(value)
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    if isinstance(value, dict):
        return {name: _unescaped(item) for name, item in value.items()}
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _sample(number: int) -> dict[str, str]:
    phone = sampling.phone(number)
    raw = {
        "slug": "submit/252781234567061",
        "submitSource": "form",
        "q3_fullName": {"first": "Asha", "last": "Verma"},
        "q4_email": "asha@example.com",
        "q5_contactNumber": {"full": f"({phone[:3]}) {phone[3:6]}-{phone[6:]}"},
        "q6_plan": ["Term", "ULIP"],
        "utm_source": "google",
    }
    return {
        "action": "",
        "webhookURL": "https://leads.example.com/webhooks/jotform",
        "username": "acme",
        "formID": "252781234567061",
        "type": "WEB",
        "formTitle": "Enquiry",
        "submissionID": str(6_000_000_000_000_000_000 + number),
        "ip": "203.0.113.9",
        "pretty": f"Full Name:Asha Verma, E-mail:asha@example.com, Contact Number:({phone[:3]}), Plan:Term ULIP",
        ANSWERS: orjson.dumps(raw).decode(),
    }
