"""From a read request to the use case and back to an answer: what the doors have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import g, request

from gateway.capture import Bad, Captured, capture, capture_all, quarantine
from gateway.config import SourceConfig
from gateway.leads.consent import Consent
from gateway.leads.identity import new_id
from gateway.leads.lead import Enquiry, LeadStatus, Problem, Submission
from gateway.leads.verdict import CLEAN, Verdict
from gateway.rehearsal import told
from gateway.sources.base import Inbound, Kind, Unreadable
from gateway.sources.keeping import keep
from gateway.spam import reasons as spam_reasons
from gateway.store.records import IdempotencyClaim, InFlight, Mismatched, Replayed
from gateway.web import answers, idempotency, rehearsals, sample_mark
from gateway.web.answers import Answer
from gateway.web.context import services
from gateway.web.discretion import for_strangers
from gateway.web.errors import Refusal, bad_lead
from gateway.web.preferences import Wait
from gateway.web.standing import Standing, standing_of
from gateway.web.wording import words_of

Result = Captured | Bad | Replayed | InFlight | Mismatched


def partner_lead(
    source: SourceConfig, inbound: Inbound, submission: Submission, *, wait: Wait, test: bool
) -> Answer:
    """One lead of a partner, who is told everything and may ask again."""
    owner = f"{source.name}:test" if test else source.name
    claim = idempotency.claim_of(inbound, owner=owner, route="/v1/leads")
    if test:
        rehearsals.refuse(source, submission)
    result = capture(
        services(),
        source,
        enquiry_of(source, inbound),
        submission,
        wait=wait.seconds,
        strict=True,
        quarantine=False,
        claim=claim,
        test=test,
    )
    return preferred(_answer(result, claim, asks_again=True), wait)


def form_lead(
    source: SourceConfig,
    inbound: Inbound,
    submission: Submission,
    *,
    wait: Wait,
    verdict: Verdict = CLEAN,
    consent: Consent | None = None,
) -> Answer:
    """One lead of a form that reads JSON; nobody there may ask for its status, or learn what we think of it."""
    claim = idempotency.claim_of(inbound, owner=source.name, route="/forms")
    result = capture(
        services(),
        source,
        enquiry_of(source, inbound),
        submission,
        wait=wait.seconds,
        strict=False,
        quarantine=False,
        claim=claim,
        verdict=verdict,
        consent=consent,
    )
    return preferred(_answer(result, claim, asks_again=False), wait)


def visitor_lead(
    source: SourceConfig,
    inbound: Inbound,
    submission: Submission,
    *,
    verdict: Verdict = CLEAN,
    consent: Consent | None = None,
) -> LeadStatus | Bad:
    """One lead of a person at a form: on disk is enough, nobody watches a page load for a dialer."""
    result = capture(
        services(),
        source,
        enquiry_of(source, inbound),
        submission,
        wait=0,
        strict=False,
        quarantine=False,
        claim=None,
        verdict=verdict,
        consent=consent,
    )
    if isinstance(result, Captured):
        return result.status
    if isinstance(result, Bad):
        return result
    raise AssertionError("a request without an Idempotency-Key cannot be a replay")


def trapped(source: SourceConfig, inbound: Inbound) -> LeadStatus:
    """A program filled the form: kept where an operator can see it, never dialed."""
    problem = spam_reasons.problem("spam.trapped")
    return quarantine(services(), source, enquiry_of(source, inbound), problem)


def webhook_leads(source: SourceConfig, kind: Kind, inbound: Inbound) -> Sequence[LeadStatus]:
    """All leads of one webhook. What cannot be read is kept too: its sender will not mend it by resending."""
    enquiry = enquiry_of(source, inbound)
    try:
        # Read as it is kept, without its secrets: a replay then finds the same leads.
        submissions = [
            sample_mark.marked(each) for each in kind.parse(source, replace(inbound, body=enquiry.body))
        ]
    except Unreadable as error:
        problem = Problem(field=error.field, code=error.code, message=error.message)
        return (quarantine(services(), source, enquiry, problem, test=sample_mark.course() is not None),)
    return capture_all(services(), source, enquiry, submissions) if submissions else ()


def enquiry_of(source: SourceConfig, inbound: Inbound) -> Enquiry:
    enquiry = keep(source, g.kind, inbound, new_id(inbound.received_at))
    sample_mark.note_enquiry(enquiry.id)
    return enquiry


def status_url(lead_id: str) -> str:
    return f"{services().config.public_url.rstrip('/')}/v1/leads/{lead_id}"


def _answer(result: Result, claim: IdempotencyClaim | None, *, asks_again: bool) -> Answer:
    if isinstance(result, Captured):
        answer = _told(result.status, asks_again=asks_again)
        if claim is not None:
            idempotency.remember(services(), claim, answer, result.status.id)
        return answer
    if isinstance(result, Bad):
        raise bad_lead(result.problems)
    if isinstance(result, Replayed):
        return idempotency.replayed(result)
    if isinstance(result, Mismatched):
        raise Refusal("idempotency.reused")
    return _unanswered(result, asks_again=asks_again)


def _unanswered(first: InFlight, *, asks_again: bool) -> Answer:
    """The first request runs, or its process died once the lead was kept: then the lead is the answer."""
    lead = services().store.status(first.lead_id) if first.lead_id else None
    if lead is None:
        raise idempotency.running()
    answer = _told(lead, asks_again=asks_again)
    return replace(answer, headers={**answer.headers, "Idempotent-Replayed": "true"})


def _told(lead: LeadStatus, *, asks_again: bool) -> Answer:
    if asks_again:
        return answers.captured(told(lead), status_url=status_url(lead.id))
    lead = for_strangers(lead)
    refused = lead.state in answers.REFUSALS
    return answers.captured(lead, status_url=None, told=_in_the_visitors_words(lead) if refused else None)


def _in_the_visitors_words(lead: LeadStatus) -> str:
    """What the thank-you page would say: scripts show it to the person who sent the form."""
    standing = standing_of(lead, None, opted_out=False)
    key = "slow" if standing is Standing.WAITING else standing.value
    return words_of(g.source, request).text(f"thanks.{key}")


def preferred(answer: Answer, wait: Wait) -> Answer:
    """The answer, telling that a caller's wish was heard."""
    if not wait.applied:
        return answer
    return replace(answer, headers={**answer.headers, "Preference-Applied": wait.applied})
