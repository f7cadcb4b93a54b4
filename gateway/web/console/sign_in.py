"""The way in and out."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from gateway.web.console.page import page, see_other

blueprint = Blueprint("console_sign_in", __name__, url_prefix="/console")


@blueprint.get("", provide_automatic_options=False)
def home() -> Response:
    """The console's short address."""
    return see_other(url_for("console_overview.show"))


@blueprint.get("/sign-in")
def show() -> Response:
    return page("sign_in.html")


@blueprint.post("/sign-out")
def sign_out() -> Response:
    return see_other(url_for("console_sign_in.show"))
