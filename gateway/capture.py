"""USE CASE: a submission becomes a lead on disk, goes to its dialer line, and its caller learns what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from gateway import metrics
from gateway.clock import Clock
from gateway.config import GatewayConfig, SourceConfig
from gateway.delivery import Delivery
from gateway.delivery.batch import Departure
from gateway.leads.consent import Consent
from gateway.leads.identity import new_id
from gateway.leads.lead import Enquiry, Lead, LeadStatus, Problem, State, Submission
from gateway.leads.make import make_lead
from gateway.leads.verdict import CLEAN, Verdict
from gateway.new_lead import kept_lead, new_lead, quarantined
from gateway.settings import Settings
from gateway.store import Store, caps
from gateway.store.operations import Accept, SaveAnswer
from gateway.store.recorder import Recorder
from gateway.store.records import (
    Accepted,
    AcceptedLead,
    IdempotencyClaim,
    InFlight,
    Mismatched,
    NewLead,
    QueuedLead,
    Replayed,
)

log = structlog.get_logger("gateway.capture")

_OVER_CAP = "This source has brought all the leads it may bring today."
_ON_THEIR_WAY = (State.QUEUED, State.SENDING)


class Background(Protocol):
    """Works beside the requests of a process that delivers."""

    def start(self) -> None: ...

    def stop(self, seconds: float) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The running parts of one process, joined in app.py."""

    settings: Settings
    config: GatewayConfig
    store: Store
    recorder: Recorder
    delivery: Delivery
    clock: Clock
    background: tuple[Background, ...] = ()

    def start(self) -> None:
        """Begin to deliver, and whatever goes with it."""
        self.delivery.start()
        for part in self.background:
            part.start()

    def stop(self, seconds: float) -> None:
        """Finish what is under way; nothing may be asked of these parts afterwards."""
        for part in self.background:
            part.stop(1.0)
        self.delivery.stop(seconds)
        self.recorder.close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Captured:
    """The lead is on disk; `status` is where it stood when the caller's wait ended."""

    status: LeadStatus
    first: LeadStatus | None = None  # of a duplicate: where the first lead stands


@dataclass(frozen=True, kw_only=True, slots=True)
class Bad:
    """The enquiry cannot be a lead; nothing was stored."""

    problems: tuple[Problem, ...]


def capture(
    services: Services,
    source: SourceConfig,
    enquiry: Enquiry,
    submission: Submission,
    *,
    wait: float,
    strict: bool,
    quarantine: bool,
    claim: IdempotencyClaim | None = None,
    test: bool = False,
    verdict: Verdict = CLEAN,
    consent: Consent | None = None,
) -> Captured | Bad | Replayed | InFlight | Mismatched:
    """Keep one enquiry, then wait up to `wait` seconds for its dialer; raises StoreUnavailable when it is not kept."""
    lead_id = new_id(enquiry.received_at)
    lead = make_lead(submission, source, services.config, lead_id=lead_id, strict=strict)
    if not isinstance(lead, Lead):
        metrics.refused(source.name, lead[0].code)
        if not quarantine:
            return Bad(problems=lead)
        return Captured(status=_keep_quarantined(services, source, enquiry, submission, lead, lead_id))
    new = new_lead(
        services.delivery,
        source,
        submission,
        lead,
        received_at=enquiry.received_at,
        test=test,
        verdict=verdict,
        consent=consent,
    )
    with _departure(services, new, wait) as departure:
        if departure is not None:
            new = replace(new, attempt_id=new_id(enquiry.received_at))
        accepted: Accepted = services.recorder.record(Accept(enquiry=enquiry, leads=(new,), claim=claim))
        if accepted.idempotency is not None:
            return accepted.idempotency
        if accepted.over_cap:
            return over_cap(source)
        metrics.accepted(source.name)
        return _finish(services, new, accepted.leads[0], lead, wait, departure)


def over_cap(source: SourceConfig) -> Bad:
    """One lead too many of this source today; nothing was stored."""
    metrics.refused(source.name, caps.OVER)
    return Bad(problems=(Problem(field="", code=caps.OVER, message=_OVER_CAP),))


def capture_all(
    services: Services, source: SourceConfig, enquiry: Enquiry, submissions: Sequence[Submission]
) -> tuple[LeadStatus, ...]:
    """Keep all leads of one webhook in one commit and answer at once; what cannot be a lead is quarantined."""
    # Ids in the order of the leads in their enquiry: by them each is found in it again.
    ids = sorted(new_id(enquiry.received_at) for _ in submissions)
    news = tuple(
        _lead_or_quarantine(services, source, enquiry, each, lead_id)
        for each, lead_id in zip(submissions, ids, strict=True)
    )
    accepted = services.recorder.record(Accept(enquiry=enquiry, leads=news, claim=None))
    metrics.accepted(source.name, len(news))
    for new, kept in zip(news, accepted.leads, strict=True):
        log_captured(new, kept)
        hand_over(services, new, kept)
    return tuple(kept_status(new, kept) for new, kept in zip(news, accepted.leads, strict=True))


def quarantine(
    services: Services, source: SourceConfig, enquiry: Enquiry, problem: Problem, *, test: bool = False
) -> LeadStatus:
    """Keep a body that could not even be read, so that it can be mended and replayed."""
    empty = Submission(fields={}, test=test)
    return _keep_quarantined(services, source, enquiry, empty, (problem,), new_id(enquiry.received_at))


