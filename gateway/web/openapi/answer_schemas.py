"""What the API answers, as JSON Schemas; their choices are those of the code."""

from __future__ import annotations

from typing import Any

from gateway.leads.lead import State
from gateway.web.lead_batches import ROW_KEY
from gateway.web.openapi.lead_fields import lead_schema_node

LEAD_ID = "01KAW3RC8X5T2M9QZ4VH"
CALL_ID = "01KAW3S0D2M7K4XT9Q1C"
MOMENT = "2026-11-23T10:00:00Z"


def schemas() -> dict[str, Any]:
    """Every schema by its name in `components`."""
    return {
        "Lead": lead_schema_node(),
        "BatchRow": _batch_row(),
        "LeadAnswer": _lead_answer(),
        "StoredLead": _stored_lead(),
        "InTheDialer": _in_the_dialer(),
        "Warning": _warning(),
        "Problem": _problem(),
        "FieldProblem": _field_problem(),
        "BatchAnswer": _batch_answer(),
        "Acknowledgement": _acknowledgement(),
    }


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description, **more}


def flag(description: str) -> dict[str, Any]:
    return {"type": "boolean", "description": description}


def one_of(values: Any, description: str) -> dict[str, Any]:
    return text(description, enum=[str(value) for value in values])


def maybe(node: dict[str, Any]) -> dict[str, Any]:
    """The node, or null."""
    return node | {"type": [node["type"], "null"]}


def strict_object(
    required: dict[str, Any], optional: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """All of `required` is always there; new members may be added later, so unknown ones are to be ignored."""
    return {"type": "object", "properties": required | (optional or {}), "required": list(required), **more}


def outcome_members(outcomes: tuple[str, ...] = ("success", "failure")) -> dict[str, Any]:
    return {
        "outcome": one_of(outcomes, "What became of the request, in one word."),
        "reason_code": maybe(text("Why, as a stable code; null where there is nothing to explain.")),
        "retryable": flag("Whether the same request may be sent again."),
    }


def _batch_row() -> dict[str, Any]:
    """A lead that may name itself; a lead alone is named in a header."""
    lead = lead_schema_node()
    key = text("A name for this row, as Idempotency-Key is for a request.", minLength=1, maxLength=255)
    return lead | {"properties": lead["properties"] | {ROW_KEY: key}}


def _lead_answer() -> dict[str, Any]:
    return strict_object(
        outcome_members()
        | {
            "lead": ref("StoredLead"),
            "dialer": {"anyOf": [ref("InTheDialer"), {"type": "null"}]},
            "warnings": {"type": "array", "items": ref("Warning")},
        },
        {"status_url": text("Ask here later.", format="uri")},
        description="A lead that is kept, and what is known of it.",
    )


def _stored_lead() -> dict[str, Any]:
    return strict_object(
        {
            "id": text("The gateway's own id of the lead.", pattern="^[0-9A-Z]{20}$"),
            "status": one_of(State, "Where the lead is in its life."),
            "source": text("The source your key belongs to."),
            "received_at": text("When it came, in UTC.", format="date-time"),
        },
        {
            "duplicate_of": text("The id of the first lead of this person."),
            "possible_duplicate": flag("It was sent to the dialer twice, because the first answer was lost."),
        },
    )


def _in_the_dialer() -> dict[str, Any]:
    return strict_object(
        {
            "name": text("Which dialer."),
            "lead_id": maybe(text("The dialer's own Lead ID; null until the dialer has the lead.")),
            "list_id": maybe(text("The dialer's list.")),
            "status": maybe(text("The lead's status in the dialer.")),
        }
    )


def _warning() -> dict[str, Any]:
    return strict_object(
        {
            "field": text("The field as you named it."),
            "code": text("What was cleaned, cut or guessed, as a stable code."),
            "message": text("The same for people."),
        }
    )


def _problem() -> dict[str, Any]:
    return strict_object(
        {
            "type": text("The kind of problem.", format="uri-reference"),
            "title": text("The same for people, in a few words."),
            "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status."},
            "detail": text("What to do now, for people."),
            "instance": text("This request's own number; tell it to the operator.", format="uri"),
            "outcome": one_of(("failure", "error"), "failure: what was sent is at fault. error: all else."),
            "reason_code": text("Why, as a stable code: decide by it."),
            "retryable": flag("Whether the same request may be sent again."),
        },
        {
            "errors": {"type": "array", "items": ref("FieldProblem"), "description": "One entry per field."},
            "violated-policies": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The limits that are full, by their names in RateLimit-Policy.",
            },
            "lead": ref("StoredLead"),
            "call": ref("Call"),
            "dialer": {"anyOf": [ref("InTheDialer"), _dialer_alone(), {"type": "null"}]},
            "warnings": {"type": "array", "items": ref("Warning")},
            "status_url": text("Where the kept lead can be asked for.", format="uri"),
        },
        description="A problem document (RFC 9457). It never repeats a value that was sent.",
    )


def _dialer_alone() -> dict[str, Any]:
    """Of a call: no lead need be there."""
    return strict_object({"name": text("Which dialer.")})


def _field_problem() -> dict[str, Any]:
    return strict_object(
        {
            "pointer": text("A JSON Pointer to the field; # is the whole body."),
            "field": text("The field as you named it; empty for the whole body."),
            "code": text("What is wrong, as a stable code."),
            "detail": text("The same for people."),
        }
    )


def _batch_answer() -> dict[str, Any]:
    row = strict_object(
        {
            "status": {"type": "integer", "description": "The HTTP status this row would have alone."},
            "body": {"anyOf": [ref("LeadAnswer"), ref("Problem")]},
        },
        {"replayed": flag("The answer of an earlier request with this row's idempotency_key.")},
    )
    whole = {"type": "integer", "minimum": 0}
    return strict_object(
        outcome_members()
        | {
            "rows": whole | {"description": "How many rows were sent."},
            "counts": strict_object({"success": whole, "failure": whole, "error": whole}),
            "results": {"type": "array", "items": row, "description": "One entry per row, in order."},
        }
    )


def _acknowledgement() -> dict[str, Any]:
    lead = strict_object(
        {"id": text("The gateway's own id."), "status": one_of(State, "Where the lead is in its life.")}
    )
    return strict_object(
        {
            "outcome": one_of(("success",), "Everything is on disk."),
            "leads": {"type": "array", "items": lead, "description": "One entry per lead."},
        }
    )
