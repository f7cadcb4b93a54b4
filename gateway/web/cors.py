"""Which websites' pages may post to a form and read the answer: exact origins, per source, no credentials."""

from __future__ import annotations

from flask import Response, g, request

from gateway.config import SourceConfig
from gateway.web.context import services
from gateway.web.errors import Refusal
from gateway.web.origins import origin_of

PREFLIGHT_SECONDS = 7200  # as long as Chromium keeps it


def refuse_foreign_origin(source: SourceConfig) -> None:
    """A listed form is for its own sites: a browser on another one is told, so that its owner can mend the list.

    Only browsers send Sec-Fetch-Site. Programs, and browsers of before 2023, are screened instead and told nothing.
    """
    if "Sec-Fetch-Site" in request.headers and is_foreign(source):
        raise Refusal("origin.not_allowed")


def is_foreign(source: SourceConfig) -> bool:
    """Whether this request says it comes from a website that is not listed, where websites are."""
    origin = request.headers.get("Origin")
    if not source.allowed_origins or origin is None or _is_allowed(source, origin):
        return False
    # Our own page, where a visitor mends what was wrong.
    own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return not own and origin != origin_of(services().config.public_url)


def preflight() -> Response:
    """The answer to a browser that asks before it posts JSON; the origin is added with every answer."""
    response = Response(status=204)
    if _is_allowed(g.source, request.headers.get("Origin", "")):
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = (
            "content-type, idempotency-key, prefer, x-requested-with"
        )
        response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)
    return response


def allow_reading(response: Response) -> Response:
    """Let the page of an allowed origin read this answer."""
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    source = g.get("source")
    if source is not None and _is_allowed(source, origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = (
            "RateLimit, RateLimit-Policy, Retry-After, Idempotent-Replayed, Preference-Applied"
        )
    return response


def _is_allowed(source: SourceConfig, origin: str) -> bool:
    return bool(origin) and origin in source.allowed_origins
