"""Enquiries, leads and operations for the store's tests: keyword overrides, no randomness."""

from __future__ import annotations

import itertools
from typing import Any

from gateway.leads.lead import Enquiry, State
from gateway.store import Store
from gateway.store.operations import Accept, LeadResult, MarkSending, RecordAttempt
from gateway.store.records import Accepted, IdempotencyClaim, Identity, NewLead

NOW = 1_795_000_000.0
OWNER = "machine:1:1:aa"
OTHER = "machine:2:1:bb"

_numbers = itertools.count(1)


def make_id() -> str:
    """Ids of 20 characters in the order they were made."""
    return f"T{next(_numbers):019d}"


def make_enquiry(**changes: Any) -> Enquiry:
    values: dict[str, Any] = {
        "id": make_id(),
        "source": "website",
        "received_at": NOW,
        "method": "POST",
        "path": "/forms/website",
        "query": "",
        "content_type": "application/x-www-form-urlencoded",
        "headers": {"User-Agent": "test"},
        "address": "192.0.2.1",
        "body": b"MobileNo=9876543210",
    }
    return Enquiry(**{**values, **changes})


def make_lead(**changes: Any) -> NewLead:
    number = next(_numbers)
    phone = changes.get("phone", f"98{number:08d}")
    values: dict[str, Any] = {
        "id": make_id(),
        "state": State.QUEUED,
        "source": "website",
        "dialer": "main",
        "list_id": "25062018",
        "phone": phone,
        "fields": {"phone_number": phone, "list_id": "25062018"},
        "received_at": NOW,
        "next_at": NOW,
    }
    return NewLead(**{**values, **changes})


def same_person(
    fingerprint: str = "person", *, scope: str = "source:website", seconds: float = 600
) -> Identity:
    return Identity(scope=scope, fingerprint=fingerprint, seconds=seconds)


def make_claim(**changes: Any) -> IdempotencyClaim:
    values = {"owner": "partner", "route": "/v1/leads", "key": "key-1", "fingerprint": "body-1"}
    return IdempotencyClaim(**{**values, **changes})


def make_accept(*leads: NewLead, claim: IdempotencyClaim | None = None, at: float = NOW) -> Accept:
    return Accept(enquiry=make_enquiry(received_at=at), leads=leads or (make_lead(),), claim=claim)


def accept(store: Store, *leads: NewLead, claim: IdempotencyClaim | None = None, at: float = NOW) -> Accepted:
    """Keep leads that one enquiry brought."""
    accepted: Accepted = store.transact([make_accept(*leads, claim=claim, at=at)])[0]
    return accepted


def keep(store: Store, **changes: Any) -> NewLead:
    """Keep one lead and return it."""
    lead = make_lead(**changes)
    accept(store, lead)
    return lead


def mark(*leads: NewLead, attempt_id: str = "attempt-1", owner: str = OWNER, now: float = NOW) -> MarkSending:
    return MarkSending(
        dialer="main", owner=owner, attempt_id=attempt_id, lead_ids=tuple(each.id for each in leads), now=now
    )


def record(
    *results: LeadResult, attempt_id: str = "attempt-1", now: float = NOW + 1, response: str = "SUCCESS"
) -> RecordAttempt:
    return RecordAttempt(
        attempt_id=attempt_id,
        dialer="main",
        action="add_lead",
        started_at=now - 1,
        finished_at=now,
        http_status=200,
        response=response,
        results=results,
    )


def result(
    lead: NewLead, state: State = State.DELIVERED, outcome: str = "created", **more: Any
) -> LeadResult:
    return LeadResult(lead_id=lead.id, state=state, outcome=outcome, **more)


def send(store: Store, lead: NewLead, attempt_id: str = "attempt-1", *, owner: str = OWNER) -> None:
    """The lead is SENDING under `attempt_id`."""
    store.transact([mark(lead, attempt_id=attempt_id, owner=owner)])


def state_of(store: Store, lead: NewLead) -> State:
    status = store.status(lead.id)
    assert status is not None
    return status.state
