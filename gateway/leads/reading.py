"""Sorts what was sent by name: the lead's fields, where the visitor came from, and everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.leads import reasons
from gateway.leads.extra import Extra, keepable, safe_name
from gateway.leads.field_names import (
    FIRST_NAME,
    LAST_NAME,
    MEANT,
    NOT_ALLOWED,
    PAGE_OF_FORM_SERVICES,
    PLACES,
    REFERRER,
    RESERVED,
    STRICT_NAMES,
    Place,
    place_of,
    tracking_name,
)
from gateway.leads.lead import Note, Problem
from gateway.leads.suggest import suggest
from gateway.leads.vocabulary import squeeze

_SUGGESTIONS_AT_MOST = 20
_PROBLEMS_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Sent:
    """A value and the name its sender gave it."""

    name: str
    value: Any
    rank: int = 0


@dataclass(slots=True)
class Reading:
    """What an enquiry's names said; the values are not judged yet."""

    sent: dict[str, Sent] = field(default_factory=dict)  # by the dialer's name
    tracking: dict[str, str] = field(default_factory=dict)
    extra: Extra = field(default_factory=Extra)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def take(self, target: str) -> str:
        """The text of a field that is no field of the dialer; empty when it was not sent."""
        sent = self.sent.pop(target, None)
        return sent.value if sent is not None and isinstance(sent.value, str) else ""


def read_strictly(fields: Mapping[str, Any]) -> Reading:
    """A partner's fields: the documented names only, each once; every other name is a problem."""
    reading = Reading()
    for raw_name, value in fields.items():
        name = safe_name(raw_name)
        squeezed = squeeze(name)
        if name in NOT_ALLOWED:
            reading.problems.append(reasons.problem(name, "field.not_allowed"))
        elif target := STRICT_NAMES.get(name):
            _place_once(reading, target, Sent(name, value))
        elif tracked := tracking_name(name, squeezed):
            _track(reading, tracked, name, value)
        else:
            _refuse_unknown(reading, name, squeezed)
    return reading


def read_liberally(fields: Mapping[str, Any]) -> Reading:
    """A form's or a portal's fields: many spellings are known, the rest is kept, no name is refused."""
    reading = Reading()
    for raw_name, value in fields.items():
        name = safe_name(raw_name)
        squeezed = squeeze(name)
        place = place_of(name)
        if name.startswith("_"):
            place = Place("LeadfromURL", len(PLACES)) if name == PAGE_OF_FORM_SERVICES else None
        if place is not None:
            # A plain value counts before a list or an object that happens to have a better name.
            rank = place.rank + (len(PLACES) if isinstance(value, (list, dict)) else 0)
            _place_best(reading, place.field, Sent(name, value, rank))
        elif tracked := tracking_name(name, squeezed):
            _track(reading, tracked, name, value)
        elif not name.startswith("_") and squeezed not in RESERVED:
            reading.extra.keep(name, value)
    _join_names(reading)
    return reading


def is_empty(value: Any) -> bool:
    """Whether nothing was sent: empty fields do not count, not even as a second spelling."""
    return value is None or (isinstance(value, str) and not value.strip())


def _refuse_unknown(reading: Reading, name: str, squeezed: str) -> None:
    """Finding a suggestion takes milliseconds, and a body may hold thousands of names: both are bounded."""
    count = len(reading.problems)
    meant = suggest(squeezed, MEANT) if count < _SUGGESTIONS_AT_MOST else None
    if count < _PROBLEMS_AT_MOST:
        hint = f"Did you mean {meant}?" if meant else ""
        reading.problems.append(reasons.problem(name, "field.unknown", hint))


def _place_once(reading: Reading, target: str, sent: Sent) -> None:
    if is_empty(sent.value):
        return
    before = reading.sent.setdefault(target, sent)
    if before.value != sent.value:
        reading.problems.append(reasons.problem(sent.name, "field.repeated"))


def _place_best(reading: Reading, target: str, sent: Sent) -> None:
    if is_empty(sent.value):
        return
    before = reading.sent.get(target)
    if before is None:
        reading.sent[target] = sent
        return
    best, spare = (sent, before) if sent.rank < before.rank else (before, sent)
    reading.sent[target] = best
    if best.value != spare.value:
        reading.extra.keep(spare.name, spare.value)
        if target not in {REFERRER, FIRST_NAME, LAST_NAME}:
            _note_once(reading, target, "field.repeated")


def _note_once(reading: Reading, target: str, code: str) -> None:
    added = reasons.note(target, code)
    if added not in reading.notes:
        reading.notes.append(added)


def _track(reading: Reading, tracked: str, name: str, value: Any) -> None:
    if is_empty(value):
        return
    reading.extra.keep(name, value)
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        reading.tracking.setdefault(tracked, str(keepable(value)))


def _join_names(reading: Reading) -> None:
    """First and last name make the customer's name, unless a whole one was sent too."""
    parts = [reading.sent.pop(part, None) for part in (FIRST_NAME, LAST_NAME)]
    given = [part for part in parts if part is not None]
    if not given:
        return
    texts = [part.value for part in given if isinstance(part.value, str)]
    if "CustomerName" in reading.sent or not texts:
        for part in given:
            reading.extra.keep(part.name, part.value)
        return
    reading.sent["CustomerName"] = Sent(given[0].name, " ".join(texts))
