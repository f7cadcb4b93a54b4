"""Makes of a judged enquiry what the store keeps: its state, its owner, its identities, or why it is quarantined."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from gateway.config import GatewayConfig, SourceConfig
from gateway.config.kinds import KEYED, KINDS
from gateway.delivery import Admission
from gateway.leads.consent import Consent
from gateway.leads.extra import Extra
from gateway.leads.identity import key_fingerprint, phone_fingerprint
from gateway.leads.lead import Lead, Problem, State, Submission
from gateway.leads.make import make_lead
from gateway.leads.verdict import CLEAN, Verdict
from gateway.rehearsal import rehearsal_of
from gateway.sources import fetch
from gateway.store.fetches import scope_of
from gateway.store.records import DailyCap, Identity, NewLead

KEY_WINDOW = 30 * 86400.0  # seconds a sender's own lead id is remembered
_MARKED_BY_ITS_SENDER = "Its sender marks this number as do-not-call. The lead is kept and never dialed."


def quarantined(
    source: SourceConfig,
    submission: Submission,
    problems: tuple[Problem, ...],
    *,
    lead_id: str,
    received_at: float,
) -> NewLead:
    """An enquiry that cannot be made a lead yet; a person, or another mapping, can mend it. Of a test, all is kept."""
    return NewLead(
        id=lead_id,
        state=State.TEST if submission.test else State.QUARANTINED,
        source=source.name,
        dialer=source.dialer,
        list_id=source.list_id,
        phone="",
        fields={},
        extra=_kept(submission),
        problems=problems,
        reason_code=problems[0].code,
        message=problems[0].message,
        test=submission.test,
        received_at=received_at,
        next_at=received_at,
        tell=source.callback is not None,
    )


def waiting(source: SourceConfig, submission: Submission, *, lead_id: str, received_at: float) -> NewLead:
    """A lead of which only the platform's id has come; it is asked for, unless the id is none of the platform's."""
    if not submission.fetch:
        problems = (fetch.reason("fetch.id"),)
        return quarantined(source, submission, problems, lead_id=lead_id, received_at=received_at)
    waits = fetch.reason("fetch.waiting")
    stub = quarantined(source, submission, (waits,), lead_id=lead_id, received_at=received_at)
    return replace(
        stub,
        extra={**stub.extra, "fetch": dict(submission.fetch)},
        problems=(),
        # The platform repeats itself long before it has told us everything.
        identities=_of_key(source, submission),
        hold_scope=scope_of(source.name),
    )


def _kept(submission: Submission) -> dict[str, Any]:
    """What was read out of it, bounded: the whole of it stands in the enquiry as received."""
    extra = Extra()
    for name, value in (*submission.fields.items(), *submission.extra.items()):
        extra.keep(name, value)
    return extra.as_dict()


class Admits(Protocol):
    """Says how a lead is to be stored: straight into a line, into the queue, or held."""

    def admit(self, dialer: str, list_id: str, source: str) -> Admission: ...


def kept_lead(
    config: GatewayConfig,
    delivery: Admits,
    source: SourceConfig,
    submission: Submission,
    *,
    lead_id: str,
    received_at: float,
) -> NewLead:
    """What a webhook's submission is kept as: a lead, one its platform is asked for, or one in quarantine."""
    if submission.fetch is not None:
        return waiting(source, submission, lead_id=lead_id, received_at=received_at)
    lead = make_lead(submission, source, config, lead_id=lead_id, strict=False)
    if isinstance(lead, Lead):
        return new_lead(delivery, source, submission, lead, received_at=received_at)
    return quarantined(source, submission, lead, lead_id=lead_id, received_at=received_at)


def new_lead(
    delivery: Admits,
    source: SourceConfig,
    submission: Submission,
    lead: Lead,
    *,
    received_at: float,
    test: bool = False,
    verdict: Verdict = CLEAN,
    consent: Consent | None = None,
) -> NewLead:
    """A judged lead, in the state it starts in and with the identities by which it repeats another."""
    is_test = test or lead.test
    rehearsal = rehearsal_of(lead.phone) if test else None
    rehearsed = rehearsal.kept_as if rehearsal else None
    admission = _admitted(delivery, source, submission, lead, verdict, is_test=is_test, rehearsed=rehearsed)
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
        received_at=received_at,
        next_at=received_at,
        consent=consent,
        tell=source.callback is not None,
        cap=_cap(source),
    )


def _cap(source: SourceConfig) -> DailyCap | None:
    """A partner's program is told that it was too much; of a visitor or a platform, nothing is lost."""
    if not source.daily_cap:
        return None
    return DailyCap(leads=source.daily_cap, refuses=KINDS.get(source.kind) in KEYED)


def _admitted(
    delivery: Admits,
    source: SourceConfig,
    submission: Submission,
    lead: Lead,
    verdict: Verdict,
    *,
    is_test: bool,
    rehearsed: str | None,
) -> Admission:
    if is_test:
        return Admission(owner=None, state=State.TEST, reason_code=rehearsed)
    if submission.do_not_call:
        return Admission(
            owner=None, state=State.SUPPRESSED, reason_code="suppressed", message=_MARKED_BY_ITS_SENDER
        )
    if verdict.suspicious:
        why = verdict.problems[0]
        return Admission(owner=None, state=State.QUARANTINED, reason_code=why.code, message=why.message)
    return delivery.admit(lead.dialer, lead.list_id, source.name)


def _identities(source: SourceConfig, submission: Submission, lead: Lead) -> tuple[Identity, ...]:
    found = _of_key(source, submission)
    # Somebody who is never called must not turn an enquiry that may be answered into a duplicate.
    if source.dedupe > 0 and not submission.do_not_call:
        fingerprint = phone_fingerprint(source.dedupe_scope, lead.phone)
        person = Identity(scope=source.dedupe_scope, fingerprint=fingerprint, seconds=source.dedupe)
        return (person, *found)
    return found


def _of_key(source: SourceConfig, submission: Submission) -> tuple[Identity, ...]:
    if not submission.key:
        return ()
    fingerprint = key_fingerprint(source.name, submission.key)
    return (Identity(scope=key_scope(source.name), fingerprint=fingerprint, seconds=KEY_WINDOW),)


def key_scope(source: str) -> str:
    """Under which scope the senders' own ids of this source are remembered."""
    return f"key:{source}"
