"""One HTTP request to the dialer within one deadline: what came back, or whether anything left."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from urllib3.connection import HTTPConnection
from urllib3.util import parse_url

from gateway.config import DialerConfig
from gateway.dialer.wire import ConnectTimeoutError, LookUp, Resolver, Wire, connect, secure

MOST_BYTES = 64 * 1024  # of a body; an answer for fifty leads has a fifth of it
_CHUNK = 16 * 1024
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What to send: `target` is the path and query, `body` a form or None for a GET."""

    target: str
    body: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came back, on any status; `cut` is a reason code when the body is not whole."""

    status: int
    body: bytes
    seconds: float
    retry_after: str = ""
    cut: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """No answer; `sent` says whether a byte of the request may have reached the dialer."""

    code: str
    sent: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class _Broken:
    code: str
    sent: bool


class Transport:
    """Requests to one host over a pool of kept-alive connections; never follows, unpacks or resends."""

    def __init__(
        self,
        config: DialerConfig,
        *,
        tls: ssl.SSLContext | None = None,
        look_up: LookUp = socket.getaddrinfo,
    ) -> None:
        url = parse_url(config.url)
        if url.scheme not in ("http", "https") or not url.host or url.auth:
            raise ValueError(
                "a dialer's url is http:// or https://, with a host and without user and password"
            )
        self.target = url.request_uri
        self._host = url.host.strip("[]")
        self._port = url.port or (443 if url.scheme == "https" else 80)
        self._tls = (tls or ssl.create_default_context()) if url.scheme == "https" else None
        self._resolver = Resolver(self._host, self._port, look_up)
        self._timeout = config.timeout
        self._connect_timeout = config.connect_timeout
        self._headers = _headers(url.netloc or url.host, config.headers)
        self._form_headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        self._idle = _Idle(config.max_concurrency, config.keep_alive)

    def send(self, request: Request, *, timeout: float | None = None) -> Reply | Failure:
        """One attempt; `timeout` in seconds bounds DNS, connecting, sending and the whole answer."""
        started = time.monotonic()
        deadline = started + min(timeout or self._timeout, self._timeout)
        connection = self._idle.take()
        if connection is not None:
            result = self._exchange(connection, request, deadline, started)
            if isinstance(result, Reply) or result.sent:
                return result
            # The server had closed an idle connection: not a byte left, so a fresh one may carry the request.
        try:
            connection = self._open(min(deadline, time.monotonic() + self._connect_timeout))
        except OSError as error:
            return Failure(code=_reason(error), sent=False, seconds=time.monotonic() - started)
        return self._exchange(connection, request, deadline, started)

    def close(self) -> None:
        """Close what is idle now, and the rest as it comes back."""
        self._idle.close()

    def _open(self, deadline: float) -> HTTPConnection:
        sock = connect(self._resolver, deadline)
        wire = Wire(secure(sock, self._tls, self._host, deadline) if self._tls else sock)
        connection = HTTPConnection(self._host, self._port)
        # A request on a closed connection must fail, not open one that we do not watch.
        connection.auto_open = 0
        connection.sock = cast("socket.socket", wire)
        return connection

    def _exchange(
        self, connection: HTTPConnection, request: Request, deadline: float, started: float
    ) -> Reply | Failure:
        wire = cast("Wire", connection.sock)
        wire.deadline = deadline
        wire.sent = 0
        method, headers = ("GET", self._headers) if request.body is None else ("POST", self._form_headers)
        broken: _Broken | None = None
        try:
            connection.request(method, request.target, body=request.body, headers=headers)
        except OSError as error:
            broken = _Broken(_lost(error), sent=wire.sent > 0)
        # A server may answer and hang up before it has read everything: its answer counts.
        if broken is None or (broken.sent and broken.code != "dialer.timeout"):
            received = self._receive(connection, wire, started)
            if isinstance(received, Reply):
                return received
            broken = broken or received
        connection.close()
        return Failure(code=broken.code, sent=broken.sent, seconds=time.monotonic() - started)

    def _receive(self, connection: HTTPConnection, wire: Wire, started: float) -> Reply | _Broken:
        try:
            # http.client's own: urllib3's would log the URL, a lead included, beside a malformed header.
            response = http.client.HTTPConnection.getresponse(connection)
        except OSError as error:
            return _Broken(_lost(error), sent=True)
        except (http.client.HTTPException, ValueError):
            return _Broken("dialer.unreadable", sent=True)
        body, cut = _read(response)
        retry_after = response.getheader("Retry-After") or ""
        reusable = not cut and not response.will_close and connection.sock is not None
        response.close()
        if reusable:
            self._idle.give(connection)
        else:
            connection.close()
            wire.close()
        return Reply(
            status=response.status,
            body=body,
            retry_after=retry_after,
            cut=cut,
            seconds=time.monotonic() - started,
        )


class _Idle:
    """Connections waiting for their next request, the last used first."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._lock = threading.Lock()
        self._connections: deque[tuple[HTTPConnection, float]] = deque()
        self._closed = False

    def take(self) -> HTTPConnection | None:
        """A connection the server has not closed meanwhile and has not sent anything on."""
        while True:
            with self._lock:
                if not self._connections:
                    return None
                connection, since = self._connections.pop()
            if time.monotonic() - since < self._seconds and connection.is_connected:
                return connection
            connection.close()

    def give(self, connection: HTTPConnection) -> None:
        with self._lock:
            if not self._closed and len(self._connections) < self._most:
                self._connections.append((connection, time.monotonic()))
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            connections, self._connections = self._connections, deque()
        for connection, _ in connections:
            connection.close()


def _read(response: http.client.HTTPResponse) -> tuple[bytes, str]:
    """The body as far as it came, and a reason code when that is not all of it."""
    length = response.length
    parts: list[bytes] = []
    count = 0
    try:
        while length is None or count < length:
            part = response.read1(_CHUNK)
            if not part:
                break
            parts.append(part)
            count += len(part)
            if count > MOST_BYTES:
                return b"".join(parts)[:MOST_BYTES], "dialer.too_large"
    except OSError as error:
        return b"".join(parts), "dialer.timeout" if isinstance(error, TimeoutError) else "dialer.incomplete"
    except (http.client.HTTPException, ValueError):
        return b"".join(parts), "dialer.incomplete"
    return b"".join(parts), "dialer.incomplete" if length is not None and count < length else ""


def _reason(error: OSError) -> str:
    """Why no connection stands."""
    if isinstance(error, socket.gaierror):
        return "dialer.dns"
    if isinstance(error, (ConnectTimeoutError, TimeoutError)):
        return "dialer.connect_timeout"
    return "dialer.tls" if isinstance(error, ssl.SSLError) else "dialer.unreachable"


def _lost(error: OSError) -> str:
    return "dialer.timeout" if isinstance(error, TimeoutError) else "dialer.connection_lost"


def _headers(host: str, extra: Mapping[str, str]) -> dict[str, str]:
    for name, value in extra.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError("a header for a dialer has a name or a value that HTTP does not allow")
    fixed = {"Host": host, "User-Agent": "lead-gateway", "Accept": "*/*", "Accept-Encoding": "identity"}
    return {**fixed, **extra}
