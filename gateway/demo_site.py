"""Serves the website of the demo, a small business on an origin of its own, to this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

HOST = "127.0.0.1"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# These stand in the files, so that they work as they are, too.
EXAMPLE_GATEWAY = "127.0.0.1:8000"
EXAMPLE_DIALER = "127.0.0.1:8100"
EXAMPLE_SITE = "127.0.0.1:8200"
NOT_FOUND = "/404.html"


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What the website's pages point to."""

    gateway_url: str
    dialer_url: str


def folder() -> Path:
    """The files travel inside an installed package, and stand beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "demo_site_files"
    return inside if inside.is_dir() else package.parent / "demo"


@contextmanager
def serving(port: int, around: Surroundings) -> Iterator[str]:
    """The website's address, as long as the block runs; port 0 takes any free one."""
    server = _Server(port, around)
    thread = threading.Thread(target=server.serve_forever, name="demo-site", daemon=True)
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def policy(gateway_url: str) -> str:
    """As strict as a website can be that uses the gateway: nothing inline, nobody else."""
    return "; ".join(
        [
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            f"script-src 'self' {gateway_url}",
            f"connect-src {gateway_url}",
            f"frame-src {gateway_url}",
            f"form-action 'self' {gateway_url}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _files(url: str, around: Surroundings) -> Mapping[str, tuple[str, bytes]]:
    """Path → content type and bytes; only these are served, whatever a path tries to climb to."""
    addresses = {
        f"http://{EXAMPLE_GATEWAY}": around.gateway_url,
        f"http://{EXAMPLE_DIALER}": around.dialer_url,
        f"http://{EXAMPLE_SITE}": url,
    }
    found: dict[str, tuple[str, bytes]] = {}
    for path in sorted(folder().iterdir()):
        if path.suffix in TYPES:
            text = path.read_text(encoding="utf-8")
            for example, real in addresses.items():
                text = text.replace(example, real)
            found[f"/{path.name}"] = (TYPES[path.suffix], text.encode())
    return {**found, "/": found["/index.html"]}


class _Server(ThreadingHTTPServer):
    """Knows its files before the first request."""

    daemon_threads = True

    def __init__(self, port: int, around: Surroundings) -> None:
        super().__init__((HOST, port), _Handler)
        self.url = f"http://{HOST}:{self.server_port}"
        self.files = _files(self.url, around)
        self.policy = policy(around.gateway_url)


class _Handler(BaseHTTPRequestHandler):
    """GET and HEAD of one of the files."""

    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        path = urlsplit(self.path).path
        if self.headers.get("Host", "").partition(":")[0] == "localhost":
            # Another name is another origin, and the form is only for the one its configuration lists.
            self._send(HTTPStatus.FOUND, "text/plain", b"", {"Location": self.server.url + path})
            return
        status = HTTPStatus.OK if path in self.server.files else HTTPStatus.NOT_FOUND
        kind, body = self.server.files.get(path, self.server.files[NOT_FOUND])
        headers = {"Content-Security-Policy": self.server.policy} if kind.startswith("text/html") else {}
        self._send(status, kind, body if with_body else b"", headers, length=len(body))

    def _send(
        self,
        status: HTTPStatus,
        kind: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        length: int = 0,
    ) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(length),
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name of the base
        """The demo's terminal is for people."""
