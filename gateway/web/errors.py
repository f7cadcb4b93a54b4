"""The one error shape: RFC 9457 problem documents for programs, a page for people at a form or in the console."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

import orjson
import structlog
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from gateway.leads.lead import Problem
from gateway.sources.base import NotAuthentic, Unreadable
from gateway.store import StoreUnavailable, caps
from gateway.web import form_pages
from gateway.web.clients import in_console, wants_page
from gateway.web.context import correlation_id, services
from gateway.web.reasons import REASONS

log = structlog.get_logger("gateway.web")

# Refusal                    what any view or guard raises to answer with a problem
# └── from other layers      StoreUnavailable, NotAuthentic, Unreadable, HTTPException, and bugs

QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
REDUCED_CAPACITY = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"
_TYPES = {429: QUOTA_EXCEEDED, 503: REDUCED_CAPACITY}
_HTTP_REASONS = {
    404: "route.not_found",
    405: "method.not_allowed",
    413: "body.too_large",
    415: "body.media_type",
}


class Refusal(Exception):  # noqa: N818  it is an answer, not a fault
    """This request gets a problem document: `code` is one of REASONS, the rest adds to it."""

    def __init__(
        self,
        code: str,
        *,
        detail: str | None = None,
        reason_code: str | None = None,
        problems: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.reason = REASONS[code]
        self.reason_code = reason_code or code
        self.detail = detail or self.reason.sentence
        self.problems = tuple(problems)
        self.headers = dict(headers or {})
        self.members = dict(members or {})


def bad_lead(problems: Sequence[Problem]) -> Refusal:
    """The enquiry itself is bad: every problem at once, the first one's code on top. Or it is one too many today."""
    if problems[0].code == caps.OVER:
        return _over_cap()
    return Refusal("lead.invalid", reason_code=problems[0].code, problems=problems)


def _over_cap() -> Refusal:
    """Days are those of UTC, as the store counts them."""
    wait = math.ceil(caps.DAY - services().clock.now() % caps.DAY)
    return Refusal(
        caps.OVER, headers={"Retry-After": str(wait)}, members={"violated-policies": ["daily-cap"]}
    )


def problem_document(refusal: Refusal) -> dict[str, Any]:
    """The document of one refusal; it never holds a value that was sent."""
    reason = refusal.reason
    document: dict[str, Any] = {
        "type": problem_type(reason.status, refusal.reason_code),
        "title": reason.title,
        "status": reason.status,
        "detail": refusal.detail,
        "instance": f"urn:uuid:{correlation_id()}",
        "outcome": reason.outcome,
        "reason_code": refusal.reason_code,
        "retryable": reason.retryable,
    }
    if refusal.problems:
        document["errors"] = [_entry(problem) for problem in refusal.problems]
    return document | refusal.members


def problem_type(status: int, reason_code: str) -> str:
    """The registered type where there is one, else ours."""
    return _TYPES.get(status, f"urn:lead-gateway:problem:{reason_code}")


def respond(refusal: Refusal) -> Response:
    """The refusal as this client can read it."""
    if wants_page(request) and in_console(request):
        response = cast("Response", current_app.extensions["gateway.console_errors"](refusal))
    elif wants_page(request):
        response = Response(_page(refusal), refusal.reason.status, content_type="text/html; charset=utf-8")
    else:
        body = orjson.dumps(problem_document(refusal))
        response = Response(body, refusal.reason.status, content_type="application/problem+json")
    response.headers.extend(refusal.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def refusal_of(error: Exception) -> Refusal:
    """What any exception means to whoever sent the request; a bug is logged here."""
    match error:
        case Refusal():
            return error
        case StoreUnavailable():
            return _from_store(error)
        case NotAuthentic():
            return from_source(error)
        case Unreadable():
            return from_body(error)
        case HTTPException():
            return _from_http(error)
    log.error("request.failed", route=str(request.url_rule), exc_info=error)
    return Refusal("gateway.error")


def register(app: Flask) -> None:
    """Every exception leaves as a problem; this is the only place that catches."""
    app.register_error_handler(Exception, lambda error: respond(refusal_of(error)))


def from_source(error: NotAuthentic) -> Refusal:
    """The sender did not prove itself."""
    headers = {"WWW-Authenticate": error.challenge} if error.challenge else {}
    return Refusal("auth.refused", headers=headers)


def from_body(error: Unreadable) -> Refusal:
    """A body that cannot be read, told to a caller who can mend it."""
    problems = [Problem(field=error.field, code=error.code, message=error.message)] if error.field else []
    return Refusal(error.code, detail=error.message, problems=problems)


def _from_store(error: StoreUnavailable) -> Refusal:
    code = error.code if error.code in REASONS else "storage.error"
    log.error("request.not_stored", reason=error.code)
    return Refusal(code, headers={"Retry-After": str(max(1, round(error.retry_after)))})


def _from_http(error: HTTPException) -> Refusal:
    status = error.code or 500
    code = _HTTP_REASONS.get(status, "request.invalid" if status < 500 else "gateway.error")
    allowed = sorted(error.valid_methods or ()) if isinstance(error, MethodNotAllowed) else []
    return Refusal(code, headers={"Allow": ", ".join(allowed)} if allowed else None)


def _entry(problem: Problem) -> dict[str, str]:
    pointer = problem.field.replace("~", "~0").replace("/", "~1")
    return {
        "detail": problem.message,
        "pointer": "#/" + quote(pointer, safe="") if problem.field else "#",
        "field": problem.field,
        "code": problem.code,
    }


def _page(refusal: Refusal) -> str:
    """A page for a person; where waiting helps, with the form as it was filled, ready to be sent again."""
    status, seconds = refusal.reason.status, refusal.headers.get("Retry-After", "")
    if (status >= 500 or status == 429) and "filled" in g:
        return form_pages.unsent(g.source, g.filled, code=refusal.reason_code, seconds=seconds)
    return form_pages.refused(
        refusal.reason_code, status=status, retryable=refusal.reason.retryable, seconds=seconds
    )
