"""Makes of a judged enquiry what the store keeps: its state, its owner, its identities, or why it is quarantined."""

from __future__ import annotations

from typing import Any

from gateway.config import SourceConfig
from gateway.delivery import Admission, Delivery
from gateway.leads.consent import Consent
from gateway.leads.extra import Extra
from gateway.leads.identity import key_fingerprint, phone_fingerprint
from gateway.leads.lead import Enquiry, Lead, Problem, State, Submission
from gateway.leads.verdict import CLEAN, Verdict
from gateway.store.records import Identity, NewLead

KEY_WINDOW = 30 * 86400.0  # seconds a sender's own lead id is remembered
_MARKED_BY_ITS_SENDER = "Its sender marks this number as do-not-call. The lead is kept and never dialed."


def quarantined(
    source: SourceConfig,
    enquiry: Enquiry,
    submission: Submission,
    problems: tuple[Problem, ...],
    lead_id: str,
) -> NewLead:
    """An enquiry that cannot be made a lead yet; a person, or another mapping, can mend it."""
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


def new_lead(
    delivery: Delivery,
    source: SourceConfig,
    submission: Submission,
    lead: Lead,
    enquiry: Enquiry,
    *,
    test: bool,
    verdict: Verdict = CLEAN,
    consent: Consent | None = None,
) -> NewLead:
    """A judged lead, in the state it starts in and with the identities by which it repeats another."""
    is_test = test or lead.test
    admission = _admitted(delivery, submission, lead, verdict, is_test=is_test)
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


def _admitted(
    delivery: Delivery, submission: Submission, lead: Lead, verdict: Verdict, *, is_test: bool
) -> Admission:
    if is_test:
        return Admission(owner=None, state=State.TEST)
    if submission.do_not_call:
        return Admission(
            owner=None, state=State.SUPPRESSED, reason_code="suppressed", message=_MARKED_BY_ITS_SENDER
        )
    if verdict.suspicious:
        why = verdict.problems[0]
        return Admission(owner=None, state=State.QUARANTINED, reason_code=why.code, message=why.message)
    return delivery.admit(lead.dialer, lead.list_id)


def _identities(source: SourceConfig, submission: Submission, lead: Lead) -> tuple[Identity, ...]:
    found = []
    # Somebody who is never called must not turn an enquiry that may be answered into a duplicate.
    if source.dedupe > 0 and not submission.do_not_call:
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
