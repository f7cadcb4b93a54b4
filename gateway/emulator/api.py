"""The dialer's two addresses: read the request, then let a fault or the dialect answer it."""

from __future__ import annotations

import time

from flask import Blueprint, Response, request

from gateway.emulator.catalogue import Fault, parse_fault
from gateway.emulator.dialect import Dialect, Parameters
from gateway.emulator.effects import HTML, Scene, carry_out
from gateway.emulator.elision import ELISION
from gateway.emulator.parameters import read_parameters
from gateway.emulator.sockets import pause
from gateway.emulator.state import DialerState
from gateway.emulator.vicidial import VICIDIAL

FAULT_HEADER = "X-Emulator-Fault"
DIALECTS = (ELISION, VICIDIAL)
SHORT_DELAY = 0.1  # seconds; below it nobody needs to notice that the client has gone


def dialer_api(state: DialerState) -> Blueprint:
    api = Blueprint("dialer", __name__)
    for dialect in DIALECTS:
        _add_address(api, state, dialect)
    return api


def _add_address(api: Blueprint, state: DialerState, dialect: Dialect) -> None:
    def view() -> Response:
        return _serve(state, dialect)

    api.add_url_rule(
        dialect.path, endpoint=dialect.path.split("/")[1], view_func=view, methods=["GET", "POST"]
    )


def _serve(state: DialerState, dialect: Dialect) -> Response:
    parameters = read_parameters(request)
    action = dialect.action_of(parameters)
    phones = dialect.phones_of(parameters)
    traffic = state.traffic
    with traffic.visit(action, phones):
        asked = request.headers.get(FAULT_HEADER)
        fault = parse_fault(asked) if asked else state.faults.meet(action, phones)
        if fault is None:
            return _answer(state, dialect, parameters)
        traffic.count_fault(fault.kind.name)
        return _fail(state, dialect, parameters, fault)


def _answer(state: DialerState, dialect: Dialect, parameters: Parameters) -> Response:
    """The delay stands after the insert: a client that gives up waiting has its lead all the same."""
    text = dialect.answer(state, parameters)
    if state.delay > SHORT_DELAY:
        pause(request.environ, state.delay, state.closing)
    elif state.delay:
        time.sleep(state.delay)
    return Response(text, content_type=HTML, headers=dict(dialect.headers))


def _fail(state: DialerState, dialect: Dialect, parameters: Parameters, fault: Fault) -> Response:
    scene = Scene(state=state, dialect=dialect, parameters=parameters, environ=request.environ, fault=fault)
    return carry_out(scene)
