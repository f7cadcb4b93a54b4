"""USE CASE: a submission becomes a lead on disk, goes to its dialer line, and its caller learns what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from gateway import metrics
from gateway.clock import Clock
from gateway.config import GatewayConfig, SourceConfig
from gateway.delivery import Admission, Delivery
from gateway.leads.consent import Consent
from gateway.leads.extra import Extra
from gateway.leads.identity import key_fingerprint, new_id, phone_fingerprint
from gateway.leads.lead import Enquiry, Lead, LeadStatus, Problem, State, Submission
from gateway.leads.make import make_lead
from gateway.leads.verdict import CLEAN, Verdict
from gateway.settings import Settings
from gateway.store import Store
from gateway.store.operations import Accept, SaveAnswer
from gateway.store.recorder import Recorder
from gateway.store.records import (
    Accepted,
    AcceptedLead,
    IdempotencyClaim,
    Identity,
    InFlight,
    Mismatched,
    NewLead,
    QueuedLead,
    Replayed,
)

log = structlog.get_logger("gateway.capture")

KEY_WINDOW = 30 * 86400.0  # seconds a sender's own lead id is remembered


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """The running parts of one process, joined in app.py."""

    settings: Settings
    config: GatewayConfig
    store: Store
    recorder: Recorder
    delivery: Delivery
    clock: Clock


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
    new = _new_lead(services, source, submission, lead, enquiry, test=test, verdict=verdict, consent=consent)
    accepted: Accepted = services.recorder.record(Accept(enquiry=enquiry, leads=(new,), claim=claim))
    if accepted.idempotency is not None:
        return accepted.idempotency
    metrics.accepted(source.name)
    return _finish(services, new, accepted.leads[0], lead, wait)


def capture_all(
    services: Services, source: SourceConfig, enquiry: Enquiry, submissions: Sequence[Submission]
) -> tuple[LeadStatus, ...]:
    """Keep all leads of one webhook in one commit and answer at once; what cannot be a lead is quarantined."""
    news = tuple(_lead_or_quarantine(services, source, enquiry, each) for each in submissions)
    accepted = services.recorder.record(Accept(enquiry=enquiry, leads=news, claim=None))
    metrics.accepted(source.name, len(news))
    for new, kept in zip(news, accepted.leads, strict=True):
        _log_captured(new, kept)
        _hand_over(services, new, kept)
    return tuple(_status(new, kept) for new, kept in zip(news, accepted.leads, strict=True))


def quarantine(services: Services, source: SourceConfig, enquiry: Enquiry, problem: Problem) -> LeadStatus:
    """Keep a body that could not even be read, so that it can be mended and replayed."""
    empty = Submission(fields={})
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
    services: Services, source: SourceConfig, enquiry: Enquiry, submission: Submission
) -> NewLead:
    lead_id = new_id(enquiry.received_at)
    lead = make_lead(submission, source, services.config, lead_id=lead_id, strict=False)
    if isinstance(lead, Lead):
        return _new_lead(services, source, submission, lead, enquiry, test=False)
    metrics.refused(source.name, lead[0].code)
    return _quarantined(source, enquiry, submission, lead, lead_id)


def _keep_quarantined(
    services: Services,
    source: SourceConfig,
    enquiry: Enquiry,
    submission: Submission,
    problems: tuple[Problem, ...],
    lead_id: str,
) -> LeadStatus:
    new = _quarantined(source, enquiry, submission, problems, lead_id)
    accepted = services.recorder.record(Accept(enquiry=enquiry, leads=(new,), claim=None))
    _log_captured(new, accepted.leads[0])
    return _status(new, accepted.leads[0])


def _quarantined(
    source: SourceConfig,
    enquiry: Enquiry,
    submission: Submission,
    problems: tuple[Problem, ...],
    lead_id: str,
) -> NewLead:
    return NewLead(
        id=lead_id,
        state=State.QUARANTINED,
        source=source.name,
        dialer=source.dialer,
        list_id=source.list_id,
        phone="",
        fields={},
        extra=_kept(submission),
        problems=problems,
        reason_code=problems[0].code,
        message=problems[0].message,
        received_at=enquiry.received_at,
        next_at=enquiry.received_at,
    )


def _kept(submission: Submission) -> dict[str, Any]:
    """What was read out of it, bounded: the whole of it stands in the enquiry as received."""
    extra = Extra()
    for name, value in (*submission.fields.items(), *submission.extra.items()):
        extra.keep(name, value)
    return extra.as_dict()


def _new_lead(
    services: Services,
    source: SourceConfig,
    submission: Submission,
    lead: Lead,
    enquiry: Enquiry,
    *,
    test: bool,
    verdict: Verdict = CLEAN,
    consent: Consent | None = None,
) -> NewLead:
    is_test = test or lead.test
    admission = _admitted(services.delivery, lead, verdict, is_test=is_test)
    return NewLead(
        id=lead.id,
        state=admission.state,
        source=source.name,
        dialer=lead.dialer,
        list_id=lead.list_id,
        phone=lead.phone,
        fields=lead.fields,
        extra=lead.extra,
        warnings=(*lead.warnings, *verdict.notes),
        problems=verdict.problems,
        test=is_test,
        # A quarantined lead must not turn the same person's next enquiry into a duplicate of itself.
        identities=() if is_test or verdict.suspicious else _identities(source, submission, lead),
        owner=admission.owner,
        hold_scope=admission.hold_scope,
        reason_code=admission.reason_code,
        message=admission.message,
        received_at=enquiry.received_at,
        next_at=enquiry.received_at,
        consent=consent,
    )


def _admitted(delivery: Delivery, lead: Lead, verdict: Verdict, *, is_test: bool) -> Admission:
    if is_test:
        return Admission(owner=None, state=State.TEST)
    if verdict.suspicious:
        why = verdict.problems[0]
        return Admission(owner=None, state=State.QUARANTINED, reason_code=why.code, message=why.message)
    return delivery.admit(lead.dialer, lead.list_id)


def _identities(source: SourceConfig, submission: Submission, lead: Lead) -> tuple[Identity, ...]:
    found = []
    if source.dedupe > 0:
        found.append(
            Identity(
                scope=source.dedupe_scope,
                fingerprint=phone_fingerprint(source.dedupe_scope, lead.phone),
                seconds=source.dedupe,
            )
        )
    if submission.key:
        found.append(
            Identity(
                scope=f"key:{source.name}",
                fingerprint=key_fingerprint(source.name, submission.key),
                seconds=KEY_WINDOW,
            )
        )
    return tuple(found)


# -- waiting -------------------------------------------------------------------------------------------------


def _finish(services: Services, new: NewLead, kept: AcceptedLead, lead: Lead, wait: float) -> Captured:
    """Hand the lead over and wait for its end, or for the end of the lead it repeats."""
    _log_captured(new, kept)
    delivery = services.delivery
    awaited = kept.duplicate_of or new.id
    if not _worth_waiting(delivery, new, kept, wait):
        _hand_over(services, new, kept)
        return _captured(services, new, kept, lead, None)
    ticket = delivery.subscribe(awaited)
    try:
        _hand_over(services, new, kept)
        if kept.duplicate_of:
            delivery.follow(awaited)
        return _captured(services, new, kept, lead, ticket.wait(wait))
    finally:
        delivery.leave(ticket)


def _worth_waiting(delivery: Delivery, new: NewLead, kept: AcceptedLead, wait: float) -> bool:
    if wait <= 0 or not delivery.has_room_to_wait(new.dialer):
        return False
    return kept.state is State.DUPLICATE or (kept.state is State.QUEUED and new.owner is not None)


def _hand_over(services: Services, new: NewLead, kept: AcceptedLead) -> None:
    if kept.state is not State.QUEUED or new.owner is None:
        return
    services.delivery.hand_over(
        new.dialer,
        QueuedLead(
            id=new.id,
            phone=new.phone,
            list_id=new.list_id,
            fields=new.fields,
            attempts=0,
            received_at=new.received_at,
            source=new.source,
            test=new.test,
        ),
    )


def _captured(
    services: Services, new: NewLead, kept: AcceptedLead, lead: Lead, ended: LeadStatus | None
) -> Captured:
    if kept.duplicate_of is None:
        status = ended or _status(new, kept)
        return Captured(status=replace(status, warnings=lead.warnings))
    first = ended or services.store.status(kept.duplicate_of)
    status = replace(_status(new, kept), warnings=lead.warnings)
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


def _status(new: NewLead, kept: AcceptedLead) -> LeadStatus:
    return LeadStatus(
        id=new.id,
        source=new.source,
        state=kept.state,
        received_at=new.received_at,
        dialer=new.dialer,
        list_id=new.list_id,
        reason_code="duplicate" if kept.state is State.DUPLICATE else new.reason_code,
        message=new.message,
        duplicate_of=kept.duplicate_of,
        warnings=new.warnings,
    )


def _log_captured(new: NewLead, kept: AcceptedLead) -> None:
    log.info(
        "lead.captured",
        lead=new.id,
        source=new.source,
        state=kept.state,
        dialer=new.dialer,
        duplicate_of=kept.duplicate_of,
        reason=new.reason_code,
        warnings=[note.code for note in new.warnings],
    )
