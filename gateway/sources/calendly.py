"""Calendly: somebody booked a meeting or answered a routing form; what is cancelled makes no lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures
from gateway.sources.base import Inbound, NotAuthentic, Unreadable
from gateway.sources.json_parts import load_object, part, rows, text, told
from gateway.sources.platform_source import named_after
from gateway.sources.questionnaire import Answer, Asks, Filled, submission_of

SIGNATURE_HEADER = "calendly-webhook-signature"
_ENQUIRIES = frozenset({"invitee.created", "routing_form_submission.created"})
_NAMES = ("name", "first_name", "last_name", "email")
_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
_TOLD = ("timezone", "email", "old_invitee", "created_at", "cancel_url", "reschedule_url")
_OWN_QUESTION = "Please share anything"  # how the question begins that Calendly puts under every form
_APPOINTMENT = "CustomField2"  # where agents read when they are expected


def verify(source: SourceConfig, inbound: Inbound) -> None:
    if not signatures.is_timed(inbound.header(SIGNATURE_HEADER), inbound, source.auth.secrets):
        raise NotAuthentic


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    body = load_object(inbound)
    event, payload = text(body.get("event")), part(body.get("payload"))
    if not event or not payload:
        raise Unreadable("records.not_found", "There is no event with its payload in the body.")
    if event not in _ENQUIRIES:
        return []
    return [_submission(source, body, payload)]


def sample(source: SourceConfig, number: int) -> Inbound:
    inbound = sampling.posted_json(source, _sample(number))
    timestamp = str(int(inbound.received_at))
    signature = signatures.timed_signature(source.auth.secrets[0], timestamp, inbound.body)
    return replace(inbound, headers={**inbound.headers, SIGNATURE_HEADER: f"t={timestamp},v1={signature}"})


# -- reading -------------------------------------------------------------------------------------------------


def _submission(source: SourceConfig, body: Mapping[str, Any], payload: Mapping[str, Any]) -> Submission:
    event = part(payload.get("scheduled_event"))
    form_name = text(event.get("name"))
    uri = text(payload.get("uri"))
    filled = Filled(
        payload=body,
        answers=[*_answers(payload, event), *_appointment(source, payload, event)],
        key=uri.rpartition("/")[2],  # the whole address is longer than the dialer's field
        form_name=form_name,
        about={**told(payload, *_TOLD), **told(event, "start_time", "end_time")},
    )
    submission = named_after(source, submission_of(source, filled), "Calendly")
    # Who moves a meeting is the same person with the same enquiry: the first booking stays the lead.
    same = text(payload.get("old_invitee")) or uri
    return submission if source.key or not same else replace(submission, key=same)


def _answers(payload: Mapping[str, Any], event: Mapping[str, Any]) -> Iterator[Answer]:
    for name in _NAMES:
        yield Answer(label=name, value=text(payload.get(name)))
    # The number Calendly itself will use goes before one that stands in an answer.
    for number in (payload.get("text_reminder_number"), _called_at(event)):
        if text(number):
            yield Answer(label="phone_number", value=text(number))
    for row in map(part, rows(payload.get("questions_and_answers"))):
        question = text(row.get("question"))
        asks = Asks.MESSAGE if question.startswith(_OWN_QUESTION) else Asks.ANYTHING
        yield Answer(label=question, value=row.get("answer"), asks=asks)
    tracking = part(payload.get("tracking"))
    for name in _UTM:
        yield Answer(label=name, value=tracking.get(name))


def _called_at(event: Mapping[str, Any]) -> str:
    """The invitee's number, where the meeting is a call to them; elsewhere it is the address of a room."""
    location = part(event.get("location"))
    return text(location.get("location")) if location.get("type") == "outbound_call" else ""


def _appointment(
    source: SourceConfig, payload: Mapping[str, Any], event: Mapping[str, Any]
) -> Iterator[Answer]:
    when = _local(text(event.get("start_time")), text(payload.get("timezone")))
    if when and _APPOINTMENT not in source.constants:
        yield Answer(label=_APPOINTMENT, value=f"Appointment {when}")


def _local(start: str, timezone: str) -> str:
    """The start as the invitee's own clock shows it; in UTC where their time zone is not known here."""
    try:
        moment = datetime.fromisoformat(start).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    try:
        return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone}"
    except (ValueError, OSError, KeyError, OverflowError):
        return f"{moment:%Y-%m-%d %H:%M} UTC"


def _sample(number: int) -> dict[str, Any]:
    booking = "https://api.calendly.com/scheduled_events/2f6a8b1e-52c4-4f0d-9a54-6d3f0f2b7c10"
    return {
        "event": "invitee.created",
        "created_at": "2026-10-06T08:49:12.000000Z",
        "created_by": "https://api.calendly.com/users/AAAAAAAAAAAAAAAA",
        "payload": {
            "uri": f"{booking}/invitees/7d5b1c3a-3f52-4f86-8d0b-{number:012x}",
            "name": "Asha Verma",
            "first_name": None,
            "last_name": None,
            "email": "asha@example.com",
            "text_reminder_number": f"+91 {sampling.phone(number)}",
            "timezone": "Asia/Kolkata",
            "questions_and_answers": [{"question": "City", "answer": "Pune", "position": 0}],
            "tracking": {"utm_source": None, "utm_campaign": None, "salesforce_uuid": None},
            "scheduled_event": {
                "uri": booking,
                "name": "Demo",
                "start_time": "2026-10-07T05:30:00.000000Z",
                "end_time": "2026-10-07T06:00:00.000000Z",
                "location": {"type": "google_conference", "status": "pushed"},
            },
            "rescheduled": False,
            "old_invitee": None,
            "status": "active",
        },
    }
