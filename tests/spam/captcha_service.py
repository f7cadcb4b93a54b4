"""A captcha service on loopback: it knows its secret, takes each answer once, and fails on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

SECRET = "the-secret-of-this-site-key"


@dataclass
class CaptchaService:
    """Answers like Turnstile, hCaptcha and reCAPTCHA do; `fault` makes it answer badly."""

    url: str = ""
    fault: str = ""  # 500 | drip | silent | garbage | not_json | redirect | endless | closed
    codes: tuple[str, ...] = ()  # error-codes to answer instead of judging
    extra: dict[str, Any] = field(default_factory=dict)  # members of a success: hostname, action, score
    asked: list[dict[str, str]] = field(default_factory=list)
    spent: set[str] = field(default_factory=set)
    released: threading.Event = field(default_factory=threading.Event)  # ends what is slow

    def judge(self, form: dict[str, str]) -> dict[str, Any]:
        self.asked.append(form)
        if self.codes:
            return {"success": False, "error-codes": list(self.codes)}
        if form.get("secret") != SECRET:
            return {"success": False, "error-codes": ["invalid-input-secret"]}
        token = form.get("response", "")
        if not token.startswith("good"):
            return {"success": False, "error-codes": ["invalid-input-response"]}
        if token in self.spent:
            return {"success": False, "error-codes": ["timeout-or-duplicate"]}
        self.spent.add(token)
        return {"success": True, "challenge_ts": "2026-11-24T10:00:00Z", "error-codes": [], **self.extra}


@contextmanager
def running_captcha_service() -> Iterator[CaptchaService]:
    service = CaptchaService()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    service.url = f"http://127.0.0.1:{server.server_address[1]}/siteverify"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield service
    finally:
        service.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(service: CaptchaService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            reply = service.judge(form)
            getattr(self, f"_{service.fault or 'well'}")(json.dumps(reply).encode())

        def _send(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _well(self, reply: bytes) -> None:
            self._send(200, reply)

        def _500(self, _reply: bytes) -> None:
            self._send(500, b'{"success": true}')

        def _redirect(self, _reply: bytes) -> None:
            self._send(302, b"", Location=f"{service.url}/again")

        def _garbage(self, _reply: bytes) -> None:
            self._send(200, b'["success", true]')

        def _not_json(self, _reply: bytes) -> None:
            self._send(200, b"<html>Welcome to this hotel's network</html>")

        def _endless(self, _reply: bytes) -> None:
            self._send(200, b'{"success": true, "x": "' + b"x" * 1_000_000 + b'"}')

        def _closed(self, _reply: bytes) -> None:
            self.close_connection = True

        def _silent(self, _reply: bytes) -> None:
            service.released.wait(30)

        def _drip(self, _reply: bytes) -> None:
            """A header now and then: no wait for the next byte is ever long."""
            self.send_response(200)
            self.flush_headers()
            while not service.released.wait(0.05):
                try:
                    self.wfile.write(b"X-More: to come\r\n")
                    self.wfile.flush()
                except OSError:
                    return

    return Handler
