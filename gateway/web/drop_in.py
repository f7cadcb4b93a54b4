"""The dialer's own address: its three actions and its answers, for programs that know no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from flask import Blueprint, Response, g, request

from gateway import rehearsal
from gateway.capture import Bad, Captured, capture
from gateway.capture_batch import Outcome, Row, capture_batch
from gateway.click_to_call import CallResult, Mode, Order, call_once
from gateway.leads.lead import Submission
from gateway.leads.make import phone_rules
from gateway.leads.phone import read_phone
from gateway.leads.reasons import FieldError
from gateway.sources import elision, elision_rules
from gateway.sources.elision import Parameters
from gateway.web import drop_in_answers as answers
from gateway.web import errors, intake, quotas, rehearsals
from gateway.web.context import client_address, services
from gateway.web.drop_in_answers import ADD_LEAD, ADD_MULTI_LEAD, MANUAL_DIAL, Document
from gateway.web.preferences import wait_of

blueprint = Blueprint("drop_in", __name__)

_NO_REPLAY = "a request without an Idempotency-Key cannot be a replay"


@blueprint.route(elision.PATH, methods=["GET", "POST"])
def main() -> Response:
    """One action of the dialer's document."""
    if request.method == "HEAD":  # asks whether somebody is here; nothing may come of it
        return Response(content_type=answers.CONTENT_TYPE)
    action = g.parameters.get("action", "")
    perform = ACTIONS.get(action)
    if perform is None:
        missing = elision_rules.WRONG_ACTION if action else elision_rules.NO_ACTION
        return answers.reply(answers.wrong_action(missing))
    return answers.reply(perform(g.parameters))


def add_lead(asked: Parameters) -> Document:
    """One lead, kept, and what its dialer said of it while the caller waited."""
    known = g.source.options.get("unknown_fields") == "keep" or not elision.unknown_names(asked)
    lists = elision_rules.lists_of(g.source)
    problem = elision_rules.why_no_lead(asked, lists, knows_every_name=known) or _why_nobodys(asked)
    if problem is not None:
        return answers.refused(problem, ADD_LEAD)
    submission = elision.submission_of(g.source, asked, asked)
    _rehearse(submission)
    result = capture(
        services(),
        g.source,
        intake.enquiry_of(g.source, g.inbound),
        submission,
        wait=_wait(),
        strict=False,
        quarantine=False,
        test=_is_test(),
    )
    return _told(ADD_LEAD, asked, result)


def add_multi_lead(asked: Parameters) -> Document:
    """Many leads in one commit; one that cannot be a lead keeps no other from being one."""
    if problem := elision_rules.why_no_rows(asked):
        return answers.refused(problem, ADD_MULTI_LEAD)
    sent = elision_rules.rows_of(asked["multi_leads"])
    if sent is None:
        return answers.refused(elision_rules.JSON_SYNTAX, ADD_MULTI_LEAD)
    if len(sent) > elision_rules.MOST_LEADS:
        return answers.refused(elision_rules.TOO_MANY_LEADS, ADD_MULTI_LEAD)
    quotas.count_rows(len(sent))
    lists = elision_rules.lists_of(g.source)
    problems = [elision_rules.why_not_this_row(row, lists) or _why_nobodys(row) for row in sent]
    good = [row for row, problem in zip(sent, problems, strict=True) if problem is None]
    results = _captured(asked, good)
    told = iter([_told(ADD_MULTI_LEAD, row, result) for row, result in zip(good, results, strict=True)])
    return answers.rows_answer(
        [answers.refused(problem, ADD_MULTI_LEAD) if problem else next(told) for problem in problems]
    )


def manual_dial(asked: Parameters) -> Document:
    """One call, asked for once: a call that rings minutes later is worse than an error."""
    agents = g.source.options.get("call_agents", "").split()
    if problem := elision_rules.why_no_call(asked, agents):
        return answers.refused(problem, MANUAL_DIAL)
    order = _order(asked)
    rehearsed = rehearsal.call_outcome(order.phone) if _is_test() else None
    result = call_once(services(), order, claim=None, rehearsed=rehearsed)
    if not isinstance(result, CallResult):
        raise TypeError(_NO_REPLAY)
    return answers.call_answer(asked, result)


