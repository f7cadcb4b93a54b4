"""Sources and requests for these tests, with only what a test is about spelled out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from gateway.config import Auth, SourceConfig
from gateway.sources.base import Inbound

NOW = 1_700_000_000.0
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def make_source(**changes: Any) -> SourceConfig:
    known = {"name": "portal", "kind": "generic", "dialer": "main", "list_id": "25062018"}
    return SourceConfig(**(known | changes))


def make_auth(method: str, *secrets: str, **changes: Any) -> Auth:
    return Auth(method=method, secrets=secrets, **changes)


def make_inbound(body: bytes = b"", headers: dict[str, str] | None = None, **changes: Any) -> Inbound:
    known: dict[str, Any] = {
        "method": "POST", "path": "/webhooks/portal", "address": "203.0.113.7", "received_at": NOW
    }  # fmt: skip
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    return Inbound(body=body, headers=lower, **(known | changes))


def make_form(fields: dict[str, str] | list[tuple[str, str]], **changes: Any) -> Inbound:
    return make_inbound(urlencode(fields).encode(), FORM, **changes)


def make_multipart(*parts: str, boundary: str = "XX") -> Inbound:
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    return make_inbound(body.encode(), {"content-type": f"multipart/form-data; boundary={boundary}"})


def text_part(name: str, value: str) -> str:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'
