"""The fields of a form page: those a source asks for, or those of anybody's form that comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from gateway.config import Form
from gateway.leads.field_names import place_of
from gateway.leads.lead import Problem
from gateway.sources.form import is_reserved
from gateway.web.wording import Words

LONG = 80  # characters; longer text gets a box of several lines


class Control(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    TEL = "tel"
    EMAIL = "email"
    LONG = "long"
    SELECT = "select"
    HIDDEN = "hidden"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    value: str  # what is sent, in every language
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One field of a page."""

    name: str
    label: str
    value: str = ""
    control: Control = Control.TEXT
    complete: str = ""  # autocomplete
    placeholder: str = ""
    hint: str = ""
    required: bool = False
    optional: bool = False  # and said to be so; of other people's forms we do not know it
    choices: tuple[Choice, ...] = ()
    message: str = ""


_HIDDEN = frozenset(
    {"LeadfromURL", "LeadSource", "LeadSubSource", "EnquirySource", "WebEnquiryNumber", "referrer"}
)
_CONTROLS: Mapping[str, Control] = MappingProxyType(
    {
        "MobileNo": Control.TEL,
        "phone_number": Control.TEL,
        "email": Control.EMAIL,
        "CustomField1": Control.LONG,
        "CustomField2": Control.LONG,
        "message": Control.LONG,
        "address": Control.LONG,
    }
)
# https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
_COMPLETE: Mapping[str, str] = MappingProxyType(
    {
        "CustomerName": "name",
        "first_name": "given-name",
        "last_name": "family-name",
        "MobileNo": "tel",
        "phone_number": "tel",
        "email": "email",
        "company": "organization",
        "address": "street-address",
        "city": "address-level2",
        "state": "address-level1",
        "pincode": "postal-code",
    }
)


def asked(form: Form, words: Words, typed: Mapping[str, Any], messages: Mapping[str, str]) -> list[Input]:
    """The fields of our own page, in their order."""
    return [_asked(form, words, name, _text(typed, name), messages.get(name, "")) for name in form.fields]


def as_sent(words: Words, typed: Mapping[str, Any], messages: Mapping[str, str]) -> list[Input]:
    """Everything that anybody's form sent, so that it can be sent again; what is missing comes first."""
    missing = [_sent(words, name, "", messages[name]) for name in messages if name and name not in typed]
    return missing + [
        _sent(words, name, value, messages.get(name, ""))
        for name, value in typed.items()
        if isinstance(value, str)
    ]


def at_their_fields(typed: Mapping[str, Any], problems: Sequence[Problem]) -> list[Problem]:
    """Each problem at the name the form itself uses: `phone` was sent empty, and MobileNo is what is missing."""
    homes: dict[str, str] = {}
    for name in typed:
        if place := place_of(name):
            homes.setdefault(_heard_as(place.field), name)
    return [
        problem
        if problem.field in typed
        else replace(problem, field=homes.get(_heard_as(problem.field), problem.field))
        for problem in problems
    ]


def told(words: Words, problem: Problem) -> str:
    """A problem in the visitor's language."""
    return words.find(f"problems.{problem.code}") or problem.message


def _asked(form: Form, words: Words, name: str, value: str, message: str) -> Input:
    choices = form.options.get(name, ())
    if value and choices and value not in choices:
        choices = (value, *choices)
    return Input(
        name=name,
        label=words.find(f"form.labels.{name}") or _readable(name),
        value=value,
        control=Control.SELECT if choices else _CONTROLS.get(name, Control.TEXT),
        complete=_COMPLETE.get(name, ""),
        placeholder=words.find(f"form.placeholders.{name}") or "",
        hint=words.find(f"form.hints.{name}") or "",
        required=name in form.required,
        optional=name not in form.required,
        choices=tuple(
            Choice(value=each, text=words.find(f"form.options.{each}") or each) for each in choices
        ),
        message=message,
    )


def _sent(words: Words, name: str, value: str, message: str) -> Input:
    place = place_of(name)
    field = place.field if place else name
    return Input(
        name=name,
        label=(words.find(f"form.labels.{field}") if place else None) or _readable(name),
        value=value,
        control=Control.HIDDEN if _unseen(name, field) and not message else _control(field, value),
        complete=_COMPLETE.get(field, ""),
        message=message,
    )


def _heard_as(field: str) -> str:
    return "MobileNo" if field == "phone_number" else field  # a visitor has one number


def _control(field: str, value: str) -> Control:
    if len(value) > LONG or "\n" in value:
        return Control.LONG
    control = _CONTROLS.get(field, Control.TEXT)
    return Control.TEXT if control is Control.LONG else control


def _unseen(name: str, field: str) -> bool:
    lower = name.lower()
    return is_reserved(name) or field in _HIDDEN or lower.startswith("utm_") or "clid" in lower


def _text(typed: Mapping[str, Any], name: str) -> str:
    value = typed.get(name, "")
    return value if isinstance(value, str) else ""


def _readable(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip().capitalize() or name
