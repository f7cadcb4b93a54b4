"""What the control API and the page are asked to do, read strictly; a mistake is told with what would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.emulator.catalogue import parse_fault
from gateway.emulator.faults import Order
from gateway.emulator.furnishing import DEFAULT_FORM, Agent, ApiUser, DialerList

MOST_SHOWN = 1_000


class OrderError(ValueError):
    """A wrong order; the text names the key and never repeats the value."""


def read_limit(arguments: Mapping[str, str]) -> int:
    text = arguments.get("limit", str(MOST_SHOWN))
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise OrderError("limit: a whole number from 0 to 999999.")
    return int(text)


def read_order(given: Mapping[str, Any]) -> Order:
    _only(given, "fault", "count", "seconds", "share", "action", "phone")
    if "fault" not in given:
        raise OrderError("fault: name the fault, as name or name:argument.")
    share = _number(given, "share", most=1)
    return Order(
        fault=parse_fault(_text(given, "fault", "")),
        count=_whole(given, "count", least=1),
        seconds=_number(given, "seconds", most=86_400),
        share=1.0 if share is None else share,
        action=_text(given, "action", ""),
        phone=_text(given, "phone", ""),
    )


def read_list(list_id: str, given: Mapping[str, Any]) -> DialerList:
    _only(given, "name", "form")
    form = given.get("form", True)
    if isinstance(form, bool):
        fields = DEFAULT_FORM if form else ()
    elif isinstance(form, list) and all(isinstance(name, str) and name for name in form):
        fields = tuple(form)
    else:
        raise OrderError(
            "form: true for the usual custom form, false for none, or the list of its field names."
        )
    return DialerList(list_id=list_id, name=_text(given, "name", ""), form=fields)


def read_user(user: str, given: Mapping[str, Any]) -> ApiUser:
    _only(given, "password", "may_add_leads", "may_search")
    return ApiUser(
        user=user,
        password=_text(given, "password", ""),
        may_add_leads=_truth(given, "may_add_leads"),
        may_search=_truth(given, "may_search"),
    )


def read_agent(agent_user: str, given: Mapping[str, Any]) -> Agent:
    _only(given, "logged_in", "paused", "may_dial")
    return Agent(
        agent_user=agent_user,
        logged_in=_truth(given, "logged_in"),
        paused=_truth(given, "paused"),
        may_dial=_truth(given, "may_dial"),
    )


def read_settings(given: Mapping[str, Any]) -> dict[str, Any]:
    _only(given, "delay", "at_a_time", "require_login")
    changed = {
        "delay": _number(given, "delay", most=600),
        "at_a_time": _whole(given, "at_a_time", least=0),
        "require_login": _truth(given, "require_login") if "require_login" in given else None,
    }
    return {name: value for name, value in changed.items() if value is not None}


def _only(given: Mapping[str, Any], *names: str) -> None:
    if set(given) - set(names):
        raise OrderError(f"Only these names are known here: {', '.join(names)}.")


def _text(given: Mapping[str, Any], name: str, default: str) -> str:
    value = given.get(name, default)
    if not isinstance(value, str) or len(value) > 200:
        raise OrderError(f"{name}: a text of at most 200 characters.")
    return value


def _truth(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, True)
    if not isinstance(value, bool):
        raise OrderError(f"{name}: true or false.")
    return value


def _whole(given: Mapping[str, Any], name: str, *, least: int) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= 1_000_000:
        raise OrderError(f"{name}: a whole number from {least} to 1000000.")
    return value


def _number(given: Mapping[str, Any], name: str, *, most: float) -> float | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise OrderError(f"{name}: a number from 0 to {most:g}.")
    return float(value)
