"""What is wrong now, what was, and who is told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_alerts", __name__, url_prefix="/console/alerts")


@blueprint.get("")
@needs(Role.VIEWER)
def index(**_names: Any) -> Response:
    return page("blank.html", heading="alerts")
