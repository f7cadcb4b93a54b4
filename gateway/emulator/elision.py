"""Elision's API: add_lead, add_multi_lead and manual_dial, answered word for word as its document says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType

from gateway.emulator.accounts import Login
from gateway.emulator.dialect import Dialect, Parameters
from gateway.emulator.furnishing import FORM_LIMITS, OTHER_FIELD_LIMIT, DialerList
from gateway.emulator.ledger import NewLead, StoredLead
from gateway.emulator.state import DialerState

Answer = dict[str, object]

PATH = "/elision-dialer/elision-api/main.php"
DEFAULT_LIST = "999"
NO_PERMISSION = "USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM"
NO_FORM_FIELDS = "CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST"
CUSTOM_FIELDS_NEEDED = "CUSTOM_FIELDS IS REQUIRED AND MUST HAVE SET TO Y"
LIST_LENGTH = "LIST ID MINIMUM 3 DIGIT AND MAXIMUM 14 DIGIT"

LOGIN_MESSAGES = {
    Login.BAD: "Login incorrect, please try again",
    Login.LOCK: "Too many login attempts, try again in 15 minutes",
}

# Names the dialer knows on any list; every other name must be a field of the list's custom form.
STANDARD_NAMES = frozenset(
    {
        "action",
        "source",
        "user",
        "pass",
        "phone_number",
        "phone_code",
        "list_id",
        "custom_fields",
        "prospects_id",
        "multi_leads",
    }
)


def answer(state: DialerState, parameters: Parameters) -> str:
    action = parameters.get("action", "")
    if not action:
        return _encode({"status": "false", "message": "PLEASE ENTER ACTION VALUE"})
    perform = ACTIONS.get(action)
    if perform is None:
        return _encode({"status": "false", "message": "ENTERED ACTION IS NOT VALID"})
    login = state.accounts.check(parameters)
    if login is not Login.GOOD:
        return refuse_login(login, parameters)
    return _encode(perform(state, parameters))


def refuse_login(login: Login, parameters: Parameters) -> str:  # noqa: ARG001 - this dialect echoes nothing
    return _encode({"success": "false", "message": LOGIN_MESSAGES[login]})


def add_lead(state: DialerState, parameters: Parameters) -> Answer:
    """The lead is there before its custom fields are looked at: the last error leaves a lead behind."""
    problem = _why_not_added(state, parameters)
    if problem:
        return _error("add_lead", problem)
    target = state.list(parameters.get("list_id", DEFAULT_LIST))
    if target is None:
        return _error("add_lead", "LIST ID NOT FOUND IN SYSTEM")
    if not target.form or parameters.get("custom_fields") != "Y":
        return _error("add_lead", CUSTOM_FIELDS_NEEDED)
    known = _knows_every_field(target, parameters)
    lead = state.ledger.insert(_new_lead("add_lead", parameters, parameters, target, complete=known))
    if not known:
        return _error("add_lead", NO_FORM_FIELDS)
    return _created("add_lead LEAD CREATED SUCCESSFULLY", lead, str(lead.lead_id), parameters)


def _why_not_added(state: DialerState, parameters: Parameters) -> str | None:
    if not state.accounts.may_add_leads(parameters):
        return NO_PERMISSION
    if not parameters.get("source"):
        return "SOURCE IS REQUIRED"
    return _phone_problem(
        parameters.get("phone_number", ""), "PHONE NUMBER MUST HAVE MINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT"
    ) or _list_problem(parameters.get("list_id", DEFAULT_LIST))


def add_multi_lead(state: DialerState, parameters: Parameters) -> Answer:
    problem = _why_no_batch(state, parameters)
    if problem:
        return _error("add_multi_lead", problem)
    leads = _read_leads(parameters["multi_leads"])
    if leads is None:
        return _error("add_multi_lead", "PLEASE CHECK YOUR JSON SYNTAX")
    return {f"lead {number}": _add_one(state, parameters, lead) for number, lead in enumerate(leads, start=1)}


def _why_no_batch(state: DialerState, parameters: Parameters) -> str | None:
    if not state.accounts.may_add_leads(parameters):
        return NO_PERMISSION
    source = parameters.get("source", "")
    if not source:
        return "SOURCE IS REQUIRED"
    if len(source) < 2:
        return "PLEASE ENTER TWO DIGIT SOURCE VALUE"
    if parameters.get("custom_fields") != "Y":
        return CUSTOM_FIELDS_NEEDED
    if not parameters.get("multi_leads", "").strip():
        return "MULTI_LEAD IS REQUIRED FIELDS"
    return None


def _add_one(state: DialerState, parameters: Parameters, lead: Parameters) -> Answer:
    """Names outside the list's form are dropped without a word here; only single leads are told."""
    list_id = lead.get("list_id", DEFAULT_LIST)
    problem = _phone_problem(
        lead.get("phone_number", ""), "PHONE NUMBER MINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT"
    ) or _list_problem(list_id)
    if problem:
        return _error("add_multi_lead", problem)
    target = state.list(list_id)
    if target is None:
        return _error("add_multi_lead", f"LIST ID {list_id} DOES NOT EXISTS")
    has_form = bool(target.form)
    stored = state.ledger.insert(_new_lead("add_multi_lead", parameters, lead, target, complete=has_form))
    if not has_form:
        return _error("add_multi_lead", NO_FORM_FIELDS)
    return _created("add_multi_lead RECORD(S) CREATED", stored, stored.lead_id, lead)


