"""Opens a connection to the dialer and keeps one wall-clock deadline on every byte of it."""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from urllib3.util.wait import wait_for_read, wait_for_write

Address = tuple[Any, Any, int, str, Any]  # as getaddrinfo gives it
LookUp = Callable[..., list[Address]]


class Socket(Protocol):
    """What plain and TLS sockets have in common here."""

    def settimeout(self, value: float | None, /) -> None: ...
    def send(self, data: memoryview, /) -> int: ...
    def recv_into(self, buffer: Any, /) -> int: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...


class ConnectTimeoutError(OSError):
    """The connection did not stand in time."""


class Wire:
    """A socket for http.client whose time-outs count down to one moment, not anew with each byte."""

    def __init__(self, sock: Socket) -> None:
        self.deadline = 0.0  # on the monotonic clock
        self.sent = 0  # bytes of the current request given to the kernel
        self._sock = sock
        self._readers = 0
        self._closed = False

    def left(self) -> float:
        """Seconds until the deadline; raises TimeoutError after it."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            self._sock.settimeout(self.left())
            count = self._sock.send(view)
            self.sent += count
            view = view[count:]

    def recv_into(self, buffer: Any) -> int:
        self._sock.settimeout(self.left())
        return self._sock.recv_into(buffer)

    def settimeout(self, value: float | None) -> None:
        """Nothing: the deadline rules."""

    def fileno(self) -> int:
        return self._sock.fileno()

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What http.client reads an answer through; the socket outlives `close` until this is closed too."""
        self._readers += 1
        return io.BufferedReader(_Reader(self), 8192)

    def reader_closed(self) -> None:
        self._readers -= 1
        if self._closed and not self._readers:
            self._sock.close()

    def close(self) -> None:
        self._closed = True
        if not self._readers:
            self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire: Wire | None = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._wire is None:
            return 0
        return self._wire.recv_into(buffer)

    def close(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.reader_closed()
        super().close()


class Resolver:
    """Looks one host name up, never longer than asked: the C library itself knows no time-out."""

    def __init__(self, host: str, port: int, look_up: LookUp = socket.getaddrinfo) -> None:
        self._host = host
        self._port = port
        self._look_up = look_up
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def addresses(self, seconds: float) -> list[Address]:
        """Where the host is; raises OSError (gaierror, ConnectTimeoutError)."""
        try:
            return self._look_up(self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            pass  # a name, not an address
        with self._lock:
            running = self._running
            if running is None:
                running = self._running = _Running()
                threading.Thread(target=self._run, args=(running,), name="dialer-dns", daemon=True).start()
        if not running.done.wait(seconds):
            raise ConnectTimeoutError("no answer from the DNS")
        if running.error is not None:
            raise running.error
        return running.found

    def _run(self, running: _Running) -> None:
        try:
            running.found = self._look_up(self._host, self._port, type=socket.SOCK_STREAM)
        except OSError as error:
            running.error = error
        except UnicodeError:
            running.error = socket.gaierror("not a host name")
        with self._lock:
            self._running = None
        running.done.set()


class _Running:
    """A look-up under way; whoever needs the same name meanwhile waits for it too."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.found: list[Address] = []
        self.error: OSError | None = None


def connect(resolver: Resolver, deadline: float) -> socket.socket:
    """A TCP connection to the first address that takes one; raises OSError."""
    addresses = resolver.addresses(max(0.0, deadline - time.monotonic()))
    last: OSError = ConnectTimeoutError("no address to connect to")
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        # Each address gets its share, so that a dead IPv6 route leaves time for IPv4.
        share = (deadline - time.monotonic()) / (len(addresses) - tried)
        if share <= 0:
            raise ConnectTimeoutError("no connection in time")
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            sock.settimeout(share)
            sock.connect(address)
        except TimeoutError as error:
            sock.close()
            last = ConnectTimeoutError("no connection in time")
            last.__cause__ = error
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    raise last


def secure(sock: socket.socket, context: ssl.SSLContext, host: str, deadline: float) -> ssl.SSLSocket:
    """The connection with TLS around it; the certificate is checked, always. Raises OSError."""
    tls = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
    try:
        # Without a time-out of its own: one that starts anew with each packet would not hold the deadline.
        tls.settimeout(0)
        while not _shake_hands(tls, deadline):
            pass
    except OSError:
        tls.close()
        raise
    return tls


def _shake_hands(tls: ssl.SSLSocket, deadline: float) -> bool:
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        ready = wait_for_read(tls, timeout=max(0.0, deadline - time.monotonic()))
    except ssl.SSLWantWriteError:
        ready = wait_for_write(tls, timeout=max(0.0, deadline - time.monotonic()))
    else:
        return True
    if not ready:
        raise ConnectTimeoutError("no TLS handshake in time")
    return False
