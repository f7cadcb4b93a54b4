"""Who may use the console."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_users", __name__, url_prefix="/console/people")


@blueprint.get("")
@needs(Role.VIEWER)
def index(**_names: Any) -> Response:
    return page("blank.html", heading="users")
