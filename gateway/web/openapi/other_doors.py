"""The doors beside the partner API: the dialer's own API, webhooks and forms."""

from __future__ import annotations

from typing import Any

from gateway.leads.field_names import DIALER_FIELDS, TEXT_LIMITS
from gateway.sources.elision import PATH
from gateway.web.openapi.answer_schemas import ref, text
from gateway.web.openapi.lead_operations import example_answer
from gateway.web.openapi.replies import (
    AGAIN,
    ALWAYS,
    READING,
    READING_A_FORM,
    REFUSED_LEAD,
    WHOLE,
    problems,
    told,
)

DROP_IN, WEBHOOKS, FORMS = "Drop-in", "Webhooks", "Forms"
_EXAMPLES = {
    "action": "add_lead",
    "source": "test",
    "phone_number": "9876543210",
    "list_id": "25062018",
    "custom_fields": "Y",
    "CustomerName": "Asha Verma",
    "MobileNo": "9876543210",
}
_CREATED = {
    "success": "true",
    "message": "add_lead LEAD CREATED SUCCESSFULLY",
    "data": {
        "Phone Number": "9876543210",
        "List ID": "25062018",
        "Lead ID": "1764",
        "Status": "NEW",
    },
}
_SOURCE = {
    "name": "source",
    "in": "path",
    "required": True,
    "description": "The name of your source; it stands in the address you were given.",
    "schema": {"type": "string"},
}


def paths() -> dict[str, Any]:
    return {
        PATH: {"get": _drop_in("get"), "post": _drop_in("post")},
        "/webhooks/{source}": {
            "parameters": [_SOURCE | {"example": "portal"}],
            "get": _webhook("get"),
            "post": _webhook("post"),
        },
        "/forms/{source}": {"parameters": [_SOURCE | {"example": "website"}], "post": _form()},
    }


# -- the dialer's own API ------------------------------------------------------------------------------------


def _drop_in(method: str) -> dict[str, Any]:
    fields = _drop_in_fields()
    operation: dict[str, Any] = {
        "tags": [DROP_IN],
        "operationId": f"dialerApi{method.title()}",
        "summary": f"The dialer's own API by {method.upper()}",
        "description": "For a program that posts to the dialer's main.php today: change the host name and add your "
        "key, as one of the parameters key, api_key or pass, in a header, or as Basic. The actions, parameters and "
        "answers are those of the dialer's document. The answer is JSON, called HTML as the dialer calls it.",
        "security": [*({name: []} for name in ("bearer", "apiKey", "basic", "keyParameter")), {}],
        "responses": {"200": _said()}
        | {status: _said() for status in ("400", "413", "415", "422", "429", "500", "503")},
    }
    if method == "get":
        operation["parameters"] = [
            {"name": name, "in": "query", "schema": schema, "required": False, **_example_of(name)}
            for name, schema in fields.items()
        ]
    else:
        schema = {"type": "object", "properties": fields}
        form = {"schema": schema, "example": _EXAMPLES}
        operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": form}}
    return operation


def _drop_in_fields() -> dict[str, Any]:
    call = {
        "agent_user": text("The agent whose screen shows the call (manual_dial)."),
        "value": text("The number to call (manual_dial)."),
        "phone_code": text("The country code of the number (manual_dial)."),
        "search": text("YES: look the number up among the leads first (manual_dial)."),
        "preview": text("YES: the agent sees the lead before dialing (manual_dial)."),
        "focus": text("YES: the agent's screen comes to the front (manual_dial)."),
    }
    lead = {name: text(f"At most {limit} characters.") for name, limit in TEXT_LIMITS.items()}
    return {
        "action": text("What to do: add_lead, add_multi_lead or manual_dial."),
        "source": text("What sends this, 2 to 20 letters and digits."),
        "phone_number": text("The number to dial: 6 to 16 digits."),
        "list_id": text("One of your lists: 3 to 14 digits."),
        "custom_fields": text("Y."),
        "multi_leads": text("add_multi_lead: a JSON array of leads."),
        **{name: lead.get(name, text("As in the dialer's document.")) for name in _lead_names()},
        **call,
    }


