"""The rules of the dialer's document, in the order in which the dialer looks: what it would refuse, in its words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from gateway.config import DialerConfig, SourceConfig

Parameters = Mapping[str, str]

MOST_LEADS = 1000  # in one request; the document knows no limit, and its servers end at far fewer
NO_ACTION = "PLEASE ENTER ACTION VALUE"
WRONG_ACTION = "ENTERED ACTION IS NOT VALID"
SOURCE_REQUIRED = "SOURCE IS REQUIRED"
SOURCE_SHORT = "PLEASE ENTER TWO DIGIT SOURCE VALUE"
PHONE_REQUIRED = "PHONE NUMBER IS REQUIRED"
PHONE_INVALID = "PHONE NUMBER IS NOT VALID"
PHONE_LENGTH = "PHONE NUMBER MUST HAVE MINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT"
ROW_PHONE_LENGTH = "PHONE NUMBER MINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT"
LIST_REQUIRED = "LIST ID IS REQUIRED"
LIST_LENGTH = "LIST ID MINIMUM 3 DIGIT AND MAXIMUM 14 DIGIT"
LIST_NOT_FOUND = "LIST ID NOT FOUND IN SYSTEM"
CUSTOM_FIELDS_REQUIRED = "CUSTOM_FIELDS IS REQUIRED AND MUST HAVE SET TO Y"
CUSTOM_FIELDS_NOT_ADDED = "CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST"
NO_PERMISSION = "USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM"
LEADS_REQUIRED = "MULTI_LEAD IS REQUIRED FIELDS"
JSON_SYNTAX = "PLEASE CHECK YOUR JSON SYNTAX"
VALUE_REQUIRED = "VALUE IS REQUIRED"
VALUE_INVALID = "VALUE IS NOT VALID"
AGENT_NOT_LOGGED_IN = "AGENT_USER IS NOT LOGGED IN"
AGENT_NOT_ALLOWED = "AGENT_USER IS NOT ALLOWED TO PLACE MANUAL DIAL CALLS"

# The document has no words for these.
TOO_MANY_LEADS = f"TOO MANY LEADS, SEND AT MOST {MOST_LEADS} AT ONCE"
YES_OR_NO = ("search", "preview", "focus")

_AGENT = re.compile(r"[0-9A-Za-z_.-]{1,20}")
_REFERENCE = re.compile(r"[0-9A-Za-z-]+")
_DIGITS = re.compile(r"[0-9]+")
_SHOWN = re.compile(r"[^0-9A-Za-z_-]")
_PHONE_CODE = re.compile(r"[0-9]{0,10}")


def lists_of(source: SourceConfig) -> frozenset[str]:
    """Every list a sender of this source may name."""
    routed = (route.list_id for route in source.routes)
    return frozenset({source.list_id, *source.lists, *filter(None, routed)})


def why_no_lead(request: Parameters, lists: frozenset[str], *, knows_every_name: bool) -> str | None:
    """What an add_lead is refused for; None where it can be a lead."""
    if not request.get("source"):
        return SOURCE_REQUIRED
    problem = _phone_problem(request.get("phone_number", ""), PHONE_LENGTH) or _list_problem(request)
    if problem is not None:
        return problem
    if request.get("list_id", "") not in {*lists, ""}:
        return LIST_NOT_FOUND
    if request.get("custom_fields") != "Y":
        return CUSTOM_FIELDS_REQUIRED
    return None if knows_every_name else CUSTOM_FIELDS_NOT_ADDED


def why_no_rows(request: Parameters) -> str | None:
    """What an add_multi_lead is refused for as a whole, before its leads are looked at."""
    source = request.get("source", "")
    if not source:
        return SOURCE_REQUIRED
    if len(source) < 2:
        return SOURCE_SHORT
    if request.get("custom_fields") != "Y":
        return CUSTOM_FIELDS_REQUIRED
    return None if request.get("multi_leads", "").strip() else LEADS_REQUIRED


def why_not_this_row(row: Parameters, lists: frozenset[str]) -> str | None:
    """What one lead of several is refused for. Names that no form has are dropped here without a word."""
    problem = _phone_problem(row.get("phone_number", ""), ROW_PHONE_LENGTH) or _list_problem(row)
    list_id = row.get("list_id", "")
    if problem is None and list_id not in {*lists, ""}:
        # Only what a list id can be made of: the answer is called HTML, and this is anybody's text.
        return f"LIST ID {_SHOWN.sub('', list_id)} DOES NOT EXISTS"
    return problem


def why_no_call(request: Parameters, agents: Sequence[str] = ()) -> str | None:
    """What a manual_dial is refused for before the dialer is asked; `agents`: the only ones it may be for."""
    value = request.get("value", "")
    if not value:
        return VALUE_REQUIRED
    if not _DIGITS.fullmatch(value) or not 6 <= len(value) <= 16:
        return VALUE_INVALID
    for name in YES_OR_NO:
        if request.get(name, "").upper() not in ("", "YES", "NO"):
            return f"{name.upper()} MUST BE YES OR NO"
    if not _PHONE_CODE.fullmatch(request.get("phone_code", "")):
        return "PHONE_CODE IS NOT VALID"
    agent = request.get("agent_user", "")
    # No agent has such a name, and the dialer would write it into its SQL.
    if not _AGENT.fullmatch(agent):
        return AGENT_NOT_LOGGED_IN
    return AGENT_NOT_ALLOWED if agents and agent not in agents else None


def reference_for(dialer: DialerConfig, request: Parameters) -> str:
    """The caller's reference of a call where the dialer can hold it; another would shift its other fields."""
    reference = request.get("prospects_id", "")
    fits = len(reference) <= dialer.prospects_id_max and _REFERENCE.fullmatch(reference)
    return reference if fits else ""


def rows_of(text: str) -> list[dict[str, str]] | None:
    """The leads of `multi_leads`; None where it is not the JSON it should be."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        return None
    return [{name: _as_text(value) for name, value in row.items()} for row in rows]


def _phone_problem(phone: str, length: str) -> str | None:
    if not phone:
        return PHONE_REQUIRED
    if not _DIGITS.fullmatch(phone):
        return PHONE_INVALID
    return None if 6 <= len(phone) <= 16 else length


def _list_problem(lead: Parameters) -> str | None:
    """A list that is not named at all is the source's own; the document has a default there too."""
    list_id = lead.get("list_id")
    if list_id is None:
        return None
    if not list_id:
        return LIST_REQUIRED
    return None if 3 <= len(list_id) <= 14 else LIST_LENGTH


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