def manual_dial(state: DialerState, parameters: Parameters) -> Answer:
    problem = _why_no_call(state, parameters)
    if problem:
        return _error("manual_dial", problem)
    call = state.ledger.place_call(parameters)
    data = {"Phone Number": call.phone_number}
    if call.prospects_id:
        data["Prospects Id"] = call.prospects_id
    return {"success": "true", "message": "manual_dial EXTERNAL_DIAL FUNCTION SET", "data": data}


def _why_no_call(state: DialerState, parameters: Parameters) -> str | None:
    value = parameters.get("value", "")
    if not value:
        return "VALUE IS REQUIRED"
    if not _is_digits(value) or not 6 <= len(value) <= 16:
        return "VALUE IS NOT VALID"
    agent = state.agent(parameters.get("agent_user", ""))
    if agent is None or not agent.logged_in:
        return "AGENT_USER IS NOT LOGGED IN"
    if not agent.paused:
        return "AGENT_USER IS NOT PAUSED"
    if not agent.may_dial:
        return "AGENT_USER IS NOT ALLOWED TO PLACE MANUAL DIAL CALLS"
    return None


def _phone_problem(phone: str, length_message: str) -> str | None:
    if not phone:
        return "PHONE NUMBER IS REQUIRED"
    if not _is_digits(phone):
        return "PHONE NUMBER IS NOT VALID"
    if not 6 <= len(phone) <= 16:
        return length_message
    return None


def _list_problem(list_id: str) -> str | None:
    if not list_id:
        return "LIST ID IS REQUIRED"
    if not 3 <= len(list_id) <= 14:
        return LIST_LENGTH
    return None


def _new_lead(
    action: str, request: Parameters, lead: Parameters, target: DialerList, *, complete: bool
) -> NewLead:
    return NewLead(
        action=action,
        phone=lead["phone_number"],
        list_id=target.list_id,
        source=request.get("source", ""),
        reference=lead.get("prospects_id", ""),
        fields=form_values(target, lead) if complete else {},
        custom_fields_added=complete,
    )


def form_values(target: DialerList, lead: Parameters) -> dict[str, str]:
    """What the custom form keeps: its own fields, each cut to its column without a word."""
    return {
        name: lead[name][: FORM_LIMITS.get(name, OTHER_FIELD_LIMIT)] for name in target.form if lead.get(name)
    }


def _knows_every_field(target: DialerList, parameters: Parameters) -> bool:
    return all(name in STANDARD_NAMES or name in target.form for name, value in parameters.items() if value)


def _created(message: str, lead: StoredLead, lead_id: str | int, asked: Parameters) -> Answer:
    data: Answer = {
        "Phone Number": lead.phone_number,
        "List ID": lead.list_id,
        "Lead ID": lead_id,
        "Status": lead.status,
    }
    if asked.get("prospects_id"):
        data["Prospects Id"] = asked["prospects_id"]
    return {"success": "true", "message": message, "data": data}


def _read_leads(text: str) -> list[dict[str, str]] | None:
    try:
        leads = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(leads, list) or not leads or not all(isinstance(lead, dict) for lead in leads):
        return None
    return [{name: _as_text(value) for name, value in lead.items()} for lead in leads]


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _error(action: str, message: str) -> Answer:
    return {"success": "false", "message": f"{action} {message}"}


def _encode(reply: Answer) -> str:
    return json.dumps(reply, separators=(",", ":"))


def _action_of(parameters: Parameters) -> str:
    action = parameters.get("action", "")
    return action if action in ACTIONS else "other"


def _phones_of(parameters: Parameters) -> list[str]:
    if parameters.get("action") == "add_multi_lead":
        leads = _read_leads(parameters.get("multi_leads", "")) or []
        return [lead["phone_number"] for lead in leads if lead.get("phone_number")]
    phone = parameters.get("phone_number")
    return [phone] if phone else []


ACTIONS: Mapping[str, Callable[[DialerState, Parameters], Answer]] = MappingProxyType(
    {"add_lead": add_lead, "add_multi_lead": add_multi_lead, "manual_dial": manual_dial}
)

ELISION = Dialect(
    path=PATH,
    action_of=_action_of,
    phones_of=_phones_of,
    answer=answer,
    refuse=lambda action, message: _encode(_error(action, message)),
    refuse_login=refuse_login,
    headers=MappingProxyType({}),
)
