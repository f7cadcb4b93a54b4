"""The form that corrects a lead: its values once they were asked for, and every problem at its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response

from gateway.leads.lead import Problem, State
from gateway.operating.editing import BY_THE_RULES, Draft, draft_of
from gateway.store.records import Story
from gateway.web.console.page import page
from gateway.web.context import services

_LABELS = {
    "MobileNo": "Number",
    "CustomerName": "Name",
    "EnquiryType": "Enquiry type",
    "EnquirySource": "Enquiry source",
    "LeadSource": "LeadSource",
    "LeadSubSource": "LeadSubSource",
    "LeadfromURL": "Page (LeadfromURL)",
    "WebEnquiryNumber": "Web enquiry number",
    "CreateEnquiryID": "Enquiry ID",
}
_HINTS = {
    "MobileNo": "As the dialer should call it. A foreign number with + and its country code.",
    "LeadfromURL": "A web address, http or https.",
}
MOST = 2_000  # characters of one field that are shown again


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One input."""

    name: str
    label: str
    value: str
    hint: str
    problem: str


def show(story: Story, *, shown: str) -> Response:
    """The form; before the values were asked for, only the way to them."""
    draft = draft_of(story, services().config)
    values = {} if draft is None else draft.values
    return _page(story, draft, values, BY_THE_RULES, (), shown=shown, status=200)


def show_again(story: Story, problems: Sequence[Problem], form: Mapping[str, str], *, shown: str) -> Response:
    """What was typed, and what is wrong with it."""
    draft = draft_of(story, services().config)
    values = {} if draft is None else {name: form.get(name, "")[:MOST] for name in draft.values}
    return _page(story, draft, values, form.get("list_id", ""), problems, shown=shown, status=422)


def _page(
    story: Story,
    draft: Draft | None,
    values: Mapping[str, str],
    list_id: str,
    problems: Sequence[Problem],
    *,
    shown: str,
    status: int,
) -> Response:
    told: dict[str, str] = {}
    for problem in problems:
        told[problem.field] = f"{told.get(problem.field, '')} {problem.message}".strip()
    fields = [
        Field(
            name=name,
            label=_LABELS.get(name, name),
            value=value,
            hint=_HINTS.get(name, ""),
            problem=told.pop(name, ""),
        )
        for name, value in values.items()
    ]
    return page(
        "lead_edit.html",
        status=status,
        lead_id=story.lead.id,
        state=story.lead.state,
        uncertain=story.lead.state is State.UNCONFIRMED,
        draft=draft,
        fields=fields,
        list_id=list_id,
        list_problem=told.pop("list_id", ""),
        others=list(told.values()),
        shown=shown,
        typed=bool(problems),
    )
