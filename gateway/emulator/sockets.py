"""The client's connection under a request: ending it, sending raw bytes on it, waiting while it lives."""

from __future__ import annotations

import os
import select
import socket
import struct
import time
from collections.abc import Mapping
from threading import Event
from typing import Any

LOOK_EVERY = 0.05  # seconds; how soon a client that has gone is noticed
SOCKET_NAMES = ("werkzeug.socket", "gunicorn.socket")


class NoSocketError(RuntimeError):
    """This server keeps its socket to itself, and faults on the connection need it."""


def connection(environ: Mapping[str, Any]) -> socket.socket:
    for name in SOCKET_NAMES:
        found = environ.get(name)
        if found is not None:
            return found  # type: ignore[no-any-return]
    raise NoSocketError(
        "Serve the emulator with gunicorn or werkzeug: this server keeps its socket to itself."
    )


def hang_up(environ: Mapping[str, Any], *, reset: bool = False) -> None:
    """Ends the connection now, while the server still believes in it.

    The server's file descriptor is pointed at a dead socket pair: the kernel closes the real connection, and
    what the server writes afterwards fails as it does for any client that has gone. Closing the server's
    socket object instead would leave it a number that the next connection may be given.
    """
    sock = connection(environ)
    if reset:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    near, far = socket.socketpair()
    far.close()
    os.dup2(near.fileno(), sock.fileno(), inheritable=False)
    near.close()


def send_raw(environ: Mapping[str, Any], data: bytes) -> None:
    connection(environ).sendall(data)


def pause(environ: Mapping[str, Any], seconds: float, closing: Event) -> None:
    """Waits so long, or until the client has gone or the emulator closes."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if closing.wait(min(left, LOOK_EVERY)) or _client_has_gone(environ):
            return


def _client_has_gone(environ: Mapping[str, Any]) -> bool:
    try:
        sock = connection(environ)
    except NoSocketError:
        return False
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    if not poll.poll(0):
        return False
    try:
        return sock.recv(1, socket.MSG_PEEK) == b""
    except ConnectionError:
        return True
