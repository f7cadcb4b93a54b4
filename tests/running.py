"""Serves the emulator on a free loopback port, for tests that speak to a dialer through a real socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from gateway.emulator.app import create_emulator, state_of
from gateway.emulator.catalogue import parse_fault
from gateway.emulator.elision import PATH
from gateway.emulator.faults import Order
from gateway.emulator.furnishing import DEFAULT_FORM, Agent, ApiUser, DialerList, EmulatorConfig
from gateway.emulator.traffic import TrafficReport
from gateway.emulator.vicidial import PATH as VICIDIAL_PATH

EVERYTHING = 1_000_000


class QuietHandler(WSGIRequestHandler):
    """Keep-alive, no delayed segments, no log lines; its server knows the open connections."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.open_connections.add(self.connection)  # type: ignore[attr-defined]

    def finish(self) -> None:
        self.server.open_connections.discard(self.connection)  # type: ignore[attr-defined]
        super().finish()

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name of the base
        return None


class Serving:
    """One WSGI application on one loopback port; can be stopped and started again on the same port."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        server = make_server("127.0.0.1", self.port, self._app, threaded=True, request_handler=QuietHandler)
        server.open_connections = set()  # type: ignore[attr-defined]
        self.port = server.server_port
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True, name="test-server"
        )
        self._thread.start()

    def stop(self) -> None:
        """Nothing listens afterwards: connections are refused, and the ones left open are ended."""
        server, thread = self._server, self._thread
        if server is None or thread is None:
            return
        self._server = self._thread = None
        server.shutdown()
        thread.join(5)
        server.server_close()
        for connection in list(server.open_connections):  # type: ignore[attr-defined]
            _end(connection)
        deadline = time.monotonic() + 2
        while server.open_connections and time.monotonic() < deadline:  # type: ignore[attr-defined]
            time.sleep(0.005)


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def serving(app: Any) -> Iterator[Serving]:
    """Any WSGI application on a free loopback port."""
    server = Serving(app)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class EmulatorHandle:
    """What a test sees of a running emulator; it looks into its memory, not through its control API."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.state = state_of(app)
        self._serving = Serving(app)

    @property
    def url(self) -> str:
        return self._serving.url

    @property
    def api_url(self) -> str:
        return self.url + PATH

    @property
    def vicidial_url(self) -> str:
        return self.url + VICIDIAL_PATH

    def start(self) -> None:
        self.state.closing.clear()
        self._serving.start()

    def stop(self) -> None:
        """As a dialer that is switched off: nothing listens on its port; what it took is kept."""
        self.state.closing.set()
        self._serving.stop()

    def leads(self) -> list[dict[str, Any]]:
        """In the order of arrival: lead_id, phone_number, list_id, source, prospects_id, fields, ..."""
        return [lead.as_json() for lead in reversed(self.state.ledger.newest_leads(EVERYTHING))]

    def calls(self) -> list[dict[str, Any]]:
        return [call.as_json() for call in reversed(self.state.ledger.newest_calls(EVERYTHING))]

    def requests(self) -> TrafficReport:
        return self.state.traffic.report()

    def wait_for_leads(self, number: int, *, seconds: float = 5.0) -> list[dict[str, Any]]:
        """The leads as soon as there are so many, or those that are there when the time is over."""
        deadline = time.monotonic() + seconds
        while self.state.ledger.leads_total < number and time.monotonic() < deadline:
            time.sleep(0.005)
        return self.leads()

    def fault(
        self,
        name: str,
        *,
        count: int | None = None,
        seconds: float | None = None,
        share: float = 1.0,
        action: str = "",
        phone: str = "",
    ) -> int:
        """Sets `name` or `name:argument`; the number that comes back clears it again."""
        order = Order(
            fault=parse_fault(name), count=count, seconds=seconds, share=share, action=action, phone=phone
        )
        return self.state.faults.set(order).number

    def clear_faults(self, number: int | None = None) -> None:
        self.state.faults.clear(number)

    def reset(self) -> None:
        self.state.reset()

    def set_list(
        self, list_id: str, *, name: str = "", form: bool = True, fields: tuple[str, ...] = DEFAULT_FORM
    ) -> None:
        self.state.put_list(DialerList(list_id=list_id, name=name, form=fields if form else ()))

    def remove_list(self, list_id: str) -> None:
        self.state.remove_list(list_id)

    def set_user(
        self, user: str, password: str = "", *, may_add_leads: bool = True, may_search: bool = True
    ) -> None:
        self.state.accounts.put(
            ApiUser(user=user, password=password, may_add_leads=may_add_leads, may_search=may_search)
        )

    def set_agent(
        self, agent_user: str, *, logged_in: bool = True, paused: bool = True, may_dial: bool = True
    ) -> None:
        self.state.put_agent(
            Agent(agent_user=agent_user, logged_in=logged_in, paused=paused, may_dial=may_dial)
        )

    def set(
        self, *, delay: float | None = None, at_a_time: int | None = None, require_login: bool | None = None
    ) -> None:
        self.state.set(delay=delay, at_a_time=at_a_time, require_login=require_login)


@contextmanager
def running_emulator(**config: Any) -> Iterator[EmulatorHandle]:
    """A dialer on a free loopback port; the keywords are the fields of EmulatorConfig."""
    handle = EmulatorHandle(create_emulator(EmulatorConfig(**config)))
    handle.start()
    try:
        yield handle
    finally:
        handle.stop()
