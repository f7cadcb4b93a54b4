"""A dialer of bytes: a small threaded TCP server that does to each connection what a test's script says."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable

from gateway.config import DialerConfig

LEAD = {
    "phone_number": "9876543210",
    "list_id": "25062018",
    "prospects_id": "0N3Z7Q4KTSV4RRFFQ69X",
    "CustomerName": "Asha Rao",
    "MobileNo": "9876543210",
    "LeadfromURL": "https://www.example.com/offer",
}
SECOND = {"phone_number": "9811100001", "list_id": "25062018", "CustomerName": "Ravi Menon"}
CREATED = (
    b'{"success":"true","message":"add_lead LEAD CREATED SUCCESSFULLY","data":{"Phone Number":"9876543210",'
    b'"List ID":"25062018","Lead ID":"1764","Status":"NEW","Prospects Id":"123"}}'
)


def config(url: str = "http://127.0.0.1:9/main.php", **changes: object) -> DialerConfig:
    return DialerConfig(**{"name": "main", "url": url, "timeout": 5.0, "connect_timeout": 2.0, **changes})  # type: ignore[arg-type]


def answer(
    body: bytes = CREATED, status: str = "200 OK", headers: str = "", length: int | None = None
) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode() + body


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, requests: list[bytes]) -> None:
        self._sock = sock
        self._requests = requests
        self._buffer = b""
        self.stopped = threading.Event()

    def request(self) -> bytes:
        """The next whole request; empty when the client has gone."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return b""
        head, rest = self._buffer.split(b"\r\n\r\n", 1)
        length = next(
            (int(h[15:]) for h in head.lower().split(b"\r\n") if h.startswith(b"content-length:")), 0
        )
        while len(rest) < length:
            if not self._more():
                return b""
            rest = self._buffer.split(b"\r\n\r\n", 1)[1]
        self._buffer = rest[length:]
        whole = head + b"\r\n\r\n" + rest[:length]
        self._requests.append(whole)
        return whole

    def _more(self) -> bool:
        data = self._sock.recv(65536)
        self._buffer += data
        return bool(data)

    def send(self, data: bytes) -> None:
        self._sock.sendall(data)

    def reset(self) -> None:
        """Close with a TCP reset instead of an orderly end."""
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def close(self) -> None:
        self._sock.close()

    def shut_writing(self) -> None:
        self._sock.shutdown(socket.SHUT_WR)

    def answer_all(self, data: bytes) -> None:
        while self.request():
            self.send(data)


Script = Callable[[Peer], None]


class ScriptedDialer:
    """Runs `script` for every connection; keeps every whole request it read."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._script = script
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._peers: list[Peer] = []
        self._threads: list[threading.Thread] = []
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}/elision-api/main.php"

    def __enter__(self) -> ScriptedDialer:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for peer in self._peers:
            peer.stopped.set()
        for thread in self._threads:
            thread.join(5)

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        try:
            sock.settimeout(10)
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
            peer = Peer(sock, self.requests)
            self._peers.append(peer)
            self._script(peer)
        except OSError:
            pass
        finally:
            sock.close()


def answering(body: bytes = CREATED, status: str = "200 OK", headers: str = "") -> Script:
    """A script that gives every request the same answer."""
    return lambda peer: peer.answer_all(answer(body, status, headers))
