"""Answers "is this address alive?", which many platforms ask before they send anything."""

from __future__ import annotations

import hmac

from flask import Response

from gateway.sources.base import Inbound, Kind


def is_probe(kind: Kind, inbound: Inbound) -> bool:
    """A HEAD, or a GET that carries nothing but the address's own token."""
    if inbound.method == "HEAD":
        return True
    carries = any(name.lower() not in kind.secret_fields for name, _ in inbound.query)
    return inbound.method == "GET" and not carries and not inbound.body


def alive() -> Response:
    return Response(b'{"outcome":"success","leads":[]}', 200, content_type="application/json")


def same_token(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
