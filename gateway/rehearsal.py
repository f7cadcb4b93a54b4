"""What a test key is answered for certain numbers, so that an integrator can try every outcome; nothing is dialed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from gateway.dialer.messages import REASONS
from gateway.dialer.outcome import Busy, CallOutcome, NotSent, Placed, Refused, Rejected, Scope, Unknown
from gateway.leads.lead import LeadStatus, State

PREFIX = "test."  # of the reason a rehearsed lead is kept with, beside its state `test`


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """Where a lead is said to stand, at first and when it is asked for later."""

    name: str
    state: State
    later: State
    reason_code: str | None = None
    lead_id: str | None = None
    refusal: str = ""  # nothing is kept: the answer is this problem
    retry_after: int = 0

    @property
    def kept_as(self) -> str:
        return PREFIX + self.name


def _lead(name: str, state: State, reason_code: str | None = None, later: State | None = None) -> Rehearsal:
    return Rehearsal(
        name=name,
        state=state,
        later=later or state,
        reason_code=reason_code,
        lead_id="1764" if State.DELIVERED in (state, later) or state is State.DUPLICATE else None,
    )


def _refusal(code: str, retry_after: int = 0) -> Rehearsal:
    return Rehearsal(name=code, state=State.TEST, later=State.TEST, refusal=code, retry_after=retry_after)


LEADS: Mapping[str, Rehearsal] = MappingProxyType(
    {
        "9999900201": _lead("delivered", State.DELIVERED),
        "9999900202": _lead("queued", State.QUEUED, later=State.DELIVERED),
        "9999900203": _lead("held", State.HELD, "list.not_found"),
        "9999900204": _lead("unconfirmed", State.UNCONFIRMED, "dialer.timeout"),
        "9999900205": _lead("duplicate", State.DUPLICATE, "duplicate"),
        "9999900421": _lead("rejected", State.REJECTED, "phone.invalid"),
        "9999900422": _lead("suppressed", State.SUPPRESSED, "suppressed"),
        "9999900423": _lead("dead", State.DEAD, "dialer.unreachable"),
        "9999900409": _refusal("idempotency.running", 1),
        "9999900429": _refusal("rate.exceeded", 5),
        "9999900500": _refusal("gateway.error"),
        "9999900503": _refusal("storage.locked", 5),
    }
)
_BY_NAME = MappingProxyType({each.kept_as: each for each in LEADS.values() if not each.refusal})


def _rejected(code: str) -> Rejected:
    return Rejected(code=code, message=REASONS[code])


CALLS: Mapping[str, CallOutcome] = MappingProxyType(
    {
        "9999900201": Placed(),
        "9999900301": _rejected("agent.not_logged_in"),
        "9999900302": _rejected("agent.not_paused"),
        "9999900303": _rejected("agent.not_allowed"),
        "9999900304": _rejected("phone.invalid"),
        "9999900305": _rejected("phone.required"),
        "9999900306": Refused(code="action.required", message=REASONS["action.required"], scope=Scope.LINE),
        "9999900307": Refused(code="login.incorrect", message=REASONS["login.incorrect"], scope=Scope.LOGIN),
        "9999900308": Busy(code="dialer.busy", message=REASONS["dialer.busy"]),
        "9999900309": NotSent(code="dialer.unreachable", message=REASONS["dialer.unreachable"]),
        "9999900310": Unknown(code="dialer.timeout", message=REASONS["dialer.timeout"]),
    }
)


def rehearsal_of(phone: str) -> Rehearsal | None:
    """What this number stands for; None where it is any number."""
    return LEADS.get(phone)


def call_outcome(phone: str) -> CallOutcome:
    """What the dialer is said to answer; any number but those of CALLS is placed."""
    return CALLS.get(phone, Placed())


def told(status: LeadStatus, *, later: bool = False) -> LeadStatus:
    """A lead of a test key as it is told to its sender; every other lead as it is."""
    rehearsal = _BY_NAME.get(status.reason_code or "") if status.state is State.TEST else None
    if rehearsal is None:
        return status
    state = rehearsal.later if later else rehearsal.state
    delivered = state in (State.DELIVERED, State.DUPLICATE)
    return replace(
        status,
        state=state,
        reason_code=rehearsal.reason_code,
        message=REASONS.get(rehearsal.reason_code or ""),
        duplicate_of=status.id if state is State.DUPLICATE else None,
        dialer_lead_id=rehearsal.lead_id if delivered else None,
        dialer_list_id=status.list_id if delivered else None,
        dialer_status="NEW" if delivered else None,
    )
