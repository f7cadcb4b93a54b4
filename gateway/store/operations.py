"""The writes that share one commit: what each asks for and what it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from gateway.leads.lead import Enquiry, State
from gateway.store.records import Accepted, IdempotencyClaim, NewLead

R_co = TypeVar("R_co", covariant=True)


class Operation(Generic[R_co]):
    """A write whose result is an `R_co`."""

    __slots__ = ()


class Mark(StrEnum):
    """Whether one lead may leave now."""

    SENT_OK = "sent_ok"  # it is SENDING under this attempt
    PHONE_BUSY = "phone_busy"  # another lead with this number is in flight; still ours
    LOST = "lost"  # no longer queued as ours
    SUPPRESSED = "suppressed"  # its number opted out since it was accepted


@dataclass(frozen=True, kw_only=True, slots=True)
class Accept(Operation[Accepted]):
    """Keep one enquiry and its leads; with a claim that was used before, nothing."""

    enquiry: Enquiry
    leads: tuple[NewLead, ...]
    claim: IdempotencyClaim | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveAnswer(Operation[None]):
    """Keep the answer that was given under a claim, for its replay."""

    claim: IdempotencyClaim
    status: int
    headers: Mapping[str, str]
    body: bytes
    lead_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkSending(Operation[Mapping[str, Mark]]):
    """Write down that these leads are about to leave, before a byte of the request does."""

    dialer: str
    owner: str
    attempt_id: str
    lead_ids: tuple[str, ...]
    now: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadResult:
    """What one attempt meant for one lead."""

    lead_id: str
    state: State
    outcome: str  # created | duplicate | rejected | refused | busy | not_sent | unknown
    reason_code: str | None = None
    message: str | None = None
    dialer_lead_id: str | None = None
    dialer_list_id: str | None = None
    dialer_status: str | None = None
    next_at: float | None = None
    hold_scope: str | None = None
    possible_duplicate: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordAttempt(Operation[frozenset[str]]):
    """Write down what came of an attempt; the result names the leads it still was the attempt of."""

    attempt_id: str
    dialer: str
    action: str
    started_at: float
    finished_at: float
    http_status: int | None
    response: str
    results: tuple[LeadResult, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Release(Operation[None]):
    """Give leads back to the queue, for whichever process is free."""

    owner: str
    lead_ids: tuple[str, ...]
    next_at: float
