"""The way in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_sign_in", __name__, url_prefix="/console")


@blueprint.get("/sign-in")
@needs(Role.VIEWER)
def show(**_names: Any) -> Response:
    return page("blank.html", heading="sign_in")


@blueprint.post("/sign-out")
@needs(Role.VIEWER)
def sign_out(**_names: Any) -> Response:
    return page("blank.html", heading="sign_in")
