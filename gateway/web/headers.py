"""The headers every answer carries, and what every page knows of its request."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, Response, g, request

from gateway import logs, metrics
from gateway.config import SourceConfig
from gateway.web.colours import text_on
from gateway.web.context import correlation_id, services
from gateway.web.errors import Refusal
from gateway.web.hosted_form import is_embedded
from gateway.web.page_policy import nonce, page_policy
from gateway.web.wording import words_of

NOTHING = "default-src 'none'; frame-ancestors 'none'"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
TWO_YEARS = "max-age=63072000; includeSubDomains"


def register(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(finish)
    app.context_processor(page_context)


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


def page_context() -> dict[str, Any]:
    """What every template may use: the source it is for, its words, and whether it stands in a frame."""
    source: SourceConfig | None = g.get("source")
    form = source.form if source else None
    return {
        "nonce": nonce,
        "source": source,
        "words": words_of(source, request),
        "embedded": source is not None and is_embedded(),
        "accent": form.accent if form else None,
        "text_on": text_on,
        "logo_url": form.logo_url if form else None,
    }


def _count(status: int) -> None:
    rule, started = request.url_rule, g.get("started")
    if started is not None:
        # Never the path or an unheard-of method: they are anybody's text, and labels must stay few.
        route = rule.rule if rule else "none"
        method = request.method if request.method in METHODS else "other"
        metrics.answered(route, method, status, time.monotonic() - started)
