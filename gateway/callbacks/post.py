"""Posts one message to a callback_url: to an address that was judged first, within one deadline, without redirects."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast
from urllib.parse import urlsplit

from gateway.config import Callback
from gateway.config.public_addresses import is_allowed
from gateway.dialer.wire import Address, ConnectTimeoutError, LookUp, Resolver, Wire, connect, secure

CONNECT = 5.0  # seconds, the name's look-up included
PATIENCE = 15.0  # seconds for everything
LONGEST_PAUSE = 86400.0  # seconds of a Retry-After that are heeded


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """The other side has said something."""

    status: int
    retry_after: float = 0.0  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Unanswered:
    """Nothing usable came back; `problem` is one of the words in docs/callbacks.md."""

    problem: str


class Poster(Protocol):
    """Whoever can post a message."""

    def post(self, to: Callback, *, headers: Mapping[str, str], body: bytes) -> Answered | Unanswered: ...


class ForbiddenAddressError(OSError):
    """The host's name leads to a place where no callback may go."""


class HttpPoster:
    """Over the network, with a connection of its own for each message; no proxy and no .netrc is looked at."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        look_up: LookUp = socket.getaddrinfo,
        patience: float = PATIENCE,
    ) -> None:
        self._tls = tls or ssl.create_default_context()
        self._look_up = look_up
        self._patience = patience

    def post(self, to: Callback, *, headers: Mapping[str, str], body: bytes) -> Answered | Unanswered:
        until = time.monotonic() + self._patience
        try:
            wire = self._open(to, until)
        except OSError as error:
            return Unanswered(problem=_why_not_open(error))
        try:
            return _exchange(wire, to.url, headers, body)
        except TimeoutError:
            return Unanswered(problem="timeout")
        except OSError:
            return Unanswered(problem="connection_lost")
        except (http.client.HTTPException, ValueError):
            return Unanswered(problem="unreadable")
        finally:
            wire.close()

    def _open(self, to: Callback, until: float) -> Wire:
        url = urlsplit(to.url)
        host = (url.hostname or "").rstrip(".")
        port = url.port or (443 if url.scheme == "https" else 80)
        resolver = Resolver(host, port, _judging(self._look_up, to.networks))
        begun = min(until, time.monotonic() + CONNECT)
        sock = connect(resolver, begun)
        wire = Wire(secure(sock, self._tls, host, begun) if url.scheme == "https" else sock)
        wire.deadline = until
        return wire


def _judging(look_up: LookUp, networks: tuple[str, ...]) -> LookUp:
    """One bad address spoils the name: whoever mixes them hopes that we take turns."""

    def judged(*question: Any, **more: Any) -> list[Address]:
        found = look_up(*question, **more)
        if not all(is_allowed(str(each[4][0]), networks) for each in found):
            raise ForbiddenAddressError
        return found

    return judged


def _exchange(wire: Wire, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "")
    connection.auto_open = 0  # never a connection to an address that nobody has judged
    connection.sock = cast("socket.socket", wire)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    connection.request("POST", target, body=body, headers={"Host": parts.netloc, **headers})
    # Only the status counts: what stands in the body is nobody's business here.
    with connection.getresponse() as response:
        return Answered(status=response.status, retry_after=_seconds(response.getheader("Retry-After") or ""))


def _seconds(value: str) -> float:
    """A date would say nothing that our own pauses do not."""
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        return 0.0
    return min(LONGEST_PAUSE, float(value))


def _why_not_open(error: OSError) -> str:
    if isinstance(error, ForbiddenAddressError):
        return "forbidden_address"
    if isinstance(error, socket.gaierror):
        return "unknown_host"
    if isinstance(error, (ConnectTimeoutError, TimeoutError)):
        return "timeout"
    return "tls" if isinstance(error, ssl.SSLError) else "unreachable"
