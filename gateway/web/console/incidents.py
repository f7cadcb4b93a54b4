"""Security events: every one in the log, and in the audit log so seldom that nobody can fill it."""

from __future__ import annotations

from typing import cast

import structlog
from flask import Flask, Response, after_this_request, current_app, request

from gateway.store import StoreUnavailable
from gateway.store.audit import Deed
from gateway.web.context import address_key, client_address, services

log = structlog.get_logger("gateway.web")

NOTED = 600.0  # seconds before the same thing is written into the audit log again
MOST_NOTED = 10_000
NOBODY = "nobody"  # the actor of what is done without signing in


def tell(event: str, **facts: str) -> None:
    """One line in the log; never a password, nor a name that nobody has: it may be a password in the wrong field."""
    log.warning(event, client=address_key(client_address()), route=str(request.url_rule), **facts)


def write_later(deed: Deed, about: str) -> None:
    """The same once the answer is out: how long it takes to be refused tells nobody whether a name exists."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  as Flask documents it

    @after_this_request
    def later(response: Response) -> Response:
        response.call_on_close(lambda: _within(app, deed, about))
        return response


def _within(app: Flask, deed: Deed, about: str) -> None:
    with app.app_context():
        write_seldom(deed, about)


def write_seldom(deed: Deed, about: str) -> None:
    """Into the audit log, once in a while for each person and `about`; without a database the answer is still given."""
    noted = cast("dict[tuple[str, ...], float]", current_app.extensions.setdefault("gateway.noted", {}))
    now, key = services().clock.monotonic(), (deed.action, deed.subject_id, about)
    if now - noted.get(key, float("-inf")) < NOTED:
        return
    if len(noted) >= MOST_NOTED:
        noted.clear()
    noted[key] = now
    try:
        services().store.console.audit.add(deed, now=services().clock.now())
    except StoreUnavailable as error:
        log.error("audit.not_written", reason=error.code)
