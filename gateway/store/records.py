"""The values that go into the store and come out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.leads.consent import Consent
from gateway.leads.lead import Enquiry, LeadStatus, Note, Problem, State

# -- going in ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """One way to recognise the same lead again: live for `seconds`, counted inside `scope`."""

    scope: str
    fingerprint: str
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class IdempotencyClaim:
    """A caller's own key for one request; `fingerprint` tells whether a second one is the same request."""

    owner: str
    route: str
    key: str
    fingerprint: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyCap:
    """How many leads of a source are taken in one day, UTC."""

    leads: int
    refuses: bool  # what is too much is not kept, and its sender is told; else it waits in quarantine


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLead:
    """A lead as capture wants it kept; the store may turn its state into DUPLICATE or SUPPRESSED."""

    id: str
    state: State
    source: str
    dialer: str
    list_id: str
    phone: str
    fields: Mapping[str, str]
    received_at: float
    next_at: float
    extra: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()
    reason_code: str | None = None
    message: str | None = None
    test: bool = False
    identities: tuple[Identity, ...] = ()
    owner: str | None = None  # the process that will send it, without another look at the store
    attempt_id: str | None = None  # it may leave at once: kept as SENDING, unless its number is in flight
    hold_scope: str | None = None
    consent: Consent | None = None
    tell: bool = False  # its source has a callback_url: what becomes of it is told there
    cap: DailyCap | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """The dialer refuses us: nothing of `scope` (login, line, list:<list_id>) is sent before `probe_at`."""

    dialer: str
    scope: str
    code: str
    message: str
    since: float
    probe_at: float


# -- coming out ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptedLead:
    """A lead as it was kept."""

    id: str
    state: State
    duplicate_of: str | None = None
    over_cap: bool = False  # QUARANTINED because its source has had its leads of the day


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """The key was used before and answered: the same answer again."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class InFlight:
    """The key's first request has no answer yet; `lead_id` once it is so old that none will come."""

    lead_id: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatched:
    """The key was used before for another request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """What became of an Accept; with `idempotency` or `over_cap` set nothing was stored."""

    leads: tuple[AcceptedLead, ...] = ()
    idempotency: Replayed | InFlight | Mismatched | None = None
    over_cap: bool = False

    @property
    def stored(self) -> bool:
        return self.idempotency is None and not self.over_cap


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedLead:
    """What a sender needs of a lead."""

    id: str
    phone: str
    list_id: str
    fields: Mapping[str, str]
    attempts: int
    received_at: float
    source: str
    test: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class UnconfirmedLead:
    """A lead the dialer may have; `looked_up` when it was asked once already."""

    id: str
    phone: str
    list_id: str
    fields: Mapping[str, str]
    attempts: int
    received_at: float
    looked_up: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Reaped:
    """What was freed of owners that are dead."""

    queued: int = 0
    unconfirmed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Backlog:
    """What waits for one dialer, or for a person."""

    by_state: Mapping[State, int]
    oldest: float | None  # when the oldest queued lead was received

    def oldest_age(self, now: float) -> float:
        """Seconds the oldest queued lead has waited."""
        return 0.0 if self.oldest is None else max(0.0, now - self.oldest)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One request to the dialer, as far as one lead is concerned."""

    attempt_id: str
    dialer: str
    action: str
    started_at: float
    finished_at: float
    http_status: int | None
    response: str | None
    outcome: str
    state: State
    reason_code: str | None
    message: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallEntry:
    """One Click to Call that was asked for with a lead."""

    id: str
    dialer: str
    agent_user: str
    mode: str  # preview | dial
    asked_by: str
    asked_at: float
    finished_at: float | None
    outcome: str  # asked | placed | rejected | refused | busy | not_sent | unknown | test
    reason_code: str | None
    message: str | None
    response: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """Everything that is known about one lead."""

    enquiry: Enquiry | None
    lead: LeadStatus
    phone: str
    fields: Mapping[str, str]
    extra: Mapping[str, Any]
    problems: tuple[Problem, ...]
    attempts: tuple[Attempt, ...]
    consents: tuple[Consent, ...] = ()
    calls: tuple[CallEntry, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Leads of one look, newest first; `after` fetches the next page, None when this is the last."""

    leads: tuple[LeadStatus, ...]
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A partner's key as it is stored: never the key itself."""

    public_id: str
    digest: str  # SHA-256 of the whole key, hex
    source: str
    mode: str  # live | test
    label: str
    created_at: float
    expires_at: float | None = None
    revoked_at: float | None = None
    last_used_at: float | None = None
    networks: tuple[str, ...] = ()  # from where it may be used; empty: from anywhere
    limits: tuple[str, ...] = ()  # its own quotas; empty: those its source has per key

    def usable(self, now: float) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something `verify` found wrong, and what to do about it."""

    code: str
    message: str
    next_step: str
    count: int = 1
    examples: tuple[str, ...] = ()  # ids, never values
