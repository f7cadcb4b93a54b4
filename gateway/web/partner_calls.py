"""`POST /v1/calls`: asks for one call, once, and tells what came of it as an answer or a problem of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

import orjson
from flask import g

from gateway import rehearsal
from gateway.click_to_call import Called, CallResult, Mode, Order, call_once, result_of
from gateway.config import SourceConfig
from gateway.delivery.pausing import PAUSED
from gateway.leads.lead import State
from gateway.sources.base import Inbound
from gateway.sources.body import read_fields
from gateway.store.records import ApiKey, InFlight, Mismatched, Replayed, Story
from gateway.web import answers, idempotency
from gateway.web.answers import Answer
from gateway.web.call_requests import CallRequest, read_call
from gateway.web.context import services
from gateway.web.errors import Refusal

ROUTE = "/v1/calls"
_OWN = frozenset({"agent.not_logged_in", "agent.not_paused", "agent.not_allowed", "agent.already_queued"})
_REFUSALS = {
    Called.REFUSED: "call.dialer_refuses",
    Called.BUSY: "call.busy",
    Called.NOT_SENT: "call.not_sent",
    Called.UNKNOWN: "call.unknown",
    Called.REPEATED: "call.repeated",
    Called.SUPPRESSED: "call.suppressed",
}
_RETRY_AFTER = {Called.BUSY: "5", Called.NOT_SENT: "15"}


def partner_call(source: SourceConfig, key: ApiKey, inbound: Inbound) -> Answer:
    """One call of a partner or a CRM: never retried, never queued."""
    test = key.mode == "test"
    owner = f"{source.name}:test" if test else source.name
    claim = idempotency.claim_of(inbound, owner=owner, route=ROUTE)
    order, test_lead = _order(source, key, inbound)
    rehearsed = rehearsal.call_outcome(order.phone) if test or test_lead else None
    result = call_once(services(), order, claim=claim, rehearsed=rehearsed)
    if isinstance(result, Replayed):
        return idempotency.replayed(result)
    if isinstance(result, Mismatched):
        raise Refusal("idempotency.reused")
    if isinstance(result, InFlight):
        return _unanswered(result, order)
    answer = _answer(result, order)
    if claim is not None:
        idempotency.remember(services(), claim, answer, result.id)
    return answer


# -- asking --------------------------------------------------------------------------------------------------


def _order(source: SourceConfig, key: ApiKey, inbound: Inbound) -> tuple[Order, bool]:
    """What is asked for, and whether it is about a lead that is only a test."""
    read = read_call(read_fields(inbound, plain_text=False, repeats=False), source, services().config)
    if not isinstance(read, CallRequest):
        raise Refusal("call.invalid", reason_code=read[0].code, problems=read)
    allowed = source.options.get("call_agents", "").split()
    if allowed and read.agent_user not in allowed:
        raise Refusal("call.agent_not_yours")
    asked_by = f"key {key.public_id}" + (f" ({read.origin})" if read.origin else "")
    order = Order(
        dialer=source.dialer,
        agent_user=read.agent_user,
        phone=read.phone,
        mode=Mode.PREVIEW if read.preview else Mode.DIAL,
        source=source.name,
        asked_by=asked_by,
        prospects_id=read.prospects_id,
        phone_code=read.phone_code,
        search=read.search,
        focus=read.focus,
    )
    return _of_lead(order, read.lead_id) if read.lead_id else (order, False)


def _of_lead(order: Order, lead_id: str) -> tuple[Order, bool]:
    """The same for a stored lead: its own dialer, number and reference."""
    story = services().store.story(lead_id) if lead_id != "-" else None
    if story is None or story.lead.source != g.source.name:
        raise Refusal("lead.not_found")
    if not story.phone:
        raise Refusal("call.lead_without_number")
    dialer = story.lead.dialer or ""
    if dialer not in services().config.dialers:
        raise Refusal("call.no_dialer")
    reference = order.prospects_id or _reference(story)
    found = replace(order, dialer=dialer, phone=story.phone, lead_id=lead_id, prospects_id=reference)
    return found, story.lead.state is State.TEST


def _reference(story: Story) -> str:
    return story.fields.get("prospects_id", "")


# -- answering -----------------------------------------------------------------------------------------------


def _answer(result: CallResult, order: Order) -> Answer:
    members = {"call": _call(result, order), "dialer": {"name": order.dialer}}
    if result.called is Called.PLACED:
        told = {"outcome": "success", "reason_code": None, "retryable": False}
        return Answer(status=200, body=orjson.dumps({**told, **members, "message": result.message}))
    headers = {"Retry-After": _RETRY_AFTER[result.called]} if result.called in _RETRY_AFTER else {}
    code = _code(result)
    refusal = Refusal(
        code,
        reason_code=result.reason_code,
        # Where the dialer refuses us, its next step is for the operator and stands in the call's row.
        detail=None if result.called in (Called.REFUSED, Called.NOT_SENT) else result.message,
        members=members,
    )
    return answers.refused(refusal, headers=headers)


def _code(result: CallResult) -> str:
    if result.reason_code == PAUSED:
        return "call.dialer_paused"
    if result.called is not Called.REJECTED:
        return _REFUSALS[result.called]
    if result.reason_code in _OWN:
        return result.reason_code
    return "call.number_refused" if (result.reason_code or "").startswith("phone.") else "call.refused"


def _call(result: CallResult, order: Order) -> dict[str, Any]:
    told: dict[str, Any] = {"id": result.id or None, "status": result.called, "mode": order.mode}
    if order.lead_id:
        told["lead_id"] = order.lead_id
    return told


def _unanswered(first: InFlight, order: Order) -> Answer:
    """The first request runs, or its process died: then its row is the answer, and it is not asked again."""
    entry = services().store.calls.find(first.lead_id) if first.lead_id else None
    if entry is None:
        _still_running()
    answer = _answer(result_of(entry), order)
    return replace(answer, headers={**answer.headers, "Idempotent-Replayed": "true"})


def _still_running() -> NoReturn:
    raise idempotency.running()
