"""Hands out the work that a browser does before it sends a form with `provider = "altcha"`."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, g

from gateway.config.spam_tables import ALTCHA
from gateway.spam import proof_of_work
from gateway.web import cors
from gateway.web.context import secret_key, services
from gateway.web.errors import Refusal

blueprint = Blueprint("challenge", __name__, url_prefix="/forms")
blueprint.after_request(cors.allow_reading)


@blueprint.get("/<source_name>/challenge", provide_automatic_options=False)
def give(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """New work at every request; it costs us one signature, and nothing is kept."""
    captcha = g.source.spam.captcha
    if captcha.provider != ALTCHA:
        raise Refusal("route.not_found")
    work = proof_of_work.challenge(secret_key(), g.source.name, cost=captcha.cost, now=services().clock.now())
    return Response(
        orjson.dumps(work), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
