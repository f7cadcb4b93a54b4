"""Every blueprint and who may pass its door; what is not in this table stays closed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue

from gateway.web import (
    challenge,
    drop_in,
    embed,
    forms,
    guards,
    install,
    ops,
    partner_api,
    reference,
    thanks_pages,
    webhooks,
)
from gateway.web.console import blueprints as console
from gateway.web.errors import Refusal

Guard = Callable[[], ResponseReturnValue | None]

BLUEPRINTS: tuple[tuple[Blueprint, Guard], ...] = (
    (forms.blueprint, guards.a_visitor),
    (thanks_pages.blueprint, guards.a_visitor),
    (challenge.blueprint, guards.a_visitor),
    (embed.blueprint, embed.open_to_all),
    (install.blueprint, install.only_in_a_demo),
    (webhooks.blueprint, guards.the_source_itself),
    (partner_api.blueprint, guards.holder_of_a_key),
    (drop_in.blueprint, guards.client_of_the_dialers_api),
    (reference.blueprint, reference.open_to_all),
    (ops.blueprint, guards.operations),
    *console.BLUEPRINTS,
)

GUARDS: dict[str, Guard] = {blueprint.name: guard for blueprint, guard in BLUEPRINTS}


def register(app: Flask) -> None:
    """Mount every blueprint behind its guard."""
    app.before_request(guard_request)
    for blueprint, _ in BLUEPRINTS:
        app.register_blueprint(blueprint)


def guard_request() -> ResponseReturnValue | None:
    """Ask the guard of this request's blueprint; no guard, no entry."""
    if request.endpoint is None:
        return None  # no such address: the router's own answer follows
    guard = GUARDS.get(request.blueprint or "")
    if guard is None:
        raise Refusal("gateway.unguarded")
    return guard()
