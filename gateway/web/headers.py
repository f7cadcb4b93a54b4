"""The headers every answer carries, and what pages may load, embed and post to."""

from __future__ import annotations

import secrets
import time
from typing import cast

from flask import Flask, Response, g, request

from gateway import logs, metrics
from gateway.web.context import correlation_id, services
from gateway.web.cors import origin_of
from gateway.web.errors import Refusal

NOTHING = "default-src 'none'; frame-ancestors 'none'"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
TWO_YEARS = "max-age=63072000; includeSubDomains"


def register(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(finish)
    app.context_processor(lambda: {"nonce": nonce})


def begin() -> None:
    """Start the clock and name the log lines; refuse HTTP/1.1 without a Host: no honest client sends it."""
    g.started = time.monotonic()
    logs.unbind_all()
    logs.bind(request_id=correlation_id())
    if "HTTP_HOST" not in request.environ and request.environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
        raise Refusal("host.missing")


def finish(response: Response) -> Response:
    """Add what every answer carries, and count it."""
    wanted = {
        "X-Request-Id": correlation_id(),
        **(_page() if "page" in g else API),
        **g.get("limit_headers", {}),
    }
    if services().config.public_url.startswith("https:"):
        wanted["Strict-Transport-Security"] = TWO_YEARS
    present = {name.lower() for name in response.headers.keys()}  # noqa: SIM118 - iterating gives pairs
    response.headers.extend({name: value for name, value in wanted.items() if name.lower() not in present})
    _count(response.status_code)
    return response


API = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": NOTHING,
    "Referrer-Policy": "no-referrer",
}


def _page() -> dict[str, str]:
    # same-origin, not no-referrer: with that a browser would post our own form with Origin: null.
    return {**API, "Content-Security-Policy": page_policy(), "Referrer-Policy": "same-origin"}


def _count(status: int) -> None:
    rule, started = request.url_rule, g.get("started")
    if started is not None:
        # Never the path or an unheard-of method: they are anybody's text, and labels must stay few.
        route = rule.rule if rule else "none"
        method = request.method if request.method in METHODS else "other"
        metrics.answered(route, method, status, time.monotonic() - started)


def nonce() -> str:
    """Allows this page's own style, and nothing anybody smuggles in."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return cast("str", g.nonce)


def page_policy() -> str:
    """A form's page: its own style, its own address, and the pages it may lead to."""
    source = g.get("source")
    origins = list(source.allowed_origins) if source else []
    # Browsers hold form-action against the redirect that follows the post, too.
    targets = [*origins, *map(origin_of, source.allowed_redirects if source else ())]
    if source and source.thanks_url:
        targets.append(origin_of(source.thanks_url))
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src 'nonce-{nonce()}'",
            "form-action " + " ".join(dict.fromkeys(filter(None, ["'self'", *targets]))),
            "base-uri 'none'",
            "frame-ancestors " + (" ".join(origins) or "'none'"),
        ]
    )
