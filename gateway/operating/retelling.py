"""USE CASE: what a kept enquiry said, field by field, and which rule chose its list: for people to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.config import GatewayConfig, Route, SourceConfig
from gateway.config.kinds import KEYED, KINDS
from gateway.leads.field_names import DIALER_FIELDS
from gateway.leads.lead import Submission
from gateway.leads.reading import read_liberally, read_strictly
from gateway.leads.routing import route, rule_for
from gateway.leads.schema import scalar_text
from gateway.sources.base import Unreadable
from gateway.sources.keeping import inbound_of
from gateway.sources.registry import SOURCES
from gateway.store.records import Story

_OURS = frozenset({"list_id", "phone_number"})  # worked out, not sent


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One field as it was sent and as the dialer gets it."""

    field: str
    name: str  # its sender's name for it
    before: str
    after: str
    reasons: tuple[str, ...]  # sentences


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """How the list was chosen, by the rules as they are today."""

    rule: Route | None  # None: the source's own list
    number: int  # of the rule, from 1
    same: bool  # today's rules would choose the same list and dialer


def changes_of(story: Story, config: GatewayConfig, siblings: tuple[str, ...]) -> tuple[Change, ...] | None:
    """What was changed on the way from the sender to the lead; None where it cannot be told any more."""
    source = config.sources.get(story.lead.source)
    submission = None if source is None else _submission(story, source, siblings)
    if source is None or submission is None:
        return None
    keyed = KINDS.get(source.kind) in KEYED
    sent = (read_strictly(submission.fields) if keyed else read_liberally(submission.fields)).sent
    reasons = _reasons(story)
    found = []
    for name in DIALER_FIELDS:
        before = _text(sent[name].value) if name in sent else ""
        after = story.fields.get(name, "")
        why = reasons.get(name, ())
        if name in _OURS and name not in sent:
            continue
        if (before and before != after) or (why and (before or after)):
            sent_name = sent[name].name if name in sent else ""
            found.append(Change(field=name, name=sent_name, before=before, after=after, reasons=why))
    return tuple(found)


def chosen_by(story: Story, config: GatewayConfig) -> Chosen | None:
    """None when the lead was never routed, or its source is gone."""
    source = config.sources.get(story.lead.source)
    if source is None or not story.fields:
        return None
    # A list that the sender chose is as good as the source's own, where the source lets senders choose.
    own = story.lead.list_id if story.lead.list_id in source.lists else None
    today = route(source, story.fields, story.extra, chosen=own)
    rule = rule_for(source, story.fields, story.extra)
    same = (today.dialer, today.list_id) == (story.lead.dialer, story.lead.list_id)
    number = source.routes.index(rule) + 1 if rule is not None else 0
    return Chosen(rule=rule, number=number, same=same)


def _submission(story: Story, source: SourceConfig, siblings: tuple[str, ...]) -> Submission | None:
    if story.enquiry is None or source.kind not in SOURCES:
        return None
    try:
        found = SOURCES[source.kind].parse(source, inbound_of(story.enquiry))
    except Unreadable:
        return None
    if len(found) != len(siblings) or story.lead.id not in siblings:
        return None
    return found[siblings.index(story.lead.id)]


def _reasons(story: Story) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for note in story.lead.warnings:
        found[note.field] = (*found.get(note.field, ()), note.message)
    return found


def _text(value: object) -> str:
    try:
        return scalar_text(value)
    except ValueError:
        return ""
