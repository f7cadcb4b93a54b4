"""Whether everything is all right, and how much is going on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_overview", __name__, url_prefix="/console")


@blueprint.get("/")
@needs(Role.VIEWER)
def show(**_names: Any) -> Response:
    return page("blank.html", heading="overview")
