"""What is said once on the page after something was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, request
from itsdangerous import BadData, URLSafeSerializer

from gateway.web.context import secret_key, services

TONES = ("good", "warn", "bad", "quiet")
LIFETIME = 120  # seconds
MOST = 1000  # characters; a cookie holds 4096 bytes
COOKIE = "said"
PATH = "/console"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One message and its colour."""

    text: str
    tone: str


def say(response: Response, text: str, tone: str = "good") -> Response:
    """Let the next page of the console say `text`; `tone` is good, warn, bad or quiet. Never a value of a lead."""
    now = int(services().clock.now())
    response.set_cookie(
        COOKIE,
        str(_serializer().dumps([tone, text[:MOST], now])),
        max_age=LIFETIME,
        path=PATH,
        secure=_secure(),
        httponly=True,
        samesite="Strict",
    )
    return response


def said() -> Said | None:
    """What this request's page has to say; a message is signed, so nobody else puts words into our mouth."""
    text = request.cookies.get(COOKIE, "")
    if not text:
        return None
    try:
        found: Any = _serializer().loads(text)
        tone, message, made = found
    except (BadData, ValueError, TypeError):
        return None
    if not isinstance(made, int) or services().clock.now() - made > LIFETIME or tone not in TONES:
        return None
    return Said(text=str(message), tone=tone)


def forget(response: Response) -> None:
    """It has been said."""
    response.delete_cookie(COOKIE, path=PATH, secure=_secure(), httponly=True, samesite="Strict")


def _secure() -> bool:
    return services().config.public_url.startswith("https:")


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(), salt="console.said")