def _lead_names() -> tuple[str, ...]:
    return tuple(name for name in DIALER_FIELDS if name not in ("phone_number", "list_id"))


def _example_of(name: str) -> dict[str, str]:
    return {"example": _EXAMPLES[name]} if name in _EXAMPLES else {}


def _said() -> dict[str, Any]:
    content = {"schema": {"type": "string"}, "example": _CREATED}
    return {"description": "JSON in the dialer's words.", "content": {"text/html": content}}


# -- webhooks ------------------------------------------------------------------------------------------------


def _webhook(method: str) -> dict[str, Any]:
    acknowledged = told(
        "Everything is on disk. Do not send it again. Some platforms get the answer they want instead.",
        ref("Acknowledgement"),
        {"kept": {"outcome": "success", "leads": [{"id": "01KAW3RC8X5T2M9QZ4VH", "status": "queued"}]}},
    )
    operation: dict[str, Any] = {
        "tags": [WEBHOOKS],
        "operationId": f"webhook{method.title()}",
        "summary": "Deliver what a platform, portal or automation sends"
        if method == "post"
        else "Deliver a lead in the address, or ask whether it is alive",
        "description": "Any JSON, form or XML; an array is many leads. What cannot be read is kept too, as "
        "quarantined, so any 2xx means: do not send it again. How you prove who you are was agreed with the operator.",
        "security": [
            *({name: []} for name in ("webhookToken", "tokenParameter", "basic", "webhookSignature")),
            {},
        ],
        "responses": {"200": acknowledged} | problems("auth.refused", "route.not_found", *WHOLE, *ALWAYS),
    }
    if method == "post":
        example = {"contact": {"name": "Asha Verma", "phone": "9876543210"}}
        operation["requestBody"] = {
            "content": {
                "application/json": {"schema": {"type": ["object", "array"]}, "example": example},
                "application/x-www-form-urlencoded": {
                    "schema": {"type": "object"},
                    "example": {"name": "Asha Verma", "phone": "9876543210"},
                },
            }
        }
    return operation


# -- forms ---------------------------------------------------------------------------------------------------


def _form() -> dict[str, Any]:
    answer = ref("LeadAnswer")
    schema = {"type": "object", "additionalProperties": {"type": ["string", "integer", "null"]}}
    example = {"name": "Asha Verma", "phone": "9876543210"}
    delivered = _untold(example_answer("delivered", "1764"))
    return {
        "tags": [FORMS],
        "operationId": "submitForm",
        "summary": "Send a website's form",
        "description": "Any HTML form, or a script that asks for JSON (Accept: application/json). Many spellings "
        "of a field are understood; what is not known is kept with the lead. A browser gets a page instead.",
        "security": [{}],
        "parameters": [
            {"$ref": "#/components/parameters/Idempotency-Key"},
            {"$ref": "#/components/parameters/Prefer"},
            {
                "name": "Accept",
                "in": "header",
                "description": "application/json for a script.",
                "schema": {"type": "string", "enum": ["application/json"]},
                "required": True,
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema, "example": example},
                "application/x-www-form-urlencoded": {"schema": schema, "example": example},
            },
        },
        "responses": {
            "201": told("The dialer has the lead.", answer, {"delivered": delivered}),
            "202": told("Kept; it will be delivered.", answer, {"queued": _untold(example_answer("queued"))}),
            "200": told(
                "Kept before: the same person again.",
                answer,
                {"duplicate": _untold(example_answer("duplicate"))},
            ),
        }
        | problems(
            "origin.not_allowed",
            "route.not_found",
            *READING,
            *READING_A_FORM,
            "body.not_an_object",
            *REFUSED_LEAD,
            *AGAIN,
            *ALWAYS,
        ),
    }


def _untold(answer: dict[str, Any]) -> dict[str, Any]:
    """Nobody at a form may ask later."""
    return {name: value for name, value in answer.items() if name != "status_url"}
