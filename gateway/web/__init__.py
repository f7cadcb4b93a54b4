"""HTTP in: every route, who may pass it, and the one shape of every answer."""

from __future__ import annotations

import secrets

from flask import Flask

from gateway.capture import Services
from gateway.web import blueprints, door_refusals, errors, headers, templates, unreadable
from gateway.web.api_keys import KeyRing
from gateway.web.console import error_pages
from gateway.web.console import page as console_page
from gateway.web.limits import Limits
from gateway.web.readiness import Readiness


def register(app: Flask, services: Services) -> None:
    """Wire every door to the running parts."""
    app.extensions["gateway"] = services
    app.extensions["gateway.keys"] = KeyRing(services.store, services.clock)
    app.extensions["gateway.unreadable"] = unreadable.answer
    app.extensions["gateway.readiness"] = Readiness(services.store, services.clock)
    # Without one, the thank-you links of this process mean nothing to another; `gateway serve` insists.
    app.extensions["gateway.secret"] = services.settings.secret_key or secrets.token_urlsafe(32)
    app.config["MAX_CONTENT_LENGTH"] = services.settings.max_body_bytes
    app.jinja_loader = templates.loader()
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False  # else //x is a redirect, to whatever host the request names
    errors.register(app)
    app.extensions["gateway.console_errors"] = error_pages.answer
    headers.register(app)
    door_refusals.register(app, services.store, services.clock)
    app.extensions["gateway.limits"] = Limits(services.settings.ratelimit_url)
    console_page.register(app)
    blueprints.register(app)