def save_answer(
    services: Services,
    claim: IdempotencyClaim,
    *,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    lead_id: str,
) -> None:
    """The first answer under an idempotency key is on disk before it leaves, so that a replay is the same."""
    services.recorder.record(
        SaveAnswer(claim=claim, status=status, headers=headers, body=body, lead_id=lead_id)
    )


# -- making --------------------------------------------------------------------------------------------------


def _lead_or_quarantine(
    services: Services, source: SourceConfig, enquiry: Enquiry, submission: Submission, lead_id: str
) -> NewLead:
    new = kept_lead(
        services.config,
        services.delivery,
        source,
        submission,
        lead_id=lead_id,
        received_at=enquiry.received_at,
    )
    if new.problems and new.reason_code is not None:
        metrics.refused(source.name, new.reason_code)
    return new


def _keep_quarantined(
    services: Services,
    source: SourceConfig,
    enquiry: Enquiry,
    submission: Submission,
    problems: tuple[Problem, ...],
    lead_id: str,
) -> LeadStatus:
    new = quarantined(source, submission, problems, lead_id=lead_id, received_at=enquiry.received_at)
    accepted = services.recorder.record(Accept(enquiry=enquiry, leads=(new,), claim=None))
    log_captured(new, accepted.leads[0])
    return kept_status(new, accepted.leads[0])


# -- waiting -------------------------------------------------------------------------------------------------


def _departure(services: Services, new: NewLead, wait: float) -> AbstractContextManager[Departure | None]:
    """Where a sender is free, the lead is stored as leaving: one commit less for a caller who waits."""
    departure = services.delivery.reserve(new.dialer) if wait > 0 and new.owner is not None else None
    return departure or nullcontext()


def _finish(
    services: Services,
    new: NewLead,
    kept: AcceptedLead,
    lead: Lead,
    wait: float,
    departure: Departure | None,
) -> Captured:
    """Hand the lead over and wait for its end, or for the end of the lead it repeats."""
    log_captured(new, kept)
    delivery = services.delivery
    awaited = kept.duplicate_of or new.id
    if not _worth_waiting(delivery, new, kept, wait):
        hand_over(services, new, kept, departure)
        return _captured(services, new, kept, lead, None)
    ticket = delivery.subscribe(awaited, new.source)
    try:
        hand_over(services, new, kept, departure)
        if kept.duplicate_of:
            delivery.follow(awaited)
        return _captured(services, new, kept, lead, ticket.wait(wait))
    finally:
        delivery.leave(ticket)


def _worth_waiting(delivery: Delivery, new: NewLead, kept: AcceptedLead, wait: float) -> bool:
    if wait <= 0 or not delivery.has_room_to_wait(new.dialer, new.source):
        return False
    return kept.state is State.DUPLICATE or (kept.state in _ON_THEIR_WAY and new.owner is not None)


def hand_over(
    services: Services, new: NewLead, kept: AcceptedLead, departure: Departure | None = None
) -> None:
    """What is on disk as ours goes into its line."""
    if departure is not None and new.attempt_id is not None and kept.state is State.SENDING:
        services.delivery.depart(new.dialer, departure, _queued(new), new.attempt_id)
        return
    if departure is not None:
        departure.cancel()  # it is not this lead's any more: others may use it while the caller waits
    if kept.state is State.QUEUED and new.owner is not None:
        services.delivery.hand_over(new.dialer, _queued(new))


def _queued(new: NewLead) -> QueuedLead:
    return QueuedLead(
        id=new.id,
        phone=new.phone,
        list_id=new.list_id,
        fields=new.fields,
        attempts=0,
        received_at=new.received_at,
        source=new.source,
        test=new.test,
    )


def _captured(
    services: Services, new: NewLead, kept: AcceptedLead, lead: Lead, ended: LeadStatus | None
) -> Captured:
    if kept.duplicate_of is None:
        status = ended or kept_status(new, kept)
        return Captured(status=replace(status, warnings=lead.warnings))
    first = ended or services.store.status(kept.duplicate_of)
    status = replace(kept_status(new, kept), warnings=lead.warnings)
    if first is None:
        return Captured(status=status)
    status = replace(
        status,
        dialer=first.dialer,
        dialer_lead_id=first.dialer_lead_id,
        dialer_list_id=first.dialer_list_id,
        dialer_status=first.dialer_status,
    )
    return Captured(status=status, first=first)


def kept_status(new: NewLead, kept: AcceptedLead) -> LeadStatus:
    """Where a lead stands in the moment it is on disk."""
    reason_code = "duplicate" if kept.state is State.DUPLICATE else new.reason_code
    if kept.over_cap:
        reason_code = caps.OVER
    return LeadStatus(
        id=new.id,
        source=new.source,
        state=State.QUEUED if kept.state is State.SENDING else kept.state,
        received_at=new.received_at,
        dialer=new.dialer,
        list_id=new.list_id,
        reason_code=reason_code,
        message=new.message,
        duplicate_of=kept.duplicate_of,
        warnings=new.warnings,
    )


def log_captured(new: NewLead, kept: AcceptedLead) -> None:
    """One line of the log for each lead."""
    log.info(
        "lead.captured",
        lead=new.id,
        source=new.source,
        state=kept.state,
        dialer=new.dialer,
        duplicate_of=kept.duplicate_of,
        reason=caps.OVER if kept.over_cap else new.reason_code,
        warnings=[note.code for note in new.warnings],
    )
