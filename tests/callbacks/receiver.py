"""A receiver of callbacks on loopback: keeps what came, and answers as a test says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G"
LOOPBACK = ("127.0.0.1/32",)


@dataclass(frozen=True, kw_only=True)
class Came:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def message(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """`answer` decides each status by what came; `retry_after` is sent along."""

    answer: Callable[[Came], int] = lambda _came: 204
    retry_after: str = ""
    came: list[Came] = field(default_factory=list)
    url: str = ""
    most_at_once: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()
        self.lock = threading.Lock()
        self.now = 0

    def take(self, came: Came) -> int:
        with self.lock:
            self.came.append(came)
            self.now += 1
            self.most_at_once = max(self.most_at_once, self.now)
        self.gate.wait(10)
        with self.lock:
            self.now -= 1
        return self.answer(came)

    def messages(self) -> list[Any]:
        return [each.message for each in self.came]

    def wait_for(self, number: int, *, seconds: float = 10.0) -> list[Came]:
        end = time.monotonic() + seconds
        while len(self.came) < number and time.monotonic() < end:
            time.sleep(0.01)
        assert len(self.came) >= number, f"only {len(self.came)} came"
        return self.came


@contextmanager
def receiving(receiver: Receiver | None = None) -> Iterator[Receiver]:
    known = receiver or Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = known.take(Came(path=self.path, headers=headers, body=body))
            self.send_response(status)
            if known.retry_after:
                self.send_header("Retry-After", known.retry_after)
            self.send_header("Location", f"{known.url}elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield known
    finally:
        known.gate.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
