"""What a page for people may load, embed, post to and be embedded in: its Content-Security-Policy."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import cast

from flask import g

from gateway.config import SourceConfig
from gateway.web.captcha_widgets import widget_of
from gateway.web.hosted_form import is_embedded
from gateway.web.origins import origin_of


def nonce() -> str:
    """Allows this page's own style and scripts, and nothing anybody smuggles in."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return cast("str", g.nonce)


def page_policy() -> str:
    source: SourceConfig | None = g.get("source")
    directives = {"default-src": "'none'", "style-src": f"'nonce-{nonce()}'", "base-uri": "'none'"}
    directives["img-src"] = "data:"  # the empty icon: without it browsers ask for /favicon.ico
    directives["frame-ancestors"] = " ".join(source.allowed_origins if source else ()) or "'none'"
    directives["form-action"] = _joined(["'self'", *_targets(source)])
    if is_embedded():
        directives["script-src"] = f"'nonce-{nonce()}'"
    if source and source.form and source.form.logo_url:
        directives["img-src"] += f" {origin_of(source.form.logo_url)}"
    if g.get("shows_captcha") and source and (widget := widget_of(source)):
        directives["script-src"] = f"'nonce-{nonce()}'"
        for name, allowed in widget.directives().items():
            directives[name] = _joined([directives.get(name, ""), allowed])
    return "; ".join(f"{name} {value}" for name, value in directives.items() if value)


def _targets(source: SourceConfig | None) -> Iterator[str]:
    """Where a form's answer may lead: browsers hold form-action against the redirect that follows, too."""
    if source is None:
        return
    yield from source.allowed_origins
    yield from map(origin_of, source.allowed_redirects)
    if source.thanks_url:
        yield origin_of(source.thanks_url)


def _joined(values: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, values)))
