"""Enquiry, Lead and the states a lead passes through: the words every other part uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """Where a lead is in its life; every lead is in exactly one of these."""

    QUEUED = "queued"  # kept, waits for its dialer line
    SENDING = "sending"  # its request may have left: only the outcome, or a dead sender, ends this
    DELIVERED = "delivered"  # the dialer said it has it
    REJECTED = "rejected"  # the dialer refuses this lead for good
    HELD = "held"  # the dialer refuses us; released when the cause is mended
    UNCONFIRMED = "unconfirmed"  # sent, no usable answer: the dialer may have it
    QUARANTINED = "quarantined"  # cannot be made a lead yet
    DUPLICATE = "duplicate"  # the same person again inside the window; points to the first
    SUPPRESSED = "suppressed"  # opted out or do-not-call
    TEST = "test"  # a platform's or an integrator's test, never dialed
    DEAD = "dead"  # seven days of trying; kept, re-sendable

    @property
    def final(self) -> bool:
        """Whether nothing more happens to the lead unless a person acts."""
        return self in _FINAL


_FINAL = frozenset(
    {
        State.DELIVERED,
        State.REJECTED,
        State.QUARANTINED,
        State.DUPLICATE,
        State.SUPPRESSED,
        State.TEST,
        State.DEAD,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why one field, or the whole enquiry when `field` is empty, cannot be taken; never holds the value."""

    field: str
    code: str  # stable, listed in docs/reason-codes.md
    message: str  # one sentence for people


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A warning on a lead: what was cleaned, cut or guessed; never holds the value."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Enquiry:
    """What arrived, as it arrived: enough to replay it through another mapping."""

    id: str
    source: str
    received_at: float  # seconds since the epoch, UTC
    method: str
    path: str  # without the query string
    query: str  # secrets removed
    content_type: str
    headers: Mapping[str, str]  # only those worth keeping; no Authorization, no Cookie
    address: str  # the client's, behind trusted proxies
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What a source read out of one enquiry: liberal field names, untrusted values, not judged yet."""

    fields: Mapping[str, Any]  # names as the sender wrote them, or the dialer's after a mapping
    key: str | None = None  # the sender's own id of this lead, for dedupe
    test: bool = False  # the sender marked it as a test
    do_not_call: bool = False  # the sender says so, and the source heeds it: kept, never dialed
    referrer: str = ""
    page_url: str = ""  # from Referer/Origin, used only where the fields carry no page
    extra: Mapping[str, Any] = field(default_factory=dict)
    list_id: str | None = None  # the dialer's list, where a source lets its sender choose among some
    # The ids by which the platform is asked for everything else: its webhook tells no more. Empty: unusable ids.
    fetch: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """A clean lead: every value fits the dialer's limits and cannot break its SQL or its screens."""

    id: str  # 20 characters, sortable by time; also the default prospects_id
    source: str
    dialer: str
    list_id: str
    phone: str  # what the dialer dials: digits only
    fields: Mapping[str, str]  # the dialer's parameter names, phone_number and list_id included
    warnings: tuple[Note, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)  # everything else that was sent
    test: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadStatus:
    """What may be told about a stored lead: its state and what the dialer answered."""

    id: str
    source: str
    state: State
    received_at: float
    dialer: str | None = None
    list_id: str | None = None
    reason_code: str | None = None
    message: str | None = None  # a sentence for people, redacted
    duplicate_of: str | None = None
    dialer_lead_id: str | None = None
    dialer_list_id: str | None = None
    dialer_status: str | None = None
    possible_duplicate: bool = False
    warnings: tuple[Note, ...] = ()
    updated_at: float | None = None
    attempts: int = 0
    next_at: float | None = None
