"""A caller that sends any bytes at all, and hears what comes back on the same connection."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PATIENCE = 10.0  # seconds
_addresses = (f"127.1.{number // 250}.{number % 250 + 1}" for number in itertools.count())


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """One answer; `status` is 0 when the connection ended without any."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        return ", ".join(value for each, value in self.headers if each == name.lower())

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def reason(self) -> str:
        return str(self.json["reason_code"])


class Wire:
    """One connection, from an address that nobody else uses unless `peer` names one."""

    def __init__(self, port: int, peer: str = "") -> None:
        self._socket = socket.create_connection(
            ("127.0.0.1", port), timeout=PATIENCE, source_address=(peer or next(_addresses), 0)
        )
        self._file = self._socket.makefile("rb")

    def say(self, data: bytes, *, no_more: bool = False) -> Wire:
        """`no_more` ends our direction: the other side knows that nothing follows."""
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(data)
        if no_more:
            self._socket.shutdown(socket.SHUT_WR)
        return self

    def hear(self) -> Heard:
        try:
            line = self._file.readline()
            if not line:
                return Heard()
            headers = tuple(self._headers())
            length = dict(headers).get("content-length", "0")
            return Heard(status=int(line.split()[1]), headers=headers, body=self._file.read(int(length)))
        except ConnectionError:
            return Heard()

    def has_ended(self) -> bool:
        """The other side hung up, and said nothing more before."""
        try:
            return self._file.read(1) == b""
        except ConnectionError:
            return True

    def hang_up(self) -> None:
        self._file.close()
        self._socket.close()

    def _headers(self) -> Iterator[tuple[str, str]]:
        while line := self._file.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            yield name.lower(), value.strip()


@contextlib.contextmanager
def wire(port: int, peer: str = "") -> Iterator[Wire]:
    connection = Wire(port, peer)
    try:
        yield connection
    finally:
        connection.hang_up()


def ask(port: int, data: bytes, *, no_more: bool = False, peer: str = "") -> Heard:
    """Say it, hear one answer, hang up."""
    with wire(port, peer) as connection:
        return connection.say(data, no_more=no_more).hear()


def request(
    target: str,
    body: bytes = b"",
    *headers: str,
    method: str = "POST",
    content_type: str = "application/json",
    length: int | None = None,
) -> bytes:
    """A well-formed request, except where a test says otherwise."""
    announced = len(body) if length is None else length
    return framed(
        target, body, f"Content-Length: {announced}", f"Content-Type: {content_type}", *headers, method=method
    )


def framed(
    target: str, body: bytes, *headers: str, method: str = "POST", host: str = "Host: gateway.example"
) -> bytes:
    """A request whose framing is all the test's own."""
    lines = [f"{method} {target} HTTP/1.1", *filter(None, [host]), *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
