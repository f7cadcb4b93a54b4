"""USE CASE: a person asks to be called now, an agent's screen is told to dial, and both are written down."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, assert_never

import structlog

from gateway import metrics
from gateway.clock import Clock
from gateway.config import GatewayConfig
from gateway.delivery import Delivery
from gateway.dialer.outcome import (
    Busy,
    Call,
    CallAnswer,
    CallOutcome,
    Exchange,
    NotSent,
    Placed,
    Refused,
    Rejected,
    Unknown,
)
from gateway.leads.identity import new_id
from gateway.store import Store, StoreUnavailable
from gateway.store.calls import CallEnd, Leave, NewCall
from gateway.store.records import CallEntry, IdempotencyClaim, InFlight, Mismatched, Replayed

log = structlog.get_logger("gateway.calls")

SECONDS = 8.0  # in all: a call that rings minutes later is worse than an error
TEST = "test"  # the outcome that a rehearsed call is kept with


class Mode(StrEnum):
    """What the agent's screen does."""

    PREVIEW = "preview"  # shows the lead; the agent dials
    DIAL = "dial"  # dials at once


class Called(StrEnum):
    """What came of a call; only PLACED and UNKNOWN may ring."""

    PLACED = "placed"
    REJECTED = "rejected"  # the dialer refuses this call: the agent is not ready, the number is wrong
    REFUSED = "refused"  # the dialer refuses us
    BUSY = "busy"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"  # asked, and no usable answer
    REPEATED = "repeated"  # not asked: the number was called, or may have been, a moment ago
    SUPPRESSED = "suppressed"  # not asked: the number must not be called

    @property
    def may_ring(self) -> bool:
        """Whether a second call could reach a phone that rings already."""
        return self in (Called.PLACED, Called.UNKNOWN)


