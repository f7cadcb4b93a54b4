"""Wix: what an automation sends as JSON, and what the webhook of an app sends as a signed token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.field_names import FIRST_NAME, LAST_NAME, place_of
from gateway.leads.lead import Submission
from gateway.sources import rs256, sampling, signatures, strict_json
from gateway.sources.base import Inbound, NotAuthentic, Unreadable
from gateway.sources.json_parts import load_object, part, rows, text, told
from gateway.sources.questionnaire import Answer, Filled, submission_of

PUBLIC_KEY = "public_key"  # the option that makes the token of an app be checked
_FIELD = re.compile(r"field:(.+?)(?:_[0-9a-f]{4})?", re.ASCII)  # field:full_name_6a9f
_SLUG = re.compile(r"(.+?)_[0-9a-f]{4}", re.ASCII)
_KEYS = ("submissionId", "submission_id", "id", "entityId")
_ABOUT = ("formId", "contactId", "submissionTime", "createdDate", "namespace", "status")
# What Wix says about the form and the contact; all the rest is answers.
_NO_ANSWERS = frozenset(
    {*_KEYS, *_ABOUT, "formName", "contact", "submissions", "submissionData", "attachments"}
)
_NAME_OF: Mapping[str, str] = {"first": FIRST_NAME, "last": LAST_NAME}
_NAMED = frozenset({"CustomerName", FIRST_NAME, LAST_NAME})
_PHONES = frozenset({"phone_number", "MobileNo"})
_SAME_ENDING = 7  # digits by which two spellings of one number are known


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """What the source says; with a public key, a token that Wix has signed besides."""
    signatures.verify(source.auth, inbound)
    pem = source.options.get(PUBLIC_KEY, "")
    if pem and not _is_from_wix(pem, inbound):
        raise NotAuthentic


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    sent = _of_token(inbound) if rs256.is_token(inbound.body.strip()) else load_object(inbound)
    submitted = part(sent.get("data")) or sent
    contact = part(submitted.get("contact"))
    filled = Filled(
        payload=sent,
        answers=list(_answers(submitted)),
        key=next(filter(None, (text(submitted.get(name)) for name in _KEYS)), ""),
        form_name=text(submitted.get("formName")),
        about=told({**submitted, "contact_email": contact.get("email")}, *_ABOUT, "contact_email"),
    )
    submission = _with_contact(submission_of(source, filled), contact)
    return [submission if submission.key else replace(submission, key=_moment(submitted))]


def sample(source: SourceConfig, number: int) -> Inbound:
    """As an automation sends it; what only Wix can sign, nobody else can make up."""
    return sampling.proven(source, sampling.posted_json(source, {"data": _sample(number)}))


def _moment(submitted: Mapping[str, Any]) -> str | None:
    """In place of an id, which the events of the old forms lack: who it was, and when."""
    contact, time = text(submitted.get("contactId")), text(submitted.get("submissionTime"))
    return f"{contact}:{time}" if contact and time else None


# -- the token of an app -------------------------------------------------------------------------------------


def _is_from_wix(pem: str, inbound: Inbound) -> bool:
    key, token = rs256.public_key(pem), inbound.body.strip()
    if key is None or not rs256.is_token(token) or not rs256.is_signed(token, key):
        return False
    try:
        expires = rs256.claims(token).get("exp")
    except Unreadable:
        return False
    in_time = isinstance(expires, int | float) and expires + signatures.TOLERANCE >= inbound.received_at
    return expires is None or in_time


def _of_token(inbound: Inbound) -> dict[str, Any]:
    """The submission in an event, which stands as text in a text: https://dev.wix.com/docs/rest (webhooks)."""
    event = rs256.claims(inbound.body.strip())
    while isinstance(event.get("data"), str | dict):
        event = _unfolded(event["data"])
    created = part(event.get("createdEvent"))
    entity = _unfolded(created.get("entity") or created.get("entityAsJson") or event)
    return {**entity, "entityId": event.get("entityId") or entity.get("id")}


def _unfolded(value: Any) -> dict[str, Any]:
    found = strict_json.loads(value.encode(errors="surrogatepass")) if isinstance(value, str) else value
    if not isinstance(found, dict):
        raise Unreadable("records.not_found", "There is no form submission in the token.")
    return found


# -- answers -------------------------------------------------------------------------------------------------


def _answers(submitted: Mapping[str, Any]) -> Iterator[Answer]:
    """From the list with labels; the same answers again under `field:…` only where the list lacks them."""
    listed = [*_labelled(submitted.get("submissions")), *_labelled(submitted.get("submissionData"))]
    yield from listed
    seen = {text(answer.value) for answer in listed}
    for slug, value in part(submitted.get("submissions")).items():
        yield Answer(label=_words(_SLUG, slug), value=value)
    for name, value in submitted.items():
        if name.startswith("field:"):
            if text(value) not in seen:
                yield Answer(label=_words(_FIELD, name), value=value)
        elif name not in _NO_ANSWERS:
            yield Answer(label=name, value=value)


def _labelled(value: Any) -> Iterator[Answer]:
    for row in map(part, rows(value)):
        label = text(row.get("label")) or text(row.get("fieldName"))
        if label:
            yield Answer(label=label, value=row.get("value", row.get("fieldValue")))


def _words(pattern: re.Pattern[str], name: str) -> str:
    """`field:phone_number_6a9f` as `phone number`, which people have read on the form."""
    match = pattern.fullmatch(name)
    return (match[1] if match else name).replace("_", " ")


def _with_contact(submission: Submission, contact: Mapping[str, Any]) -> Submission:
    """What the form did not ask, from the contact; and the country code, where both have the same number."""
    fields = dict(submission.fields)
    places = {name: place.field for name in fields if (place := place_of(name)) is not None}
    name = part(contact.get("name"))
    if not _NAMED & set(places.values()):
        fields |= {_NAME_OF[each]: text(name.get(each)) for each in _NAME_OF if text(name.get(each))}
    number = _number(contact)
    asked = [each for each, field in places.items() if field in _PHONES]
    if number and not asked:
        fields["MobileNo"] = number
    for each in asked:
        if number and _ending(str(fields[each])) == _ending(number):
            fields[each] = number
    return replace(submission, fields=fields)


def _number(contact: Mapping[str, Any]) -> str:
    listed = [part(each) for each in rows(contact.get("phones"))]
    found = [text(each.get("e164Phone")) or text(each.get("phone")) for each in listed]
    return next(filter(None, [*found, text(contact.get("phone"))]), "")


def _ending(number: str) -> str:
    return "".join(filter(str.isdecimal, number))[-_SAME_ENDING:]


def _sample(number: int) -> dict[str, Any]:
    phone = f"+91 {sampling.phone(number)}"
    return {
        "formName": "Enquiry",
        "submissionTime": "2026-10-06T08:49:12Z",
        "submissionId": f"0b6d2c52-7a53-4a0e-9f0e-{number:012x}",
        "contactId": "6a0c1f6e-8c55-4d0b-9f7e-0f0f0a2d1b3c",
        "field:full_name_6a9f": "Asha Verma",
        "field:phone_1f2a": phone,
        "field:email_77b0": "asha@example.com",
        "submissions": [
            {"label": "Full name", "value": "Asha Verma"},
            {"label": "Phone", "value": phone},
            {"label": "Email", "value": "asha@example.com"},
        ],
        "contact": {
            "name": {"first": "Asha", "last": "Verma"},
            "email": "asha@example.com",
            "phones": [{"e164Phone": f"+91{sampling.phone(number)}", "countryCode": "IN"}],
        },
    }
