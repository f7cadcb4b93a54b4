"""Unbounce: a form post whose `data.json` holds the answers, each an array; nothing is signed, no lead has an id."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures, strict_json
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.body import read_anything
from gateway.sources.generic import SECRET_FIELDS
from gateway.sources.json_parts import text, told
from gateway.sources.questionnaire import Answer, Filled, submission_of

_ANSWERS = "data.json"
_COPIES = frozenset({_ANSWERS, "data.xml"})  # the same answers again
# What Unbounce adds to the visitor's answers.
_PAGE = ("page_id", "page_uuid", "variant", "ip_address", "date_submitted", "time_submitted")
_ABOUT = frozenset({*_PAGE, "page_name", "page_url"})
_MOMENT = ("date_submitted", "time_submitted")


def verify(source: SourceConfig, inbound: Inbound) -> None:
    signatures.verify(source.auth, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    sent = read_anything(inbound, without=SECRET_FIELDS)
    if not isinstance(sent, dict):
        raise Unreadable("records.not_an_object", "The body must be a form with a field data.json.")
    answered = _answered(sent)
    everything = {**{name: value for name, value in sent.items() if name not in _COPIES}, **answered}
    filled = Filled(
        payload=everything,
        answers=[Answer(label=name, value=value) for name, value in everything.items() if name not in _ABOUT],
        form_name=text(everything.get("page_name")),
        page_url=text(everything.get("page_url")),
        about=told(everything, *_PAGE),
    )
    submission = submission_of(source, filled)
    return [submission if submission.key else replace(submission, key=_fingerprint(answered))]


def _answered(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The answers by name, each array as one text where it can be."""
    written = sent.get(_ANSWERS)
    if written is None:
        return {}
    found = strict_json.loads(written.encode(errors="surrogatepass")) if isinstance(written, str) else written
    if not isinstance(found, dict):
        raise Unreadable("records.not_an_object", "The field data.json must hold an object of answers.")
    return {name: text(value) or value for name, value in found.items()}


def _fingerprint(answers: Mapping[str, Any]) -> str | None:
    """The same answers of the same minute are one delivery sent twice; without the time they may be two."""
    if not all(text(answers.get(name)) for name in _MOMENT):
        return None
    canonical = orjson.dumps(answers, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()


def sample(source: SourceConfig, number: int) -> Inbound:
    page = {"page_name": "Plan", "page_url": "https://lp.example.com/plan/", "variant": "a"}
    answers = {
        "full_name": "Asha Verma",
        "phone_number": sampling.phone(number),
        "email": "asha@example.com",
        "utm_source": "google",
        "ip_address": "203.0.113.9",
        "page_uuid": "6f3f8d1c-4f0e-4c7a-9d55-3f4b1f4c0a11",
        "date_submitted": "2026-10-06",
        "time_submitted": "08:49 AM UTC",
        **page,
    }
    written = orjson.dumps({name: [value] for name, value in answers.items()}).decode()
    form = {"page_id": "6f3f8d1c-4f0e-4c7a-9d55-3f4b1f4c0a11", **page, _ANSWERS: written}
    return sampling.proven(source, sampling.posted_form(source, form))