ACTIONS: Mapping[str, Callable[[Parameters], Document]] = MappingProxyType(
    {ADD_LEAD: add_lead, ADD_MULTI_LEAD: add_multi_lead, MANUAL_DIAL: manual_dial}
)


@blueprint.errorhandler(Exception)
def explain(error: Exception) -> Response:
    """Every refusal in the shape such a client reads; what the document knows has its words and its status."""
    refusal = errors.refusal_of(error)
    code, action = refusal.reason_code, g.get("parameters", {}).get("action", "")
    if code in ("auth.required", "auth.refused", "auth.address"):
        return answers.reply(answers.refused(answers.LOGIN_INCORRECT))
    if code in ("access.refused", "auth.source_gone"):
        return answers.reply(
            answers.refused(elision_rules.NO_PERMISSION, action if action in ACTIONS else ADD_LEAD)
        )
    document = answers.refused(refusal.reason.title.upper(), action if action in ACTIONS else "")
    response = answers.reply(document, refusal.reason.status)
    response.headers.extend(refusal.headers)
    return response


def _told(action: str, asked: Parameters, result: Outcome) -> Document:
    match result:
        case Bad(problems=problems):
            return answers.bad_lead(action, problems)
        case Captured(status=status, first=first):
            pending_is_success = g.source.options.get("when_pending") == "success"
            lead = first or rehearsal.told(status)
            return answers.lead_answer(action, asked, lead, pending_is_success=pending_is_success)
        case _:
            raise TypeError(_NO_REPLAY)


def _captured(asked: Parameters, rows: Sequence[Parameters]) -> Sequence[Outcome]:
    batch = [_row(asked, row) for row in rows]
    _rehearse(*(each.submission for each in batch))
    match capture_batch(services(), g.source, batch, wait=_wait(), strict=False, test=_is_test()):
        case tuple() as outcomes:
            return outcomes
        case _:
            raise TypeError(_NO_REPLAY)


def _row(asked: Parameters, row: Parameters) -> Row:
    alone = elision.request_of_row(g.inbound, asked, row)
    return Row(
        enquiry=intake.enquiry_of(g.source, alone),
        submission=elision.submission_of(g.source, row, asked),
    )


def _wait() -> float:
    return wait_of(request.headers.get("Prefer", ""), g.source.wait).seconds


def _rehearse(*submissions: Submission) -> None:
    """A test key's numbers that stand for a refusal are refused."""
    if _is_test():
        rehearsals.refuse(g.source, *submissions)


def _is_test() -> bool:
    return g.key is not None and g.key.mode == "test"


def _order(asked: Parameters) -> Order:
    dialer, value = services().config.dialers[g.source.dialer], asked["value"]
    # As leads have it, so that an opt-out holds here too. A service's number is no lead's, yet agents call it;
    # and behind a country's code the dialer wants the number as it is.
    phone = value if asked.get("phone_code") else _number(value) or value
    return Order(
        dialer=dialer.name,
        agent_user=asked.get("agent_user", ""),
        phone=phone,
        mode=Mode.PREVIEW if _says_yes(asked, "preview", otherwise="NO") else Mode.DIAL,
        source=g.source.name,
        asked_by=f"key {g.key.public_id}" if g.key else f"client {client_address()}",
        prospects_id=elision_rules.reference_for(dialer, asked),
        phone_code=asked.get("phone_code", ""),
        search=_says_yes(asked, "search"),
        focus=_says_yes(asked, "focus"),
    )


def _why_nobodys(asked: Parameters) -> str | None:
    """The number that is asked for is the one that counts: a good MobileNo beside it must not be dialed instead."""
    return elision_rules.PHONE_INVALID if _number(asked["phone_number"]) is None else None


def _number(text: str) -> str | None:
    """What is dialed for `text`; None for a number of nobody."""
    try:
        return read_phone(text, phone_rules(g.source, services().config)).digits
    except FieldError:
        return None


def _says_yes(asked: Parameters, name: str, *, otherwise: str = "YES") -> bool:
    """What is left out is as in the document's sample."""
    return (asked.get(name) or otherwise).upper() == "YES"
