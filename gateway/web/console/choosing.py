"""Reads from a form which leads were chosen, what shall be done to them, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from werkzeug.datastructures import MultiDict

from gateway.leads.lead import State
from gateway.operating.many import STATES
from gateway.store.choosing import MOST_IDS, Chosen
from gateway.store.columns import clean
from gateway.store.jobs import Action
from gateway.store.wanted import Wanted
from gateway.web.console import lead_filters, lead_list
from gateway.web.console.writing import zone
from gateway.web.context import services
from gateway.web.errors import Refusal

LONGEST_REASON = 200
_LEAD_ID = re.compile(r"[0-9A-Z]{20}", re.ASCII)
# What a job's row may hold: no number, no name, no text of a person.
_KEPT = ("states", "source", "dialer", "list_id", "reason", "since", "until", "test")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unclear:
    """It cannot be said which leads are meant."""

    message: str


def action_of(form: MultiDict[str, str]) -> Action:
    """What shall be done."""
    try:
        action = Action(form.get("action", ""))
    except ValueError:
        raise Refusal("request.invalid") from None
    if action not in STATES:
        raise Refusal("request.invalid")
    return action


def reason_of(form: MultiDict[str, str]) -> str:
    """Why, in one line."""
    return clean(" ".join(form.get("reason", "").split()))[:LONGEST_REASON]


def chosen_of(form: MultiDict[str, str]) -> Chosen | Unclear:
    """The leads whose boxes were ticked, or all that the list's filters find."""
    ids = tuple(dict.fromkeys(form.getlist("ids")))
    if ids:
        return Chosen(ids=tuple(lead_id_of(each) for each in ids[:MOST_IDS]))
    filters = lead_filters.read(form, now=services().clock.now(), zone=zone())
    if filters.unread:
        # Left out, it would choose more leads than were meant.
        return Unclear(message=f"Not understood: {', '.join(filters.unread)}. Nothing was chosen.")
    return _searched(lead_list.wanted_of(filters, services().config.region))


def _searched(wanted: Wanted) -> Chosen | Unclear:
    if set(wanted.names) <= set(_KEPT):
        return Chosen(**{name: getattr(wanted, name) for name in _KEPT})
    found: list[str] = []
    for portion in services().store.console.finding.all_ids(wanted):
        found += portion
        if len(found) > MOST_IDS:
            return Unclear(
                message=f"More than {MOST_IDS:,} leads are found this way. Choose by state, source, dialer or reason,"
                " or search for less."
            )
    # Nothing found is nothing chosen, not everything.
    return Chosen(ids=tuple(found) or ("",))


def kept_choice(text: str) -> Chosen:
    """What the preview wrote into its own form."""
    try:
        facts = orjson.loads(text)
        chosen = Chosen.of_json(text)
    except (orjson.JSONDecodeError, TypeError, ValueError, AttributeError):
        raise Refusal("request.invalid") from None
    if not isinstance(facts, Mapping) or not _is_well_formed(chosen):
        raise Refusal("request.invalid")
    return chosen


def lead_id_of(text: str) -> str:
    """The id of a lead; nothing else goes into a query or a job's row. Empty where there is no lead at all."""
    if text and not _LEAD_ID.fullmatch(text):
        raise Refusal("request.invalid")
    return text


def _is_well_formed(chosen: Chosen) -> bool:
    texts = (chosen.source, chosen.dialer, chosen.list_id, chosen.reason)
    times = (chosen.since, chosen.until)
    return (
        len(chosen.ids) <= MOST_IDS
        and all(isinstance(each, str) and (not each or _LEAD_ID.fullmatch(each)) for each in chosen.ids)
        and all(isinstance(each, State) for each in chosen.states)
        and all(each is None or (isinstance(each, str) and len(each) < 200) for each in texts)
        and all(each is None or isinstance(each, float | int) for each in times)
        and (chosen.test is None or isinstance(chosen.test, bool))
    )
