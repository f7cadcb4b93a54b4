"""The messages a source's callback_url gets, as OpenAPI webhooks: one for each end a lead can come to."""

from __future__ import annotations

from typing import Any

from gateway.callbacks.message import FAILURES
from gateway.dialer import messages
from gateway.leads.lead import State
from gateway.web.openapi.answer_schemas import (
    LEAD_ID,
    MOMENT,
    flag,
    maybe,
    outcome_members,
    ref,
    strict_object,
    text,
)
from gateway.web.reasons import REASONS

TAG = "Callbacks"
ENDS = tuple(state for state in State if state.final)
MESSAGE_ID = "6ARCZ84B7T0M5Q1J9XKD"
_MEANS = {
    State.DELIVERED: "The dialer has the lead",
    State.DUPLICATE: "The same person again",
    State.REJECTED: "The lead is refused for good",
    State.SUPPRESSED: "The number must not be called",
    State.DEAD: "Seven days of trying were in vain",
    State.QUARANTINED: "A person looks at it first",
    State.TEST: "A test, never dialed",
}
_CODES = {
    State.DUPLICATE: "duplicate",
    State.REJECTED: "phone.invalid",
    State.SUPPRESSED: "suppressed",
    State.DEAD: "dialer.unreachable",
    State.QUARANTINED: "phone.required",
}
_DONE = {
    "2XX": "Taken. Answer within 15 seconds and do the work afterwards; the body is not read.",
    "410": "You want this message no more: it is given up at once.",
    "default": "Not taken: it is sent again, ten times within three days.",
}


def webhooks() -> dict[str, Any]:
    return {f"lead.{state}": {"post": _message(state)} for state in ENDS}


def schemas() -> dict[str, Any]:
    """The schemas by their names in `components`."""
    data = outcome_members() | {
        "message": maybe(text("The reason for people.")),
        "lead": ref("EndedLead"),
        "dialer": ref("DialerOfALead"),
    }
    message = {
        "type": text(
            "lead. and the lead's state. Take one you do not know as news.", pattern="^lead\\.[a-z_]+$"
        ),
        "timestamp": text("When it ended, in UTC.", format="date-time"),
        "data": strict_object(
            data, {"status_url": text("Ask here later; partners alone have it.", format="uri")}
        ),
    }
    return {
        "LeadEnded": strict_object(message, description="One end of one lead."),
        "EndedLead": _lead(),
        "DialerOfALead": strict_object(
            {
                "name": maybe(text("Which dialer.")),
                "lead_id": maybe(text("The dialer's own Lead ID.")),
                "list_id": maybe(text("The dialer's list.")),
                "status": maybe(text("The lead's status in the dialer.")),
            }
        ),
    }


def parameters() -> dict[str, Any]:
    """The headers of a message, by their names in `components`."""
    return {
        "webhook-id": _header(
            "webhook-id",
            "The message's own id, the same on every attempt: know it, and act once.",
            MESSAGE_ID,
        ),
        "webhook-timestamp": _header(
            "webhook-timestamp",
            "When this attempt was signed, in seconds. Refuse more than 300.",
            "1795000000",
        ),
        "webhook-signature": _header(
            "webhook-signature",
            "v1, and the base64 of HMAC-SHA256 over id.timestamp.body with your secret; several with blanks between.",
            "v1,5051Wp80S6RC5jq+54Va6zRUPX8J+6i39IAVWyFv8rc=",
        ),
    }


def example_message(state: State) -> dict[str, Any]:
    """What arrives when a lead has come to this end."""
    has_lead_id = state in (State.DELIVERED, State.DUPLICATE)
    code = _CODES.get(state)
    lead: dict[str, Any] = {
        "id": LEAD_ID,
        "status": state.value,
        "source": "partner",
        "received_at": MOMENT,
        "prospects_id": LEAD_ID,
    }
    if state is State.DUPLICATE:
        lead["duplicate_of"] = "01KAW3RB41J8Y7XN0QSD"
    if state is State.TEST:
        lead["test"] = True
    return {
        "type": f"lead.{state}",
        "timestamp": "2026-11-23T10:00:02.250Z",
        "data": {
            "outcome": "failure" if state in FAILURES else "success",
            "reason_code": code,
            "message": _sentence(code),
            "retryable": False,
            "lead": lead,
            "dialer": {
                "name": "main",
                "lead_id": "1764" if has_lead_id else None,
                "list_id": "25062018",
                "status": "NEW" if has_lead_id else None,
            },
            "status_url": f"https://leads.example.com/v1/leads/{LEAD_ID}",
        },
    }


def _message(state: State) -> dict[str, Any]:
    return {
        "tags": [TAG],
        "operationId": f"lead{state.value.title()}",
        "summary": _MEANS[state],
        "description": "data says what is known, as GET /v1/leads/{lead_id} would. No name and no number is in it.",
        "security": [],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in parameters()],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": ref("LeadEnded"), "example": example_message(state)}},
        },
        "responses": {status: {"description": words} for status, words in _DONE.items()},
    }


def _lead() -> dict[str, Any]:
    return strict_object(
        {
            "id": text("The gateway's own id, as you were told when you sent the lead."),
            "status": text("The state it has come to.", enum=[state.value for state in ENDS]),
            "source": text("Your source."),
            "received_at": text("When it came, in UTC.", format="date-time"),
            "prospects_id": maybe(text("The reference the dialer has; yours, where you gave one.")),
        },
        {
            "duplicate_of": text("The id of the first lead of this person."),
            "possible_duplicate": flag("The dialer may have it twice."),
            "test": flag("It came with a test key."),
        },
    )


def _header(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }


def _sentence(code: str | None) -> str | None:
    if code is None:
        return None
    return messages.REASONS.get(code) or (REASONS[code].sentence if code in REASONS else None)
