"""What became of a lead or a call, in the words of the dialer's document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from flask import Response

from gateway.click_to_call import Called, CallResult
from gateway.leads.lead import LeadStatus, Problem, State
from gateway.sources import elision_rules as rules
from gateway.sources.elision import Parameters
from gateway.store import caps
from gateway.web.reasons import REASONS

Document = Mapping[str, object]

# The dialer calls its answers HTML, and old clients may insist.
CONTENT_TYPE = "text/html; charset=utf-8"
ADD_LEAD, ADD_MULTI_LEAD, MANUAL_DIAL = "add_lead", "add_multi_lead", "manual_dial"
LOGIN_INCORRECT = "Login incorrect, please try again"

_CREATED = {ADD_LEAD: "LEAD CREATED SUCCESSFULLY", ADD_MULTI_LEAD: "RECORD(S) CREATED"}
# What the dialer said of a lead, which its sender is told as it was said. Not "Login incorrect": that is our login.
_SAID = MappingProxyType(
    {
        "phone.required": rules.PHONE_REQUIRED,
        "phone.invalid": rules.PHONE_INVALID,
        "phone.length": rules.PHONE_LENGTH,
        "list.required": rules.LIST_REQUIRED,
        "list.length": rules.LIST_LENGTH,
        "list.not_found": rules.LIST_NOT_FOUND,
        "custom_fields.required": rules.CUSTOM_FIELDS_REQUIRED,
        "custom_fields.not_added": rules.CUSTOM_FIELDS_NOT_ADDED,
        "permission.denied": rules.NO_PERMISSION,
    }
)
_SAID_OF_ROWS = MappingProxyType(
    {
        **_SAID,
        "phone.length": rules.ROW_PHONE_LENGTH,
        "list.not_found": "LIST ID {list_id} DOES NOT EXISTS",
        # Of several leads the document knows one sentence for a list without its form.
        "custom_fields.required": rules.CUSTOM_FIELDS_NOT_ADDED,
    }
)
_SAID_OF_CALLS = MappingProxyType(
    {
        "agent.not_logged_in": rules.AGENT_NOT_LOGGED_IN,
        "agent.not_paused": "AGENT_USER IS NOT PAUSED",
        "agent.not_allowed": rules.AGENT_NOT_ALLOWED,
        "agent.already_queued": "PHONE_NUMBER IS ALREADY IN THIS AGENTS MANUAL DIAL QUEUE",
        "phone.invalid": rules.VALUE_INVALID,
        "phone.required": rules.VALUE_REQUIRED,
    }
)

# The document has no words for these; they keep its shape.
KEPT = "LEAD IS KEPT, THE DIALER HAS NOT CONFIRMED IT YET"
PENDING = f"{KEPT}, SEND IT AGAIN LATER FOR ITS LEAD ID"
_NOT_DIALED = "THIS NUMBER MUST NOT BE CALLED"
_REFUSED = "THE DIALER REFUSES THIS LEAD, DO NOT SEND IT AGAIN"
_CALLS = {
    Called.REJECTED: "THE DIALER REFUSES THIS CALL",
    Called.REFUSED: "THE DIALER REFUSES THE GATEWAY, NOTHING WAS DIALED, TELL ITS OPERATOR",
    Called.BUSY: "THE DIALER IS BUSY, NOTHING WAS DIALED",
    Called.NOT_SENT: "THE DIALER CANNOT BE REACHED, NOTHING WAS DIALED",
    Called.UNKNOWN: "THE DIALER GAVE NO CLEAR ANSWER, THE PHONE MAY RING, LOOK AT THE AGENTS SCREEN",
    Called.REPEATED: "THIS NUMBER WAS CALLED A MOMENT AGO",
    Called.SUPPRESSED: _NOT_DIALED,
}


def reply(document: Document, status: int = 200) -> Response:
    """The document as the dialer writes it; what a browser could take for markup is escaped, as JSON may be."""
    text = json.dumps(document, separators=(",", ":"))
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Response(text, status, content_type=CONTENT_TYPE)


def refused(message: str, action: str = "") -> Document:
    return {"success": "false", "message": f"{action} {message}".lstrip()}


def wrong_action(message: str) -> Document:
    """Only these two answers of the document say `status`."""
    return {"status": "false", "message": message}


def lead_answer(action: str, asked: Parameters, lead: LeadStatus, *, pending_is_success: bool) -> Document:
    """`lead` is the one that counts: of a duplicate the first."""
    known = lead.state is State.DUPLICATE and lead.dialer_lead_id
    if known or lead.state in (State.DELIVERED, State.TEST):
        return _created(action, asked, lead)
    words = _said(action, asked, lead)
    if lead.state is State.SUPPRESSED:
        return refused(_NOT_DIALED, action)
    if lead.state in (State.REJECTED, State.DEAD):
        return refused(words or _REFUSED, action)
    if pending_is_success:
        return _success(action, KEPT, asked, lead, lead_id=lead.id)
    return refused(words or PENDING, action)


def bad_lead(action: str, problems: Sequence[Problem]) -> Document:
    """The number is no number anybody could dial, a text is no text, or it is one lead too many today."""
    first = problems[0]
    if first.code == caps.OVER:
        return refused(REASONS[caps.OVER].title.upper(), action)
    if first.code.startswith("phone."):
        return refused(rules.PHONE_INVALID, action)
    return refused(f"{first.field.upper()} IS NOT VALID", action)


def rows_answer(rows: Sequence[Document]) -> Document:
    """`lead 1`, `lead 2`, …: unless the dialer lets the gateway add nothing at all."""
    nothing = refused(rules.NO_PERMISSION, ADD_MULTI_LEAD)
    if all(row == nothing for row in rows):
        return nothing
    return {f"lead {number}": row for number, row in enumerate(rows, start=1)}


def call_answer(asked: Parameters, result: CallResult) -> Document:
    if result.called is Called.PLACED:
        return placed(asked)
    return refused(_SAID_OF_CALLS.get(result.reason_code or "") or _CALLS[result.called], MANUAL_DIAL)


def placed(asked: Parameters) -> Document:
    data = {"Phone Number": asked["value"], **_reference(asked)}
    return {"success": "true", "message": "manual_dial EXTERNAL_DIAL FUNCTION SET", "data": data}


def _created(action: str, asked: Parameters, lead: LeadStatus) -> Document:
    """A dialer that names no Lead ID, and a test, leave ours as what the lead can be found by."""
    return _success(action, _CREATED[action], asked, lead, lead_id=lead.dialer_lead_id or lead.id)


def _success(action: str, message: str, asked: Parameters, lead: LeadStatus, *, lead_id: str) -> Document:
    """Of several leads the document writes Lead IDs as numbers, of one as a text."""
    is_number = action == ADD_MULTI_LEAD and lead_id.isascii() and lead_id.isdigit()
    status = lead.dialer_status or ("NEW" if lead.state is State.DELIVERED else lead.state.value.upper())
    data = {
        "Phone Number": asked["phone_number"],
        "List ID": lead.dialer_list_id or lead.list_id,
        "Lead ID": int(lead_id) if is_number else lead_id,
        "Status": status,
        **_reference(asked),
    }
    return {"success": "true", "message": f"{action} {message}", "data": data}


def _reference(asked: Parameters) -> dict[str, str]:
    return {"Prospects Id": asked["prospects_id"]} if asked.get("prospects_id") else {}


def _said(action: str, asked: Parameters, lead: LeadStatus) -> str | None:
    table = _SAID_OF_ROWS if action == ADD_MULTI_LEAD else _SAID
    words = table.get(lead.reason_code or "")
    return words.format(list_id=asked.get("list_id") or lead.list_id) if words else None
