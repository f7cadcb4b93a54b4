"""The control API under /emulator: what arrived, and how the dialer stands and fails from now on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from gateway.emulator.catalogue import CATALOGUE
from gateway.emulator.furnishing import ApiUser
from gateway.emulator.orders import (
    OrderError,
    read_agent,
    read_limit,
    read_list,
    read_order,
    read_settings,
    read_user,
)
from gateway.emulator.state import DialerState

View = Callable[..., tuple[Response, int] | Response]


def control_api(state: DialerState) -> Blueprint:
    control = Blueprint("control", __name__, url_prefix="/emulator")
    _add_books(control, state)
    _add_faults(control, state)
    _add_furnishing(control, state)
    _add_settings(control, state)
    return control


def _add_books(control: Blueprint, state: DialerState) -> None:
    @control.get("/leads")
    def leads() -> Response:
        """The newest ones kept, in the order of arrival."""
        newest = state.ledger.newest_leads(read_limit(request.args))
        return jsonify(
            total=state.ledger.leads_total,
            kept=state.ledger.leads_kept,
            leads=[lead.as_json() for lead in reversed(newest)],
        )

    @control.get("/calls")
    def calls() -> Response:
        newest = state.ledger.newest_calls(read_limit(request.args))
        return jsonify(total=state.ledger.calls_total, calls=[call.as_json() for call in reversed(newest)])

    @control.get("/requests")
    def requests() -> Response:
        return jsonify(state.traffic.report().as_json())


def _add_faults(control: Blueprint, state: DialerState) -> None:
    @control.get("/faults")
    def faults() -> Response:
        known = [
            {"name": kind.name, "written": kind.written, "meaning": kind.meaning}
            for kind in CATALOGUE.values()
        ]
        return jsonify(active=state.faults.active(), catalogue=known)

    @control.post("/faults")
    def set_fault() -> tuple[Response, int]:
        active = state.faults.set(read_order(_posted()))
        return jsonify(id=active.number, fault=str(active.order.fault)), 201

    @control.delete("/faults")
    @control.delete("/faults/<int:number>")
    def clear_faults(number: int | None = None) -> Response:
        return jsonify(cleared=state.faults.clear(number))


def _add_furnishing(control: Blueprint, state: DialerState) -> None:
    @control.get("/lists")
    def lists() -> Response:
        return jsonify(lists=[asdict(one) for one in state.lists()])

    @control.put("/lists/<list_id>")
    def put_list(list_id: str) -> Response:
        one = read_list(list_id, _posted())
        state.put_list(one)
        return jsonify(asdict(one))

    @control.get("/users")
    def users() -> Response:
        return jsonify(users=[_shown(user, state) for user in state.accounts.everyone()])

    @control.put("/users/<user>")
    def put_user(user: str) -> Response:
        one = read_user(user, _posted())
        state.accounts.put(one)
        return jsonify(_shown(one, state))

    @control.get("/agents")
    def agents() -> Response:
        return jsonify(agents=[asdict(one) for one in state.agents()])

    @control.put("/agents/<agent_user>")
    def put_agent(agent_user: str) -> Response:
        one = read_agent(agent_user, _posted())
        state.put_agent(one)
        return jsonify(asdict(one))

    for path, remove in (
        ("lists", state.remove_list),
        ("users", state.remove_user),
        ("agents", state.remove_agent),
    ):
        control.add_url_rule(
            f"/{path}/<name>", endpoint=f"remove_{path}", view_func=_removal(remove), methods=["DELETE"]
        )


def _removal(remove: Callable[[str], bool]) -> View:
    def view(name: str) -> tuple[Response, int]:
        if not remove(name):
            return jsonify(error="There is none of that name."), 404
        return jsonify(removed=True), 200

    return view


def _add_settings(control: Blueprint, state: DialerState) -> None:
    @control.get("/settings")
    def settings() -> Response:
        return jsonify(_settings(state))

    @control.post("/settings")
    def change_settings() -> Response:
        state.set(**read_settings(_posted()))
        return jsonify(_settings(state))

    @control.post("/reset")
    def reset() -> Response:
        state.reset()
        return jsonify(reset=True)


def _settings(state: DialerState) -> dict[str, object]:
    return {
        "delay": state.delay,
        "at_a_time": state.at_a_time,
        "require_login": state.accounts.require_login,
    }


def _shown(user: ApiUser, state: DialerState) -> dict[str, object]:
    return {
        "user": user.user,
        "may_add_leads": user.may_add_leads,
        "may_search": user.may_search,
        "locked": state.accounts.is_locked(user.user),
    }


def _posted() -> Mapping[str, Any]:
    body = request.get_json(force=True, silent=True)
    if request.content_length and not isinstance(body, dict):
        raise OrderError("Send a JSON object.")
    return body or {}
