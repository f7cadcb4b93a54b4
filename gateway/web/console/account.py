"""One's own password, second factor and open sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_account", __name__, url_prefix="/console/account")


@blueprint.get("")
@needs(Role.VIEWER)
def show(**_names: Any) -> Response:
    return page("blank.html", heading="account")
