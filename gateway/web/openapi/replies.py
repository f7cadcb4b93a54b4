"""Documented answers: the headers they carry, and problems grouped by their HTTP status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from gateway.leads.reasons import PROBLEMS
from gateway.web.call_requests import PROBLEMS as CALL_PROBLEMS
from gateway.web.errors import problem_type
from gateway.web.openapi.answer_schemas import CALL_ID, LEAD_ID, MOMENT, ref
from gateway.web.reasons import REASONS

PROBLEM = "application/problem+json"
REQUEST = "urn:uuid:0f5cfa52-6d0e-4a06-9a3b-6a1c6b1f0d11"

ASKING = ("auth.required", "auth.refused", "auth.key_in_query", "auth.address", "auth.source_gone")
ALWAYS = (
    "request.invalid",
    "host.missing",
    "rate.exceeded",
    "storage.full",
    "storage.error",
    "storage.locked",
    "gateway.error",
)
WHOLE = ("body.too_large", "body.cut_off")
READING = (
    *WHOLE,
    "body.too_many_fields",
    "body.encoded",
    "body.charset",
    "body.media_type",
    "body.not_utf8",
    "body.not_json",
    "body.too_deep",
    "body.number",
    "body.surrogate",
)
READING_A_FORM = ("body.multipart", "body.file", "field.duplicate")
AGAIN = ("idempotency.invalid", "idempotency.running", "idempotency.reused")
REFUSED_LEAD = ("lead.invalid", "lead.rejected", "lead.suppressed", "lead.dead", "cap.daily")

_FIELD = {
    "pointer": "#/mobile_no",
    "field": "mobile_no",
    "code": "phone.too_short",
    "detail": PROBLEMS["phone.too_short"],
}
_A_SLIP_OF_OURS = "gateway.unguarded"  # that no caller can meet
_AGENT = {
    "pointer": "#/agent_user",
    "field": "agent_user",
    "code": "call.agent_missing",
    "detail": CALL_PROBLEMS["call.agent_missing"],
}
# Where the reason_code of an answer is narrower than the code the answer is documented by.
_INNER = {
    "lead.invalid": "phone.too_short",
    "lead.rejected": "phone.invalid",
    "lead.suppressed": "suppressed",
    "lead.dead": "dialer.unreachable",
    "call.invalid": "call.agent_missing",
    "call.number_refused": "phone.invalid",
    "call.suppressed": "suppressed",
    "call.refused": "request.refused",
    "call.dialer_refuses": "login.incorrect",
    "call.dialer_paused": "dialer.paused",
    "call.busy": "dialer.busy",
    "call.not_sent": "dialer.unreachable",
    "call.unknown": "dialer.timeout",
}
_MEMBERS: Mapping[str, dict[str, Any]] = {
    "lead.invalid": {"errors": [_FIELD]},
    "call.invalid": {"errors": [_AGENT]},
    "rate.exceeded": {"violated-policies": ["key-60s"]},
    "cap.daily": {"violated-policies": ["daily-cap"]},
}
_STATUS_OF_A_CALL = {
    "call.number_refused": "rejected",
    "call.refused": "rejected",
    "call.dialer_refuses": "refused",
    "call.dialer_paused": "refused",
    "call.busy": "busy",
    "call.not_sent": "not_sent",
    "call.unknown": "unknown",
    "agent.not_logged_in": "rejected",
    "agent.not_paused": "rejected",
    "agent.not_allowed": "rejected",
    "agent.already_queued": "rejected",
}
_STANDING = ("RateLimit-Policy", "RateLimit")
_OF_STATUS = {
    401: ("WWW-Authenticate",),
    409: ("Retry-After", "Idempotent-Replayed"),
    422: ("Location", "Idempotent-Replayed", "Preference-Applied"),
    429: ("Retry-After",),
    502: ("Idempotent-Replayed",),
    503: ("Retry-After", "Idempotent-Replayed"),
    504: ("Idempotent-Replayed",),
}


def headers() -> dict[str, Any]:
    """Every header by its name in `components`."""
    return {
        "X-Request-Id": _header("This request's own number: tell it to the operator when you ask about it."),
        "RateLimit-Policy": _header("The quotas that count for you.", '"key-60s";q=3000;w=60'),
        "RateLimit": _header(
            "What is left of the tightest quota, and when there is more.", '"key-60s";r=2999;t=60'
        ),
        "Retry-After": _header("Seconds to wait before the same request is sent again.", "1"),
        "Location": _header("Where the lead can be asked for; the same as status_url."),
        "Idempotent-Replayed": _header("`true` where this is the answer of an earlier request.", "true"),
        "Preference-Applied": _header("The wait that was granted.", "wait=10"),
        "WWW-Authenticate": _header("How to prove who you are.", 'Bearer realm="leads"'),
    }


def examples() -> dict[str, Any]:
    """Every problem by its code in `components`."""
    return {
        code: {"summary": REASONS[code].title, "value": example_problem(code)} for code in codes_of_partners()
    }


def codes_of_partners() -> tuple[str, ...]:
    """Every code that somebody who sends leads can meet; those of the operators' console are not among them."""
    return tuple(code for code in REASONS if code != _A_SLIP_OF_OURS and not code.startswith("console."))


