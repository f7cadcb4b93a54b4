"""The partner API's operations on leads: one, many at once, and what became of one."""

from __future__ import annotations

from typing import Any

from gateway.config import SourceConfig
from gateway.web import lead_batches
from gateway.web.openapi.answer_schemas import LEAD_ID, MOMENT, ref
from gateway.web.openapi.lead_fields import example_lead
from gateway.web.openapi.replies import (
    AGAIN,
    ALWAYS,
    ASKING,
    READING,
    READING_A_FORM,
    REFUSED_LEAD,
    WHOLE,
    example_problem,
    problems,
    told,
    with_headers,
)
from gateway.web.preferences import LONGEST

TAG = "Leads"
SIGNED = ("signedSource", "signedId", "signedTime", "signature")
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}, {name: [] for name in SIGNED}]
# What a row of a batch is refused for alone, in `results`; the others refuse the whole.
OF_A_ROW = (
    *REFUSED_LEAD,
    "body.not_an_object",
    "body.charset",
    "body.number",
    "body.surrogate",
    "body.too_many_fields",
    "field.duplicate",
    "idempotency.invalid",
    "idempotency.running",
    "idempotency.reused",
)
_READING_ROWS = ("body.encoded", "body.media_type", "body.not_utf8", "body.not_json", "body.too_deep")
_USUAL_WAIT = SourceConfig(name="", kind="", dialer="", list_id="").wait
_REPEATED = ("Idempotent-Replayed", "Preference-Applied")


def paths() -> dict[str, Any]:
    return {
        "/v1/leads": {"post": _create()},
        "/v1/leads/batch": {"post": _create_many()},
        "/v1/leads/{lead_id}": {"get": _show()},
    }


def parameters() -> dict[str, Any]:
    """Header parameters by their name in `components`."""
    return {
        "Prefer": {
            "name": "Prefer",
            "in": "header",
            "description": f"How long to wait for the dialer: wait=N, 0 to {LONGEST} seconds. "
            f"Without it, as your source says; {_USUAL_WAIT:g} seconds is usual.",
            "schema": {"type": "string", "pattern": "^wait=[0-9]{1,2}$"},
            "example": "wait=10",
        },
        "Idempotency-Key": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A name for this request, new for each lead (a UUID is best). The same key with the same "
            "request gives the first answer again, for 30 days: so it can be sent again without sending it twice.",
            "schema": {
                "type": "string",
                "pattern": r'^("([ !#-\[\]-~]|\\["\\]){1,255}"|[A-Za-z0-9._:-]{1,255})$',
            },
            "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
        },
    }


def example_answer(status: str, lead_id: str | None = None, **lead: Any) -> dict[str, Any]:
    """The answer to a lead in this state."""
    return {
        "outcome": "success",
        "reason_code": "duplicate" if status == "duplicate" else None,
        "retryable": False,
        "lead": {"id": LEAD_ID, "status": status, "source": "partner", "received_at": MOMENT, **lead},
        "dialer": {
            "name": "main",
            "lead_id": lead_id,
            "list_id": "25062018",
            "status": "NEW" if lead_id else None,
        },
        "warnings": [],
        "status_url": f"https://leads.example.com/v1/leads/{LEAD_ID}",
    }


