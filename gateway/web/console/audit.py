"""What people did in the console and on the command line, and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_audit", __name__, url_prefix="/console/audit")


@blueprint.get("")
@needs(Role.VIEWER)
def index(**_names: Any) -> Response:
    return page("blank.html", heading="audit")
