"""Renders the console's pages and the parts of them that change by themselves."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, render_template, request

from gateway.web.console import assets, menu, redaction, rights, said, writing
from gateway.web.context import services
from gateway.web.page_policy import nonce

# `data:` for the empty icon and the picture of a second factor; no inline style anywhere, so 'self' is enough.
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)


def register(app: Flask) -> None:
    """What every template of the console may use."""
    app.jinja_env.filters.update(writing.FILTERS, veiled=redaction.veiled)
    app.jinja_env.globals.update(asset=assets.address, menu=menu.entries, may=rights.may)


def page(template: str, *, status: int = 200, **context: Any) -> Response:
    """A whole page: `console/<template>`, which extends console/layout.html."""
    told = said.said()
    response = _response(render_template(f"console/{template}", **_around(), said=told, **context), status)
    if told is not None:
        said.forget(response)
    return response


def part(template: str, *, status: int = 200, **context: Any) -> Response:
    """A piece of a page that is put in place of an older one."""
    return _response(render_template(f"console/{template}", **_around(), **context), status)


def see_other(address: str) -> Response:
    """After a change, or instead of a page that is not open: look there. htmx goes along like a browser."""
    return Response("", 303, {"Location": address, "Cache-Control": "no-store"})


def wants_part() -> bool:
    """Whether a script asks for a piece of the page; without scripts the same address gives the whole of it."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def _around() -> dict[str, Any]:
    return {
        "person": g.get("person"),
        "csrf": g.get("csrf", ""),
        "gateway_name": services().config.public_url.partition("://")[2],
        "demo": services().settings.demo,
    }


def _response(text: str, status: int) -> Response:
    g.page = True
    response = Response(text, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce())
    response.headers["Referrer-Policy"] = (
        "same-origin"  # no-referrer would make our own forms come from "null"
    )
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    response.headers["Vary"] = "HX-Request"
    return response
