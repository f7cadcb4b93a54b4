"""VICIdial's non-agent API, as far as adding a lead and looking it up again: plain text lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from gateway.emulator.accounts import Login
from gateway.emulator.dialect import Dialect, Parameters
from gateway.emulator.elision import form_values
from gateway.emulator.furnishing import DialerList
from gateway.emulator.ledger import NewLead, StoredLead
from gateway.emulator.state import DialerState

PATH = "/vicidial/non_agent_api.php"
DEFAULT_LIST = "999"


def answer(state: DialerState, parameters: Parameters) -> str:
    login = state.accounts.check(parameters)
    if login is not Login.GOOD:
        return refuse_login(login, parameters)
    source = re.sub("[^0-9a-zA-Z]", "", parameters.get("source", ""))
    if len(source) < 2:
        return f"ERROR: Invalid Source - {source}\nERROR: Invalid Source: |{source}|\n"
    perform = FUNCTIONS.get(parameters.get("function", ""))
    if perform is None:
        return "ERROR: NO FUNCTION SPECIFIED\n"
    return perform(state, parameters)


def refuse_login(login: Login, parameters: Parameters) -> str:
    """The password comes back in clear, as from the real one: whoever keeps answers must rehearse that."""
    user = parameters.get("user", "")
    if login is Login.LOCK:
        return f"ERROR: Too many login attempts, try again in 15 minutes: |{user}|LOCK|\n"
    return f"ERROR: Login incorrect, please try again: |{user}|{parameters.get('pass', '')}|BAD|\n"


def add_lead(state: DialerState, parameters: Parameters) -> str:
    user = parameters.get("user", "")
    if not state.accounts.may_add_leads(parameters):
        return f"ERROR: add_lead USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM: |{user}|0|\n"
    phone = _dialled(parameters.get("phone_number", ""))
    if not 6 <= len(phone) <= 16:
        return f"ERROR: add_lead INVALID PHONE NUMBER LENGTH - {phone}|{user}\n"
    list_id = re.sub("[^0-9]", "", parameters.get("list_id", ""))
    list_id = list_id if len(list_id) >= 3 else DEFAULT_LIST
    if parameters.get("list_exists_check") == "Y" and state.list(list_id) is None:
        return f"ERROR: add_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED - {phone}|{list_id}\n"
    duplicate = _duplicate(state, parameters.get("duplicate_check", ""), phone, list_id)
    if duplicate:
        return duplicate
    return _insert(state, parameters, phone, list_id)


def _insert(state: DialerState, parameters: Parameters, phone: str, list_id: str) -> str:
    target = state.list(list_id)
    wants_fields = parameters.get("custom_fields") == "Y"
    added = wants_fields and target is not None and bool(target.form)
    lead = state.ledger.insert(
        NewLead(
            action="add_lead",
            phone=phone,
            list_id=list_id,
            source=parameters.get("source", ""),
            reference=re.sub('[;#"]', "", parameters.get("vendor_lead_code", "")),
            fields=_kept_fields(target, parameters, with_form=added),
            custom_fields_added=added,
        )
    )
    gmt = "5.5" if parameters.get("phone_code") == "91" else "-5"
    user = parameters.get("user", "")
    lines = [f"SUCCESS: add_lead LEAD HAS BEEN ADDED - {phone}|{list_id}|{lead.lead_id}|{gmt}|{user}"]
    if parameters.get("add_to_hopper") == "Y":
        lines.append(f"NOTICE: add_lead ADDED TO HOPPER - {phone}|{lead.lead_id}|1|{user}")
    if added:
        lines.append(f"NOTICE: add_lead CUSTOM FIELDS VALUES ADDED - {phone}|{lead.lead_id}|{list_id}|1")
    elif wants_fields:
        lines.append(
            "NOTICE: add_lead CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST"
            f" - {phone}|{lead.lead_id}|{list_id}"
        )
    return "".join(f"{line}\n" for line in lines)


def _kept_fields(target: DialerList | None, parameters: Parameters, *, with_form: bool) -> dict[str, str]:
    """Standard columns always, a form's only when it is written; unknown names go without a word."""
    form = form_values(target, parameters) if target and with_form else {}
    standard = {name: parameters[name] for name in STANDARD_COLUMNS if parameters.get(name)}
    return {**standard, **form}


