"""A lead's state as the answer of the public contract: the JSON body and its HTTP status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response
from werkzeug.wsgi import ClosingIterator

from gateway.leads.lead import LeadStatus, State
from gateway.sources.base import Reply
from gateway.web.errors import Refusal, problem_document
from gateway.web.reasons import REASONS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_STATUS = {
    State.DELIVERED: 201,
    State.QUEUED: 202,
    State.SENDING: 202,
    State.HELD: 202,
    State.UNCONFIRMED: 202,
    State.QUARANTINED: 202,
    State.DUPLICATE: 200,
    State.TEST: 200,
}
REFUSALS = {
    State.REJECTED: "lead.rejected",
    State.SUPPRESSED: "lead.suppressed",
    State.DEAD: "lead.dead",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One HTTP answer as bytes: it can be sent, and kept to be sent again."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        response = _Plain(self.body, self.status, content_type=self.content_type)
        response.headers.extend(self.headers)
        return response


class _Plain(Response):
    """A response whose body and headers are final: nothing is worked out again on its way to the server."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response(self.status, self.headers.to_wsgi_list())
        body = () if environ["REQUEST_METHOD"] == "HEAD" else (self.get_data(),)
        return ClosingIterator(body, self.close)


def captured(lead: LeadStatus, *, status_url: str | None, told: str | None = None) -> Answer:
    """The answer to whoever sent the lead; `status_url` only for those who may ask again.

    `told` is what is said of a lead that is kept and will not be dialed, where a person reads it.
    """
    members = lead_members(lead, status_url=status_url)
    located = {"Location": status_url} if status_url else {}
    if lead.state in REFUSALS:
        refusal = Refusal(
            REFUSALS[lead.state],
            reason_code=lead.reason_code,
            detail=told or lead.message,
            members={
                name: members[name]
                for name in ("lead", "dialer", "warnings", "status_url")
                if name in members
            },
        )
        return refused(refusal, headers=located)
    return Answer(status=_STATUS[lead.state], body=orjson.dumps(members), headers=located)


def refused(refusal: Refusal, *, headers: Mapping[str, str] | None = None) -> Answer:
    """A problem as an answer that can be kept, or stand beside others."""
    return Answer(
        status=refusal.reason.status,
        body=orjson.dumps(problem_document(refusal)),
        content_type="application/problem+json",
        headers=headers or {},
    )


def status_of(state: State) -> int:
    """The HTTP status of the answer to a lead in this state."""
    return REASONS[REFUSALS[state]].status if state in REFUSALS else _STATUS[state]


def shown(lead: LeadStatus, *, status_url: str) -> Answer:
    """The answer to a question about a lead: it was found, whatever became of it."""
    return Answer(status=200, body=orjson.dumps(lead_members(lead, status_url=status_url)))


def acknowledged(leads: Sequence[LeadStatus]) -> Reply:
    """The answer to a webhook: everything is on disk, nothing was waited for."""
    told = [{"id": lead.id, "status": lead.state} for lead in leads]
    return Reply(body=orjson.dumps({"outcome": "success", "leads": told}))


def lead_members(lead: LeadStatus, *, status_url: str | None) -> dict[str, Any]:
    """The body of the public contract."""
    members: dict[str, Any] = {
        "outcome": "failure" if lead.state in REFUSALS else "success",
        "reason_code": lead.reason_code,
        "retryable": False,
        "lead": _lead(lead),
        "dialer": _dialer(lead),
        "warnings": [
            {"field": note.field, "code": note.code, "message": note.message} for note in lead.warnings
        ],
    }
    if status_url:
        members["status_url"] = status_url
    return members


def _lead(lead: LeadStatus) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": lead.id,
        "status": lead.state,
        "source": lead.source,
        "received_at": _utc(lead.received_at),
    }
    if lead.duplicate_of is not None:
        told["duplicate_of"] = lead.duplicate_of
    if lead.possible_duplicate:
        told["possible_duplicate"] = True
    return told


def _dialer(lead: LeadStatus) -> dict[str, Any] | None:
    if lead.dialer is None:
        return None
    return {
        "name": lead.dialer,
        "lead_id": lead.dialer_lead_id,
        "list_id": lead.dialer_list_id or lead.list_id,
        "status": lead.dialer_status,
    }


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