def told(
    description: str, schema: dict[str, Any], examples: dict[str, Any], *, located: bool = False
) -> dict[str, Any]:
    """A JSON answer that is no problem."""
    names = ("X-Request-Id", *_STANDING, *(("Location",) if located else ()))
    shown = {name: {"value": value} for name, value in examples.items()}
    return {
        "description": description,
        "headers": _refs(names),
        "content": {"application/json": {"schema": schema, "examples": shown}},
    }


def with_headers(response: dict[str, Any], *names: str) -> dict[str, Any]:
    """The response with headers it sometimes has."""
    return response | {"headers": response["headers"] | _refs(names)}


def problems(*codes: str) -> dict[str, Any]:
    """The responses of these reason codes, by status."""
    ordered = sorted(codes, key=lambda code: REASONS[code].status)
    return {
        str(status): _problems_of(status, list(group))
        for status, group in groupby(ordered, key=lambda code: REASONS[code].status)
    }


def example_problem(code: str) -> dict[str, Any]:
    """What this refusal looks like."""
    reason = REASONS[code]
    reason_code = _INNER.get(code, code)
    document = {
        "type": problem_type(reason.status, reason_code),
        "title": reason.title,
        "status": reason.status,
        "detail": reason.sentence,
        "instance": REQUEST,
        "outcome": reason.outcome,
        "reason_code": reason_code,
        "retryable": reason.retryable,
    }
    return document | _more(code)


def _more(code: str) -> dict[str, Any]:
    """The members that this problem has beside those of every problem."""
    if code in _MEMBERS:
        return _MEMBERS[code]
    if code in ("lead.rejected", "lead.suppressed", "lead.dead"):
        return {"lead": _kept(code.removeprefix("lead.")), "dialer": None, "warnings": []}
    if code in _STATUS_OF_A_CALL:
        call = {"id": CALL_ID, "status": _STATUS_OF_A_CALL[code], "mode": "dial"}
        return {"call": call, "dialer": {"name": "main"}}
    return {}


def _kept(status: str) -> dict[str, Any]:
    return {"id": LEAD_ID, "status": status, "source": "partner", "received_at": MOMENT}


def _problems_of(status: int, codes: list[str]) -> dict[str, Any]:
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
    return {
        "description": f"{REASONS[codes[0]].title}." if len(codes) == 1 else "One of these, by reason_code.",
        "headers": _refs(("X-Request-Id", *_OF_STATUS.get(status, ()), *(_STANDING if status > 401 else ()))),
        "content": {PROBLEM: {"schema": ref("Problem"), "examples": examples}},
    }


def _header(description: str, example: str = "") -> dict[str, Any]:
    shown = {"example": example} if example else {}
    return {"description": description, "schema": {"type": "string"}, **shown}


def _refs(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
