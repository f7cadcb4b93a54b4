"""The company's own sign-in: there and back again."""

from __future__ import annotations

from flask import Blueprint, Response

from gateway.web.errors import Refusal

blueprint = Blueprint("console_oidc", __name__, url_prefix="/console/oidc")


@blueprint.get("/begin")
def begin() -> Response:
    raise Refusal("route.not_found")
