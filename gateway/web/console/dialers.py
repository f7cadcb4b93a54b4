"""The dialers: how each line stands, what is held and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_dialers", __name__, url_prefix="/console/dialers")


@blueprint.get("")
@needs(Role.VIEWER)
def index(**_names: Any) -> Response:
    return page("blank.html", heading="dialers")


@blueprint.get("/<dialer_name>")
@needs(Role.VIEWER)
def show(**_names: Any) -> Response:
    return page("blank.html", heading="dialers")
