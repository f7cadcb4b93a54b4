"""USE CASE: a quarantined lead is made anew, of what is kept of it or of what its platform has told since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from gateway.config import GatewayConfig, SourceConfig
from gateway.delivery import Admission
from gateway.leads.identity import new_id
from gateway.leads.lead import State, Submission
from gateway.new_lead import kept_lead
from gateway.sources.base import Unreadable
from gateway.sources.keeping import inbound_of
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.store.audit import Deed
from gateway.store.records import NewLead, Story
from gateway.store.remaking import Entry, Remake

TOGETHER = 50  # leads of one transaction
FETCHED = "fetched"  # the outcome of an entry whose response is all that the platform told


@dataclass(frozen=True, kw_only=True, slots=True)
class Remade:
    """What a lead has become; `reason_code` says why, where it is still in quarantine or not to be sent."""

    lead_id: str
    state: State
    reason_code: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftAlone:
    """A lead that stays as it was, and why."""

    lead_id: str
    code: str
    message: str


class InTheQueue:
    """Every line is another process's: leads go into the queue, and whoever delivers takes them from there."""

    def admit(self, _dialer: str, _list_id: str, _source: str) -> Admission:
        return Admission(owner=None, state=State.QUEUED)


def read_again(
    store: Store, config: GatewayConfig, lead_ids: Iterable[str], *, now: float, deed: Deed | None = None
) -> Iterator[Remade | LeftAlone]:
    """Read kept enquiries through the configuration as it is now; each result is on disk when it comes.

    `deed` tells who wants it, for the audit log.
    """
    waiting = iter(lead_ids)
    while portion := list(islice(waiting, TOGETHER)):
        planned = [plan(store, config, lead_id, now) for lead_id in portion]
        remakes = [each for each in planned if isinstance(each, Remake)]
        kept = iter(store.quarantine.remake(remakes, now=now, deed=deed))
        for each in planned:
            if isinstance(each, LeftAlone):
                yield each
                continue
            became = next(kept)
            yield _not_quarantined(each.lead.id) if became is None else _remade(each.lead, became.state)


def completed(
    config: GatewayConfig, source: SourceConfig, submission: Submission, *, lead_id: str, received_at: float
) -> NewLead:
    """What a lead becomes that had waited for its platform."""
    return kept_lead(config, InTheQueue(), source, submission, lead_id=lead_id, received_at=received_at)


# -- one lead ------------------------------------------------------------------------------------------------


def plan(store: Store, config: GatewayConfig, lead_id: str, now: float) -> Remake | LeftAlone:
    """What a quarantined lead would become; nothing is written."""
    story = store.story(lead_id)
    if story is None or story.lead.state is not State.QUARANTINED:
        return _not_quarantined(lead_id)
    source = config.sources.get(story.lead.source)
    if source is None:
        message = "Its source is not in gateway.toml any more. Put it there again, or discard the lead."
        return LeftAlone(lead_id=lead_id, code="remake.source_gone", message=message)
    if story.enquiry is None:
        message = "The enquiry it was made of is gone. Nothing is left to read."
        return LeftAlone(lead_id=lead_id, code="remake.enquiry_gone", message=message)
    try:
        submissions = SOURCES[source.kind].parse(source, inbound_of(story.enquiry))
    except Unreadable as error:
        return LeftAlone(lead_id=lead_id, code=error.code, message=error.message)
    known = store.quarantine.siblings(lead_id)
    ids = _ids_for(known, len(submissions), story.lead.received_at)
    if ids is None:
        message = "Its enquiry is read as another number of leads now. Look at the mapping of its source."
        return LeftAlone(lead_id=lead_id, code="remake.count", message=message)
    made = {
        each: _completed(config, source, submission, story, each)
        for each, submission in zip(ids, submissions, strict=True)
        if each == lead_id or each not in known
    }
    entry = Entry(id=new_id(now), action="remake", outcome="remade", started_at=now, finished_at=now)
    lead = made.pop(lead_id)
    return Remake(lead=lead, entry=entry, others=tuple(made.values()))


def _ids_for(known: tuple[str, ...], number: int, received_at: float) -> list[str] | None:
    """An id for each lead of an enquiry, in their order there; None when they cannot be told from each other.

    An enquiry that could not be read at all was kept as one lead, whatever stands in it.
    """
    if len(known) == 1 and number > 1:
        return sorted([*known, *(new_id(received_at) for _ in range(number - 1))])
    return list(known) if len(known) == number else None


def _completed(
    config: GatewayConfig, source: SourceConfig, submission: Submission, story: Story, lead_id: str
) -> NewLead:
    """Of a lead whose platform was asked already, what it told then is read: it may not tell it again."""
    fetch, told = SOURCES[source.kind].fetch, _told_by_platform(story)
    if fetch is not None and submission.fetch and told is not None and lead_id == story.lead.id:
        submission = fetch.complete(source, submission.fetch, told)
    return completed(config, source, submission, lead_id=lead_id, received_at=story.lead.received_at)


def _told_by_platform(story: Story) -> dict[str, Any] | None:
    told = next((each.response for each in reversed(story.attempts) if each.outcome == FETCHED), None)
    try:
        value = orjson.loads(told or "")
    except orjson.JSONDecodeError:
        return None  # cut: it was larger than what is kept
    return value if isinstance(value, dict) else None


def _remade(lead: NewLead, state: State) -> Remade:
    return Remade(lead_id=lead.id, state=state, reason_code=lead.reason_code if state is lead.state else None)


def _not_quarantined(lead_id: str) -> LeftAlone:
    message = "It is not in quarantine, or no lead at all."
    return LeftAlone(lead_id=lead_id, code="remake.not_quarantined", message=message)
