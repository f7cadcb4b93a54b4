"""What an outcome means for a lead: the next state, and when to try again; pure, no clock and no dice of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import assert_never

from gateway.config import OnUnknown
from gateway.dialer.outcome import Busy, Created, Duplicate, NotSent, Outcome, Refused, Rejected, Unknown
from gateway.leads.lead import State

FIRST_RETRIES = (1.0, 5.0, 15.0, 60.0)  # seconds; then doubling
LONGEST_PAUSE = 4 * 3600.0
LIFETIME = 7 * 86400.0  # after this a lead is dead: kept, re-sendable, no longer tried by itself
FAIR_CHANCE = (
    10  # tries that even an old lead gets, about an hour: sent again by hand, or stranded behind a hold
)
JITTER = 0.2
LOOK_UP_AFTER = 7.0  # the insert may still wait behind a lock in the dialer


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What becomes of the lead after one attempt."""

    state: State
    outcome: str
    reason_code: str | None = None
    message: str | None = None
    next_at: float | None = None
    possible_duplicate: bool = False
    dialer_lead_id: str | None = None
    dialer_list_id: str | None = None
    dialer_status: str | None = None


def pause_before(attempt: int, dice: float) -> float:
    """Seconds until try number `attempt` + 1, where `attempt` tries were made; `dice` in [0, 1) spreads it ±20 %."""
    index = max(attempt, 1) - 1
    if index < len(FIRST_RETRIES):
        base = FIRST_RETRIES[index]
    else:
        # The exponent is capped before the power: attempt counts have no upper bound.
        base = min(FIRST_RETRIES[-1] * 2.0 ** min(index - len(FIRST_RETRIES) + 1, 20), LONGEST_PAUSE)
    return base * (1 - JITTER + 2 * JITTER * dice)


def decide(  # noqa: PLR0911 - one return for each kind of outcome
    outcome: Outcome, *, attempts: int, received_at: float, on_unknown: OnUnknown, now: float, dice: float
) -> Decision:
    """The decision after attempt number `attempts` (this one included) ended with `outcome`."""
    match outcome:
        case Created():
            return Decision(
                state=State.DELIVERED,
                outcome="created",
                reason_code=outcome.code,
                message=outcome.message or None,
                dialer_lead_id=outcome.lead_id,
                dialer_list_id=outcome.list_id,
                dialer_status=outcome.status,
            )
        case Duplicate():
            return Decision(
                state=State.DELIVERED,
                outcome="duplicate",
                reason_code=outcome.code,
                message=outcome.message,
                dialer_lead_id=outcome.lead_id,
            )
        case Rejected():
            return _ended(State.REJECTED, "rejected", outcome.code, outcome.message)
        case Refused():
            return _ended(State.HELD, "refused", outcome.code, outcome.message)
        case Busy():
            wait = max(pause_before(attempts, dice), outcome.retry_after or 0.0)
            return _again("busy", outcome, attempts, received_at, now, wait)
        case NotSent():
            return _again("not_sent", outcome, attempts, received_at, now, pause_before(attempts, dice))
        case Unknown():
            return _unknown(outcome, attempts, received_at, on_unknown, now, dice)
        case _:
            assert_never(outcome)


def _ended(state: State, outcome: str, code: str, message: str) -> Decision:
    return Decision(state=state, outcome=outcome, reason_code=code, message=message)


def _again(
    name: str,
    outcome: Busy | NotSent | Unknown,
    attempts: int,
    received_at: float,
    now: float,
    wait: float,
) -> Decision:
    if now - received_at >= LIFETIME and attempts >= FAIR_CHANCE:
        return _ended(State.DEAD, name, outcome.code, outcome.message)
    return Decision(
        state=State.QUEUED,
        outcome=name,
        reason_code=outcome.code,
        message=outcome.message,
        next_at=now + wait,
    )


def _unknown(
    outcome: Unknown, attempts: int, received_at: float, on_unknown: OnUnknown, now: float, dice: float
) -> Decision:
    if on_unknown is OnUnknown.RESEND and outcome.resend:
        pause = pause_before(attempts, dice)
        return replace(_again("unknown", outcome, attempts, received_at, now, pause), possible_duplicate=True)
    looked_up_at = now + LOOK_UP_AFTER if on_unknown is OnUnknown.LOOKUP else None
    return Decision(
        state=State.UNCONFIRMED,
        outcome="unknown",
        reason_code=outcome.code,
        message=outcome.message,
        next_at=looked_up_at,
    )
