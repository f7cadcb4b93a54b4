"""Makes a submission of a form's questions and answers: which is the number, the name, the message."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from gateway.config import SourceConfig
from gateway.leads.attribution import says_something
from gateway.leads.field_names import place_of, tracking_name
from gateway.leads.landing_url import clean_url
from gateway.leads.lead import Submission
from gateway.leads.vocabulary import squeeze
from gateway.sources import mapping
from gateway.sources.form import is_reserved, message_of


class Asks(StrEnum):
    """What a question asks for, where the form builder says so."""

    ANYTHING = "anything"
    PHONE = "phone"
    NAME = "name"
    EMAIL = "email"
    MESSAGE = "message"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One question as the visitor read it, and what they answered."""

    label: str
    value: Any
    name: str = ""  # what the form builder calls the question
    asks: Asks = Asks.ANYTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """One filled form, and what its builder tells about it."""

    payload: Mapping[str, Any]  # as decoded, for the mapping of the source
    answers: Sequence[Answer]
    key: str = ""  # the builder's own id of this lead
    form_name: str = ""
    page_url: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)  # times, ids: kept with the lead
    test: bool = False


MOST_OF_A_NAME = 50  # answers to one and the same question
_DIALER_NAMES = {Asks.PHONE: "MobileNo", Asks.NAME: "CustomerName"}
_PIPED = re.compile(r"\{\{[^{}]{0,200}\}\}|<[^<>]{0,300}>|\([^()]{0,100}\)")  # {{field:…}}, tags, (10 digits)
_OPENING = re.compile(
    r"(?:please )?(?:(?:enter|type|share|give|provide|tell us|write|add|what is|what['\u2019]?s|may we have)"
    r" )?(?:us )?(?:your |the )?"
)
_SPEAKS_OF_PHONES = re.compile(
    r"phone|mobile|whats\s?app|contact|callback|\bcall\b|\btel\b|मोबाइल|फ\u093c?ोन|व्हाट्स|संपर्क"
)
_DIGITS_AND_SIGNS = re.compile(r"\+?[\d\s().-]{10,24}")
_MOBILE = re.compile(r"(?:0|91|091|0091)?[6-9]\d{9}", re.ASCII)
_OPAQUE = re.compile(r"[\d.]+|(?:field|input|text|textbox|question|type)[_-]?[\da-z]{1,8}")  # says nothing
_CAMPAIGNS = ("utm_campaign", "mtm_campaign", "pk_campaign", "piwik_campaign", "gad_campaignid")


def submission_of(source: SourceConfig, filled: Filled) -> Submission:
    """The answers under the best names we have; a mapping of the source adds to them and wins."""
    fields, kept = _fields(filled.answers)
    message = _message(filled.answers, fields)
    seen = _mappable(filled, message) if source.fields or source.key else {}
    found, failed = mapping.map_fields(source.fields, seen)
    _offer(source, fields, "WebEnquiryNumber", filled.key)
    _offer(source, fields, "EnquirySource", filled.form_name)
    if not _names_campaign(fields, filled.page_url):
        _offer(source, fields, "LeadSubSource", filled.form_name)
    _offer(source, fields, "CustomField1", message)
    configured = mapping.find_text(source.key, seen) if source.key else None
    return Submission(
        fields={**fields, **found},
        key=configured or filled.key or None,
        test=filled.test,
        page_url=filled.page_url,
        extra={**kept, **filled.about, **({"mapping": failed} if failed else {})},
    )


def unreadable_row(row: Any) -> Submission:
    """A row of an array that holds no named fields: kept, and quarantined alone."""
    return Submission(fields={}, extra={"row": row})


# -- naming --------------------------------------------------------------------------------------------------


