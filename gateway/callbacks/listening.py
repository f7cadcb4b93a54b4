"""A receiver for trials on this machine: takes what a gateway posts, proves it, and shows it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gateway.sources.signatures import any_same, is_fresh, standard_signature

MOST_BYTES = 64 * 1024
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """One message; `message` is empty where the body was no JSON object."""

    id: str
    genuine: bool
    message: dict[str, Any]
    answer: int


class Listener:
    """`answer` is what it says to a genuine message: another status than 200 shows how attempts are repeated."""

    def __init__(
        self, port: int, *, secrets: Sequence[str], answer: int, heard: Callable[[Heard], None]
    ) -> None:
        self._secrets = tuple(secrets)
        self._answer = answer
        self._heard = heard
        self._one_by_one = threading.Lock()  # several come at once
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def serve(self) -> None:
        """Until `close`."""
        self._server.serve_forever(poll_interval=0.1)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, headers: dict[str, str], body: bytes) -> Heard:
        """Show what this request is, judged as every receiver should."""
        genuine = _is_genuine(headers, body, self._secrets)
        heard = Heard(
            id=headers["webhook-id"],
            genuine=genuine,
            message=_object(body),
            answer=self._answer if genuine else 401,
        )
        with self._one_by_one:
            self._heard(heard)
        return heard

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10.0

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length") or ""
                body = self.rfile.read(min(int(length), MOST_BYTES)) if length.isdecimal() else b""
                heard = listener.take({name: self.headers.get(name) or "" for name in _HEADERS}, body)
                self.send_response(heard.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silent: what came is shown otherwise."""

        return Handler


def _is_genuine(headers: dict[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    timestamp = headers["webhook-timestamp"]
    if not headers["webhook-id"] or not is_fresh(timestamp, time.time()):
        return False
    expected = [standard_signature(secret, headers["webhook-id"], timestamp, body) for secret in secrets]
    return any_same(headers["webhook-signature"].split(" "), expected)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
