"""USE CASE: what would become of an enquiry, read through a mapping that need not be in the file; nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.config import GatewayConfig, SourceConfig
from gateway.leads.identity import new_id
from gateway.leads.lead import Lead, Note, Problem, State, Submission
from gateway.leads.make import make_lead
from gateway.leads.routing import rule_for
from gateway.new_lead import kept_lead, new_lead, quarantined
from gateway.remaking import InTheQueue
from gateway.sources.base import Door, Inbound, SourceError
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.store.records import NewLead

SHOWN = 20  # leads of one delivery
MAPPING = "mapping"  # under which name a source tells of expressions that failed
# Their senders are told of a bad enquiry and send another; of the others nothing is lost.
_TOLD = frozenset({Door.FORM, Door.PARTNER, Door.DROP_IN})


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedLead:
    """One lead as it would be."""

    sent: Mapping[str, Any]  # what was read out of the enquiry, before anything is judged
    fields: Mapping[str, str]
    extra: Mapping[str, Any]
    state: State
    refused: bool  # nothing would be kept: its sender is told
    phone: str
    dialer: str
    list_id: str
    rule: int | None  # which of the source's routes decides, counted from 1
    reason_code: str | None
    message: str | None
    problems: tuple[Problem, ...]
    warnings: tuple[Note, ...]
    unmapped: Mapping[str, str]  # field → why its expression gave nothing
    duplicate_of: str | None
    asks_platform: bool  # only an id was told; the platform is asked for the rest

    @property
    def is_good(self) -> bool:
        return not self.problems and not self.asks_platform


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What one enquiry would become: its leads, or why it cannot be read."""

    leads: tuple[TriedLead, ...] = ()
    more: int = 0  # leads beyond those shown
    problem: Problem | None = None

    @property
    def is_good(self) -> bool:
        return bool(self.leads) and all(lead.is_good for lead in self.leads)


def try_reading(
    store: Store, config: GatewayConfig, source: SourceConfig, inbound: Inbound, *, now: float
) -> Trial:
    """Read `inbound` as its source would, without the proof of who sent it and without the spam checks."""
    try:
        submissions = SOURCES[source.kind].parse(source, inbound)
    except SourceError as error:
        return Trial(problem=Problem(field=error.field, code=error.code, message=error.message))
    if not submissions:
        message = "Nothing in it is a lead. The sender is answered as if all were well, and nothing is kept."
        return Trial(problem=Problem(field="", code="trial.no_lead", message=message))
    shown = [_tried(store, config, source, each, now) for each in submissions[:SHOWN]]
    return Trial(leads=tuple(shown), more=max(0, len(submissions) - SHOWN))


def _tried(
    store: Store, config: GatewayConfig, source: SourceConfig, submission: Submission, now: float
) -> TriedLead:
    new = _made(config, source, submission, now)
    repeated = store.console.sources.repeated(new.identities, now=now) if new.identities else {}
    first = next((repeated[each.scope] for each in new.identities if each.scope in repeated), None)
    state, reason, message = new.state, new.reason_code, new.message
    if first is not None:
        state, reason = State.DUPLICATE, "duplicate"
        message = "This number or this enquiry is here already. It is kept, and the first one counts."
    elif state is State.QUEUED and store.is_suppressed(new.phone):
        state, reason, message = State.SUPPRESSED, "suppressed", "This number is on the do-not-call list."
    rule = rule_for(source, new.fields, new.extra) if new.fields else None
    return TriedLead(
        sent={name: value for name, value in submission.fields.items() if value not in (None, "")},
        # Its own id there is made when it is kept.
        fields={name: value for name, value in new.fields.items() if value != new.id},
        extra={name: value for name, value in new.extra.items() if name != MAPPING},
        state=state,
        refused=bool(new.problems) and SOURCES[source.kind].door in _TOLD,
        phone=new.phone,
        dialer=new.dialer,
        list_id=new.list_id,
        rule=None if rule is None else source.routes.index(rule) + 1,
        reason_code=reason,
        message=message,
        problems=new.problems,
        warnings=new.warnings,
        unmapped=dict(submission.extra.get(MAPPING) or {}),
        duplicate_of=first,
        asks_platform=submission.fetch is not None,
    )


def _made(config: GatewayConfig, source: SourceConfig, submission: Submission, now: float) -> NewLead:
    lead_id = new_id(now)
    if SOURCES[source.kind].door is not Door.PARTNER:
        return kept_lead(config, InTheQueue(), source, submission, lead_id=lead_id, received_at=now)
    # A partner's program may use the documented names alone.
    lead = make_lead(submission, source, config, lead_id=lead_id, strict=True)
    if isinstance(lead, Lead):
        return new_lead(InTheQueue(), source, submission, lead, received_at=now)
    return quarantined(source, submission, lead, lead_id=lead_id, received_at=now)