# What a dialer's answer means for a lead is not what it means for a call, which nobody sends again.
MESSAGES = {
    Called.PLACED: "The call stands on the agent's screen.",
    Called.BUSY: "The dialer has no room for this call. Nothing was dialed. Try again in a moment.",
    Called.NOT_SENT: "The dialer cannot be reached. Nothing was dialed. Try again later.",
    Called.UNKNOWN: (
        "The dialer gave no clear answer. The phone may ring: look at the agent's screen before you ask again."
    ),
    Called.REPEATED: "This number was called a moment ago, or may have been. Wait before you ask again.",
    Called.SUPPRESSED: "This person has opted out. The number must not be called.",
}
CODES = {Called.REPEATED: "call.repeated", Called.SUPPRESSED: "suppressed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class CallResult:
    """What may be told about a call; `id` is that of its row, empty where nothing was asked."""

    id: str
    called: Called
    reason_code: str | None
    message: str  # a sentence for people, redacted


class Parts(Protocol):
    """What a call needs of the running parts."""

    @property
    def config(self) -> GatewayConfig: ...
    @property
    def store(self) -> Store: ...
    @property
    def delivery(self) -> Delivery: ...
    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """One call as it is asked for."""

    dialer: str
    agent_user: str
    phone: str
    mode: str
    source: str
    asked_by: str
    lead_id: str | None = None
    prospects_id: str = ""
    phone_code: str = ""
    search: bool = True
    focus: bool = True


def call(
    services: Parts,
    *,
    dialer: str,
    agent_user: str,
    phone: str,
    mode: str,
    lead_id: str | None,
    source: str,
    asked_by: str,
    prospects_id: str = "",
    phone_code: str = "",
    search: bool = True,
    focus: bool = True,
    quiet: float = 0.0,
) -> CallResult:
    """Ask the dialer once, for `SECONDS` at most; never again by itself, and never later.

    A number that may have been called in the last `quiet` seconds is left in peace. Raises StoreUnavailable
    when the call cannot be written down: then it is not asked for.
    """
    order = Order(
        dialer=dialer,
        agent_user=agent_user,
        phone=phone,
        mode=mode,
        source=source,
        asked_by=asked_by,
        lead_id=lead_id,
        prospects_id=prospects_id,
        phone_code=phone_code,
        search=search,
        focus=focus,
    )
    return ring(services, order, quiet=quiet)


def ring(services: Parts, order: Order, *, quiet: float = 0.0) -> CallResult:
    """As `call`."""
    new = _new_call(services, order)
    leave = services.store.calls.ask(new, quiet=quiet)
    if leave is not Leave.GIVEN:
        return _left_alone(new, Called(leave.value))
    return _asked(services, new, order)


def leave_out(services: Parts, order: Order, why: str) -> None:
    """A call that was due and comes too late now: nobody is asked, and its row says why."""
    new = _new_call(services, order)
    if services.store.calls.ask(new) is not Leave.GIVEN:
        return
    result = CallResult(id=new.id, called=Called.NOT_SENT, reason_code="call.left_out", message=why)
    nothing = Exchange(action="manual_dial", http_status=None, response="", seconds=0.0)
    outcome = NotSent(code="call.left_out", message=why)
    _write_down(services, new, result, CallAnswer(outcome=outcome, exchange=nothing))


def call_once(
    services: Parts, order: Order, *, claim: IdempotencyClaim | None, rehearsed: CallOutcome | None = None
) -> CallResult | Replayed | InFlight | Mismatched:
    """As `call`, unless the claim was used before; what is `rehearsed` is written down and never dialed."""
    new = _new_call(services, order)
    calls = services.store.calls
    leave = calls.ask(new) if claim is None else calls.ask_once(new, claim)
    if not isinstance(leave, Leave):
        return leave
    if leave is not Leave.GIVEN:
        return _left_alone(new, Called(leave.value))
    return _asked(services, new, order) if rehearsed is None else _rehearsed(services, new, rehearsed)


def result_of(entry: CallEntry) -> CallResult:
    """What is known of a call whose process may have died: then it may ring, and nobody knows."""
    known = entry.outcome in frozenset(Called)
    called = Called(entry.outcome) if known else Called.UNKNOWN
    message = entry.message if known and entry.message else MESSAGES[Called.UNKNOWN]
    return CallResult(
        id=entry.id,
        called=called,
        reason_code=entry.reason_code if known else "call.unknown",
        message=message,
    )


def _new_call(services: Parts, order: Order) -> NewCall:
    now = services.clock.now()
    return NewCall(
        id=new_id(now),
        source=order.source,
        dialer=order.dialer,
        agent_user=order.agent_user,
        phone=order.phone,
        mode=Mode(order.mode).value,
        lead_id=order.lead_id,
        asked_by=order.asked_by,
        asked_at=now,
    )


def _asked(services: Parts, new: NewCall, order: Order) -> CallResult:
    answer = services.delivery.calls.place(
        order.dialer,
        Call(
            agent_user=order.agent_user,
            value=order.phone,
            search=order.search,
            preview=new.mode == Mode.PREVIEW,
            focus=order.focus,
            phone_code=order.phone_code,
            prospects_id=order.prospects_id,
            seconds=SECONDS,
        ),
    )
    result = _result(new, answer.outcome)
    _write_down(services, new, result, answer)
    return result


def _rehearsed(services: Parts, new: NewCall, outcome: CallOutcome) -> CallResult:
    result = _result(new, outcome)
    # No outcome of a real call: it must neither ring nor keep a number in peace.
    end = CallEnd(
        outcome=TEST,
        reason_code=result.reason_code,
        message=result.message,
        http_status=None,
        response="",
        finished_at=services.clock.now(),
    )
    services.store.calls.finish(new.id, end)
    log.info("call.rehearsed", call=new.id, source=new.source, outcome=result.called)
    return result


def _left_alone(new: NewCall, called: Called) -> CallResult:
    log.info("call.left_alone", lead=new.lead_id, source=new.source, outcome=called)
    metrics.called(new.dialer, called)
    return CallResult(id="", called=called, reason_code=CODES[called], message=MESSAGES[called])


def _result(new: NewCall, outcome: CallOutcome) -> CallResult:
    called, code, message = _told(outcome)
    return CallResult(id=new.id, called=called, reason_code=code, message=message)


def _told(outcome: CallOutcome) -> tuple[Called, str | None, str]:
    match outcome:
        case Placed():
            return Called.PLACED, None, MESSAGES[Called.PLACED]
        case Rejected():
            return _rejected(outcome)
        case Refused():
            return Called.REFUSED, outcome.code, outcome.message
        case Busy():
            return Called.BUSY, outcome.code, MESSAGES[Called.BUSY]
        case NotSent():
            return Called.NOT_SENT, outcome.code, MESSAGES[Called.NOT_SENT]
        case Unknown():
            return Called.UNKNOWN, outcome.code, _unclear(outcome)
        case _:
            assert_never(outcome)


def _rejected(outcome: Rejected) -> tuple[Called, str | None, str]:
    """By the dialer, or by our own list while the call waited for its turn."""
    if outcome.code == CODES[Called.SUPPRESSED]:
        return Called.SUPPRESSED, outcome.code, MESSAGES[Called.SUPPRESSED]
    return Called.REJECTED, outcome.code, outcome.message


def _unclear(outcome: Unknown) -> str:
    """Words nobody knows are shown as they came, redacted: they are all there is to go by."""
    _, said, quoted = outcome.message.partition(' It said: "')
    return MESSAGES[Called.UNKNOWN] + said + quoted


def _write_down(services: Parts, new: NewCall, result: CallResult, answer: CallAnswer) -> None:
    end = CallEnd(
        outcome=result.called.value,
        reason_code=result.reason_code,
        message=result.message,
        http_status=answer.exchange.http_status,
        response=answer.exchange.response,
        finished_at=services.clock.now(),
    )
    try:
        services.store.calls.finish(new.id, end)
    except StoreUnavailable as error:
        # The row goes on saying "asked": that it may have rung is true, and all that is known then.
        log.error("call.not_recorded", call=new.id, outcome=result.called, reason=error.code)
    log.info(
        "call.asked",
        call=new.id,
        lead=new.lead_id,
        source=new.source,
        dialer=new.dialer,
        agent=new.agent_user,
        mode=new.mode,
        outcome=result.called,
        reason=result.reason_code,
        http_status=answer.exchange.http_status,
        ms=round(answer.exchange.seconds * 1000, 1),
    )
    metrics.called(new.dialer, result.called)
