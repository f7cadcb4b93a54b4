"""create_emulator: the emulated dialer as one Flask application."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, Response, jsonify

from gateway.emulator.api import dialer_api
from gateway.emulator.catalogue import FaultError
from gateway.emulator.control import control_api
from gateway.emulator.furnishing import EmulatorConfig
from gateway.emulator.orders import OrderError
from gateway.emulator.pages import emulator_pages, templates_folder
from gateway.emulator.state import DialerState

BIGGEST_BODY = 16 * 1024 * 1024


def create_emulator(
    config: EmulatorConfig | None = None, *, clock: Callable[[], float] = time.monotonic
) -> Flask:
    """One process only: the state is in its memory. `clock` measures locks and the length of faults."""
    app = Flask("gateway.emulator", static_folder=None, template_folder=str(templates_folder()))
    app.config["MAX_CONTENT_LENGTH"] = BIGGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = BIGGEST_BODY
    app.jinja_env.filters["clock_time"] = _clock_time
    state = DialerState(config or EmulatorConfig(), clock)
    app.extensions["emulator"] = state
    app.register_blueprint(dialer_api(state))
    app.register_blueprint(control_api(state))
    app.register_blueprint(emulator_pages(state))
    app.register_error_handler(FaultError, _wrong_order)
    app.register_error_handler(OrderError, _wrong_order)
    return app


def state_of(app: Flask) -> DialerState:
    state = app.extensions["emulator"]
    if not isinstance(state, DialerState):
        raise TypeError("This application was not made by create_emulator.")
    return state


def _wrong_order(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400


def _clock_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")
