"""Click to Call as it is documented: what may be asked for, what came of it, and why not."""

from __future__ import annotations

from typing import Any

from gateway.click_to_call import MESSAGES, SECONDS, Called, Mode
from gateway.leads.reasons import PROBLEMS
from gateway.web import call_requests
from gateway.web.openapi.answer_schemas import (
    CALL_ID,
    LEAD_ID,
    maybe,
    one_of,
    outcome_members,
    ref,
    strict_object,
    text,
)
from gateway.web.openapi.replies import (
    AGAIN,
    ALWAYS,
    ASKING,
    READING,
    READING_A_FORM,
    problems,
    told,
    with_headers,
)

TAG = "Calls"
PROBLEMS_OF_A_CALL = (
    "call.invalid",
    "call.agent_not_yours",
    "call.lead_without_number",
    "call.no_dialer",
    "call.number_refused",
    "call.suppressed",
    "call.repeated",
    "call.refused",
    "call.dialer_refuses",
    "call.dialer_paused",
    "call.busy",
    "call.not_sent",
    "call.unknown",
    "agent.not_logged_in",
    "agent.not_paused",
    "agent.not_allowed",
    "agent.already_queued",
    "lead.not_found",
)
_FORM = ("application/x-www-form-urlencoded", "multipart/form-data")
_EXAMPLE = {"agent_user": "agent1", "value": "+91 98765 43210", "preview": False}


def paths(security: list[dict[str, list[str]]]) -> dict[str, Any]:
    return {"/v1/calls": {"post": _call(security)}}


def schemas() -> dict[str, Any]:
    """Every schema by its name in `components`."""
    return {"CallRequest": _request(), "CallAnswer": _answer(), "Call": _placed()}


def _call(security: list[dict[str, list[str]]]) -> dict[str, Any]:
    schema = {"schema": ref("CallRequest")}
    answer = told("The call stands on the agent's screen.", ref("CallAnswer"), {"placed": example_answer()})
    return {
        "tags": [TAG],
        "operationId": "placeCall",
        "summary": "Have an agent call",
        "description": "Click to Call: puts a call on the screen of an agent who is logged in to the dialer and "
        f"paused. It is asked for once, within {SECONDS:g} seconds; it is never repeated and never queued. A 504 means "
        "that nobody knows whether the phone rings: look at the agent's screen. With an Idempotency-Key the same "
        "request gets the first answer and rings nobody, also where that was an error: ask anew with a new key.",
        "security": security,
        "parameters": [{"$ref": "#/components/parameters/Idempotency-Key"}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": schema | {"example": _EXAMPLE},
                **{name: schema | {"example": _EXAMPLE | {"preview": "NO"}} for name in _FORM},
            },
        },
        "responses": {"200": with_headers(answer, "Idempotent-Replayed")}
        | problems(
            *ASKING, *READING, *READING_A_FORM, "body.not_an_object", *PROBLEMS_OF_A_CALL, *AGAIN, *ALWAYS
        ),
    }


def example_answer() -> dict[str, Any]:
    return {
        "outcome": "success",
        "reason_code": None,
        "retryable": False,
        "call": {"id": CALL_ID, "status": Called.PLACED.value, "mode": Mode.DIAL.value},
        "dialer": {"name": "main"},
        "message": MESSAGES[Called.PLACED],
    }


def _request() -> dict[str, Any]:
    number = _taken("The number to call, as people write it.", "+91 98765 43210")
    names = [name for name in call_requests.NUMBER_NAMES if name != "value"]
    properties = {
        "agent_user": _matching(
            "The agent's user in the dialer: 1 to 20 letters, digits and . _ -",
            call_requests.WORD.pattern,
            "agent1",
        ),
        "value": number,
        **{name: number | {"x-alias-of": "value"} for name in names},
        "lead_id": _taken("In the number's place: the id of a lead of yours.", LEAD_ID),
        "phone_code": _matching(
            "The country's code, 1 to 4 digits; then value is the number without it, 6 to 16 digits.",
            call_requests.PHONE_CODE.pattern,
            "91",
        ),
        "search": _flag("Whether the dialer looks for the number's lead first.", default=True),
        "preview": _flag("Whether the agent sees the lead before it is dialed.", default=False),
        "focus": _flag("Whether the agent's window comes to the front.", default=True),
        "prospects_id": _matching(
            "Your reference: letters, digits and -; 20 at most, unless the dialer keeps 36.",
            call_requests.REFERENCE.pattern,
            "CRM-88213",
        ),
        "source": text(
            "What asks for the call, kept with it: 2 to 20 letters, digits and . _ -",
            pattern=f"^{call_requests.WORD.pattern}$",
            minLength=2,
            examples=["crm"],
        ),
        "action": one_of(("manual_dial",), "May be left out."),
    }
    return {
        "type": "object",
        "description": "One call: who dials, and whom. A name that is not listed here is refused.",
        "properties": properties,
        "required": ["agent_user"],
        "additionalProperties": False,
        "oneOf": [{"required": [name]} for name in (*call_requests.NUMBER_NAMES, "lead_id")],
        "examples": [_EXAMPLE],
    }


def _answer() -> dict[str, Any]:
    return strict_object(
        outcome_members(("success",))
        | {
            "call": ref("Call"),
            "dialer": strict_object({"name": text("Which dialer.")}),
            "message": text("The same for people."),
        },
        description="A call that was placed.",
    )


def _placed() -> dict[str, Any]:
    return strict_object(
        {
            "id": maybe(text("The call's own number; null where nothing was asked of the dialer.")),
            "status": one_of(Called, "What came of it; only placed and unknown may ring."),
            "mode": one_of(Mode, "dial: it is dialed at once. preview: the agent sees the lead first."),
        },
        {"lead_id": text("The lead it is about, where you named one.")},
    )


def _taken(description: str, example: str) -> dict[str, Any]:
    return {"type": ["string", "integer"], "description": description, "examples": [example]}


def _matching(description: str, pattern: str, example: str) -> dict[str, Any]:
    return text(description, pattern=f"^{pattern}$", examples=[example])


def _flag(description: str, *, default: bool) -> dict[str, Any]:
    return {
        "type": ["boolean", "string"],
        "description": f"{description} Also YES or NO.",
        "default": default,
        "enum": [True, False, "YES", "NO"],
    }


def field_codes() -> dict[str, str]:
    """What may be wrong with a field of a call, beside what may be wrong with a lead's."""
    return {code: sentence for code, sentence in call_requests.PROBLEMS.items() if code not in PROBLEMS}