def _create() -> dict[str, Any]:
    schema = {"schema": ref("Lead")}
    answer = ref("LeadAnswer")
    later = {name: example_answer(name) for name in ("queued", "held", "unconfirmed")}
    again = {
        "duplicate": example_answer("duplicate", "1764", duplicate_of="01KAW3RB41J8Y7XN0QSD"),
        "test": example_answer("test"),
    }
    answers = {
        "201": told(
            "The dialer has the lead.",
            answer,
            {"delivered": example_answer("delivered", "1764")},
            located=True,
        ),
        "202": told(
            "The lead is kept; the dialer has not taken it yet. Do not send it again.",
            answer,
            later,
            located=True,
        ),
        "200": told(
            "Kept and not dialed: the same person again inside the window, or a test key.",
            answer,
            again,
            located=True,
        ),
    }
    return {
        "tags": [TAG],
        "operationId": "createLead",
        "summary": "Send a lead",
        "description": "Keeps the lead, waits for the dialer, and answers with the dialer's Lead ID, or with where the "
        "lead is. It is on disk before you get a 2xx. A 5xx or no answer means perhaps not kept: send the same "
        "request again with the same Idempotency-Key. Never send again after a 2xx.",
        "security": SECURITY,
        "parameters": [_parameter("Idempotency-Key"), _parameter("Prefer")],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": schema | {"example": example_lead()},
                "application/x-www-form-urlencoded": schema | {"example": example_lead()},
                "multipart/form-data": schema | {"example": example_lead()},
            },
        },
        "responses": {status: with_headers(each, *_REPEATED) for status, each in answers.items()}
        | problems(*ASKING, *READING, *READING_A_FORM, "body.not_an_object", *REFUSED_LEAD, *AGAIN, *ALWAYS),
    }


def _create_many() -> dict[str, Any]:
    schema = {
        "type": "array",
        "minItems": 1,
        "maxItems": lead_batches.MOST_ROWS,
        "items": ref("BatchRow"),
    }
    example = [example_lead(), example_lead() | {"mobile_no": "98765", lead_batches.ROW_KEY: "row-2"}]
    responses = {
        "200": with_headers(
            told(
                "Every row was judged; how, stands in results.",
                ref("BatchAnswer"),
                {"mixed": _example_batch()},
            ),
            *_REPEATED,
        )
    }
    return {
        "tags": [TAG],
        "operationId": "createLeads",
        "summary": "Send many leads",
        "description": f"Up to {lead_batches.MOST_ROWS:,} leads in one commit, answered one by one in order. "
        "One bad row never fails the others. A row may have an idempotency_key of its own. Without Prefer the "
        "answer comes as soon as all are kept; Prefer: wait=N waits for the dialer, for all rows together. "
        f"A body may have {lead_batches.MOST_BYTES >> 20} MiB. A row alone may be refused with "
        f"{', '.join(OF_A_ROW)}, or with a field's code.",
        "security": SECURITY,
        "parameters": [_parameter("Idempotency-Key"), _parameter("Prefer")],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": example}},
        },
        "responses": responses
        | problems(
            *ASKING,
            *WHOLE,
            *_READING_ROWS,
            "batch.not_a_list",
            "batch.empty",
            "records.too_many",
            *AGAIN,
            *ALWAYS,
        ),
    }


def _show() -> dict[str, Any]:
    rejected = example_answer("rejected") | {"outcome": "failure", "reason_code": "phone.invalid"}
    shown = {
        "delivered": example_answer("delivered", "1764"),
        "queued": example_answer("queued"),
        "rejected": rejected,
    }
    return {
        "tags": [TAG],
        "operationId": "showLead",
        "summary": "Ask what became of a lead",
        "description": "One of your own leads by its id, as status_url says. Leads of others do not exist for you.",
        "security": SECURITY,
        "parameters": [
            {
                "name": "lead_id",
                "in": "path",
                "required": True,
                "description": "lead.id of the first answer.",
                "schema": {"type": "string", "pattern": "^[0-9A-Z]{20}$"},
                "example": LEAD_ID,
            }
        ],
        "responses": {"200": told("Found, whatever became of it.", ref("LeadAnswer"), shown)}
        | problems(*ASKING, *WHOLE, "lead.not_found", *ALWAYS),
    }


def _example_batch() -> dict[str, Any]:
    return {
        "outcome": "success",
        "reason_code": None,
        "retryable": False,
        "rows": 2,
        "counts": {"success": 1, "failure": 1, "error": 0},
        "results": [
            {"status": 202, "body": example_answer("queued")},
            {"status": 422, "body": example_problem("lead.invalid")},
        ],
    }


def _parameter(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}
