"""The numbers that stand for an outcome with a test key, as rows of a table, from the rehearsals themselves."""

from __future__ import annotations

from gateway import rehearsal
from gateway.dialer.outcome import Busy, CallOutcome, NotSent, Placed, Refused, Rejected, Unknown
from gateway.leads.lead import State
from gateway.rehearsal import Rehearsal
from gateway.web import answers
from gateway.web.reasons import REASONS

Row = tuple[str, str, str]
_OWN_STATUS = {"agent.not_logged_in": 409, "agent.not_paused": 409, "agent.not_allowed": 403}


def lead_rows() -> tuple[Row, ...]:
    """Number, HTTP status, and what the answer says."""
    return tuple(
        (f"`{number}`", str(lead_status(each)), _said(each)) for number, each in rehearsal.LEADS.items()
    )


def call_rows() -> tuple[Row, ...]:
    """The same for calls."""
    return tuple(
        (f"`{number}`", str(call_status(outcome)), _told(outcome))
        for number, outcome in rehearsal.CALLS.items()
    )


def lead_status(each: Rehearsal) -> int:
    """The HTTP status of POST /v1/leads with this number."""
    if each.refusal:
        return REASONS[each.refusal].status
    return answers.status_of(each.state)


def call_status(outcome: CallOutcome) -> int:
    """The HTTP status of POST /v1/calls with this number."""
    match outcome:
        case Placed():
            return 200
        case Rejected(code=code):
            return _OWN_STATUS.get(code, 422)
        case Refused():
            return 502
        case Busy() | NotSent():
            return 503
        case Unknown():
            return 504


def _said(each: Rehearsal) -> str:
    if each.refusal:
        wait = f", `Retry-After: {each.retry_after}`" if each.retry_after else ""
        return f"`{each.refusal}`{wait}"
    words = f"`{each.state}`"
    if each.reason_code and each.reason_code not in (each.state.value, "suppressed"):
        words += f", `{each.reason_code}`"
    if each.later is not each.state:
        words += f"; asked later it is `{each.later}`"
    if each.lead_id and each.state in (State.DELIVERED, State.DUPLICATE):
        words += f", Lead ID {each.lead_id}"
    return words


def _told(outcome: CallOutcome) -> str:
    return "`placed`" if isinstance(outcome, Placed) else f"`{outcome.code}`"
