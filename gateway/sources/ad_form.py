"""Makes a submission of an ad's lead form: the answers by what they tell, and which ad brought them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.field_names import place_of
from gateway.leads.lead import Submission
from gateway.leads.vocabulary import squeeze
from gateway.sources import mapping
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.body import read_anything
from gateway.sources.generic import SECRET_FIELDS

MOST_ROWS = 1000

# What the platforms' own questions are called, squeezed. Everything else is a question of the form's own.
_WHERE = ("streetaddress", "address", "city", "region", "state", "province", "postalcode", "zipcode", "zip")
_OTHER_PHONES = ("workphone", "workphonenumber", "companyphone")
_ABOUT_THE_PERSON_NAMES = """
    email workemail useremail companyname company jobtitle country gender dateofbirth birthday birthdaydate birthdate
"""
_ABOUT_THE_PERSON = frozenset(_ABOUT_THE_PERSON_NAMES.split())
_INTERESTS_NAMES = (
    "product service category offer vehiclemodel vehicletype propertytype educationprogram educationcourse"
)
_INTERESTS = tuple(_INTERESTS_NAMES.split())


@dataclass(frozen=True, kw_only=True, slots=True)
class FilledForm:
    """One lead form as somebody filled it, and what its platform tells about it."""

    payload: Mapping[str, Any]  # as decoded, for the mapping of the source
    lead_source: str
    answers: Mapping[str, Any] = field(default_factory=dict)  # by the platform's name of the question
    beside: Mapping[str, Any] = field(default_factory=dict)  # fields that may be answers, or something new
    campaign: str = ""
    form: str = ""
    key: str = ""  # the platform's own id of this lead
    page_url: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)  # ids, times, click ids: kept with the lead
    test: bool = False


def rows_of(inbound: Inbound, *places: str) -> list[Any]:
    """The leads of a body: an array, or one that stands in an object at one of `places`; raises Unreadable."""
    value = read_anything(inbound, without=SECRET_FIELDS)
    if isinstance(value, dict):
        value = next((value[place] for place in places if isinstance(value.get(place), list)), [value])
    if not isinstance(value, list):
        raise Unreadable("body.not_an_object", "The body must be an object with named fields.")
    if len(value) > MOST_ROWS:
        raise Unreadable("records.too_many", f"One request may carry at most {MOST_ROWS} leads.")
    return value


def not_a_form(row: Any) -> Submission:
    """A row that holds no named fields: kept, and quarantined alone."""
    return Submission(fields={}, extra={"row": row})


def submission_of(source: SourceConfig, form: FilledForm) -> Submission:
    """The answers under names that are understood; a mapping of the source adds to them and wins."""
    answered, kept = _in_words({**form.beside, **form.answers})
    told = {
        "EnquiryType": _first(answered, _INTERESTS),
        "EnquirySource": form.form,
        "LeadSource": form.lead_source,
        "LeadSubSource": form.campaign,
        "WebEnquiryNumber": form.key,
        "CustomField1": _own_answers({name: text for name, text in answered.items() if name in form.answers}),
        "CustomField2": ", ".join(_each(answered, _WHERE)),
        **_first_phone(answered),
        **answered,
    }
    found, failed = mapping.map_fields(
        source.fields, {"answer": {**form.beside, **form.answers}, **form.payload}
    )
    fixed = {name for name in source.constants if name not in source.trust}
    return Submission(
        fields={**{name: text for name, text in told.items() if text and name not in fixed}, **found},
        key=(mapping.find_text(source.key, form.payload) if source.key else None) or form.key or None,
        test=form.test,
        page_url=form.page_url,
        extra={**kept, **form.about, **({"mapping": failed} if failed else {})},
    )


def answers_of(rows: Any, names: tuple[str, ...], values: tuple[str, ...]) -> dict[str, Any]:
    """The answers in an array of objects, whose question and answer go by one of these names."""
    found: dict[str, Any] = {}
    asked: Counter[str] = Counter()
    for row in rows if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            continue
        name = next((text for each in names if (text := text_of(row, each))), "")
        value = next((row[each] for each in values if row.get(each) not in (None, "", [])), None)
        if name and value is not None:
            asked[name] += 1  # counted, not searched for: a body may ask one question thousands of times
            found[name if asked[name] == 1 else f"{name} ({asked[name]})"] = value
    return found


def text_of(row: Mapping[str, Any], name: str) -> str:
    """A scalar as text, ids of any length among them; empty where there is none, or something else."""
    try:
        return (mapping.as_text(row.get(name)) or "").strip()
    except mapping.NotScalar:
        return ""


def first_text(row: Mapping[str, Any], *names: str) -> str:
    """The first of these that says something; platforms write 0 for an id that does not apply."""
    return next((text for name in names if (text := text_of(row, name)) not in ("", "0")), "")


def says_yes(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().casefold() in {"true", "1", "yes"})


def rest_of(row: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    """What of a delivery was not read: kept with the lead as it was sent."""
    names = frozenset(taken)
    return {name: value for name, value in row.items() if name not in names and value not in (None, "")}


def _in_words(answers: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """What was answered in words, and what is no text."""
    answered: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for name, value in answers.items():
        try:
            text = mapping.as_text(value)
        except mapping.NotScalar:
            kept[name] = value
        else:
            if text and text.strip():
                answered[name] = text
    return answered, kept


def _first_phone(answered: Mapping[str, str]) -> dict[str, str]:
    """A number at work is dialed where no other was given."""
    places = map(place_of, answered)
    if any(place is not None and place.field in {"MobileNo", "phone_number"} for place in places):
        return {}
    return {"phone_number": _first(answered, _OTHER_PHONES)}


def _own_answers(answered: Mapping[str, str]) -> str:
    """`Which plan do you want: Term plan / Budget: 5 lakh`: what an agent wants to know before the call."""
    standard = _ABOUT_THE_PERSON.union(_WHERE, _OTHER_PHONES, _INTERESTS)
    return " / ".join(
        f"{_label(name)}: {text.strip()}"
        for name, text in answered.items()
        if squeeze(name) not in standard and place_of(name) is None
    )


def _label(name: str) -> str:
    """A question as people wrote it: platforms put underscores for its blanks and may keep its mark."""
    words = " ".join(name.replace("_", " ").split()).rstrip(" ?:")
    return words.capitalize() if words.isupper() else words[:1].upper() + words[1:]


def _first(answered: Mapping[str, str], names: Iterable[str]) -> str:
    return next(iter(_each(answered, names)), "")


def _each(answered: Mapping[str, str], names: Iterable[str]) -> list[str]:
    by_name = {squeeze(name): text.strip() for name, text in answered.items()}
    return [by_name[name] for name in names if name in by_name]