def _duplicate(state: DialerState, check: str, phone: str, list_id: str) -> str | None:
    """Looked up before the insert and under no lock, as in the dialer: two at once both pass."""
    twins = state.ledger.with_phone(phone)
    if check == "DUPLIST":
        twins = [twin for twin in twins if twin.list_id == list_id]
    elif not check.startswith("DUPSYS"):
        return None
    if not twins:
        return None
    first = twins[0]
    if check == "DUPLIST":
        return f"ERROR: add_lead DUPLICATE PHONE NUMBER IN LIST - {phone}|{list_id}|{first.lead_id}\n"
    return (
        "ERROR: add_lead DUPLICATE PHONE NUMBER IN SYSTEM"
        f" - {phone}|{list_id}|{first.lead_id}|{first.list_id}\n"
    )


def lead_search(state: DialerState, parameters: Parameters) -> str:
    user = parameters.get("user", "")
    if not state.accounts.may_search(parameters):
        return f"ERROR: lead_search USER DOES NOT HAVE PERMISSION TO SEARCH FOR LEADS: |{user}|0|\n"
    asked = parameters.get("phone_number", "")
    found = {phone: state.ledger.with_phone(phone) for phone in asked.split(",")}
    if not any(found.values()):
        return f"ERROR: lead_search NO MATCHES FOUND IN THE SYSTEM: |{user}|||{asked}\n"
    return "".join(
        f"{phone}|{len(leads)}|{'-'.join(str(lead.lead_id) for lead in reversed(leads))}\n"
        for phone, leads in found.items()
    )


def update_lead(state: DialerState, parameters: Parameters) -> str:
    """Only the read-only use, no_update=Y: it finds a lead and changes nothing."""
    user = parameters.get("user", "")
    if not state.accounts.may_add_leads(parameters):
        return f"ERROR: update_lead USER DOES NOT HAVE PERMISSION TO UPDATE LEADS: |{user}|0|\n"
    if parameters.get("no_update") != "Y":
        return "ERROR: update_lead ONLY no_update=Y IS EMULATED\n"
    asked = f"{parameters.get('vendor_lead_code', '')}|{parameters.get('phone_number', '')}"
    found = _search(state, parameters)
    if not found:
        return f"NOTICE: update_lead NO MATCHES FOUND IN THE SYSTEM: |{user}||{asked}\n"
    lead = found[-1]
    return (
        "NOTICE: update_lead LEADS FOUND IN THE SYSTEM:"
        f" |{user}|{lead.lead_id}|{asked}|{lead.list_id}|{lead.list_id}\n"
    )


def _search(state: DialerState, parameters: Parameters) -> list[StoredLead]:
    methods = parameters.get("search_method") or "LEAD_ID"
    found: list[StoredLead] = []
    if "VENDOR_LEAD_CODE" in methods:
        found = state.ledger.with_reference(parameters.get("vendor_lead_code", ""))
    if not found and "PHONE_NUMBER" in methods:
        found = state.ledger.with_phone(parameters.get("phone_number", ""))
    if not found and "LEAD_ID" in methods:
        found = state.ledger.with_id(parameters.get("lead_id", ""))
    if parameters.get("search_location") == "LIST":
        found = [lead for lead in found if lead.list_id == parameters.get("list_id")]
    return found


def _dialled(phone: str) -> str:
    """Everything but digits and commas is stripped, not refused, so letters inside a number vanish."""
    return re.sub("[^0-9,]", "", phone)


def _action_of(parameters: Parameters) -> str:
    function = parameters.get("function", "")
    return function if function in FUNCTIONS else "other"


def _phones_of(parameters: Parameters) -> list[str]:
    phone = _dialled(parameters.get("phone_number", ""))
    return [phone] if phone and parameters.get("function") == "add_lead" else []


STANDARD_COLUMNS = (
    "phone_code",
    "title",
    "first_name",
    "last_name",
    "address1",
    "address2",
    "city",
    "state",
    "postal_code",
    "email",
    "comments",
    "rank",
    "owner",
)
FUNCTIONS: Mapping[str, Callable[[DialerState, Parameters], str]] = MappingProxyType(
    {"add_lead": add_lead, "lead_search": lead_search, "update_lead": update_lead}
)

VICIDIAL = Dialect(
    path=PATH,
    action_of=_action_of,
    phones_of=_phones_of,
    answer=answer,
    refuse=lambda action, message: f"ERROR: {action} {message}\n",
    refuse_login=refuse_login,
    headers=MappingProxyType({"Cache-Control": "no-cache, must-revalidate", "Pragma": "no-cache"}),
)