def _fields(answers: Iterable[Answer]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was answered in words, by name; and what is no text, to be kept as it is."""
    fields: dict[str, Any] = {}
    kept: dict[str, Any] = {}
    for answer in answers:
        try:
            text = mapping.as_text(answer.value)
        except mapping.NotScalar:
            _put(kept, answer.label or answer.name, answer.value)
            continue
        if text is None or not text.strip():
            continue
        name = _best_name(answer, fields)
        _put(kept if is_reserved(name) else fields, name, text)
    _set_words_aside(fields, kept)
    _find_a_phone(fields)
    return fields, kept


def _put(fields: dict[str, Any], name: str, value: Any) -> None:
    numbered, number = name, 2
    while numbered in fields:
        if number > MOST_OF_A_NAME:
            return  # the enquiry keeps the rest; looking for a free number each time would take for ever
        numbered, number = f"{name} ({number})", number + 1
    fields[numbered] = value


def _best_name(answer: Answer, taken: Mapping[str, Any]) -> str:
    dialer_name = _DIALER_NAMES.get(answer.asks, "")
    if dialer_name and dialer_name not in taken:
        return dialer_name
    for name in (answer.label, plain_label(answer.label), answer.name):
        if name and (place_of(name) or tracking_name(name, squeeze(name))):
            return name
    return answer.label.strip() or answer.name


def plain_label(label: str) -> str:
    """`What's your <b>mobile number</b> (10 digits)? *` as `mobile number`."""
    text = _PIPED.sub(" ", html.unescape(label[:500])).casefold()
    text = " ".join(text.split()).strip(" *:?.!-,;")
    return text[match.end() :] if (match := _OPENING.match(text)) and match.end() < len(text) else text


def _set_words_aside(fields: dict[str, Any], kept: dict[str, Any]) -> None:
    """`WhatsApp: yes` beside a number is an answer about the number, and no second one."""
    named = [name for name in fields if _is_place(name, "MobileNo", "phone_number")]
    words = [name for name in named if not any(map(str.isdecimal, fields[name]))]
    if len(words) < len(named):
        for name in words:
            _put(kept, name, fields.pop(name))


def _find_a_phone(fields: dict[str, Any]) -> None:
    """Where no name means the number, a question that speaks of one, or says nothing, may hold it."""
    if any(_is_place(name, "MobileNo", "phone_number") for name in fields):
        return
    shaped = [name for name, value in fields.items() if _is_shaped_like_a_phone(value)]
    spoken = (name for name in shaped if _SPEAKS_OF_PHONES.search(_folded(name)))
    opaque = (name for name in shaped if _OPAQUE.fullmatch(name.casefold()))
    if found := next(spoken, None) or next(opaque, None):
        fields["MobileNo"] = fields.pop(found)


def _folded(name: str) -> str:
    return normalize("NFC", name).casefold()  # फ़ is one character or two


def _is_shaped_like_a_phone(value: str) -> bool:
    """A foreign number says so with a +; anything else must be a mobile number, which no date or PIN code is."""
    text = value.strip()
    digits = "".join(str(int(sign)) for sign in text if sign.isdecimal())
    if not _DIGITS_AND_SIGNS.fullmatch(text):
        return False
    return (text[0] == "+" and 10 <= len(digits) <= 15) or _MOBILE.fullmatch(digits) is not None


def _is_place(name: str, *wanted: str) -> bool:
    place = place_of(name)
    return place is not None and place.field in wanted


# -- what else is told ---------------------------------------------------------------------------------------


def _message(answers: Iterable[Answer], fields: Mapping[str, Any]) -> str:
    """What the visitor wrote in their own words: by its name, else the first long text."""
    if told := message_of(fields):
        return told
    texts = (answer.value for answer in answers if answer.asks is Asks.MESSAGE)
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def _offer(source: SourceConfig, fields: dict[str, Any], name: str, value: str) -> None:
    """What the builder says counts where neither the visitor nor the configuration says anything."""
    if not value or (name in source.constants and name not in source.trust):
        return
    if name == "WebEnquiryNumber" or not any(_is_place(each, name) for each in fields):
        fields[name] = value


def _names_campaign(fields: Mapping[str, Any], page_url: str) -> bool:
    tracking = dict(clean_url(page_url).parameters)
    for name, value in fields.items():
        if tracked := tracking_name(name, squeeze(name)):
            tracking[tracked] = value
        elif _is_place(name, "LeadfromURL"):
            tracking = {**clean_url(value).parameters, **tracking}
    return any(says_something(tracking.get(name, "")) for name in _CAMPAIGNS)


def _mappable(filled: Filled, message: str) -> dict[str, Any]:
    """What a mapping sees: the payload, and each answer by its question under `answer`."""
    answer: dict[str, Any] = {"message": message} if message else {}
    for each in filled.answers:
        if each.asks is Asks.EMAIL:
            answer.setdefault("email", each.value)
    for each in filled.answers:
        for name in (each.label.strip(), each.name):
            if name:
                answer.setdefault(name, each.value)
    return {"answer": answer, **filled.payload}
