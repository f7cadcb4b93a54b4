"""One lead: its whole story, and what can be done about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_lead", __name__, url_prefix="/console/leads")


@blueprint.get("/<lead_id>")
@needs(Role.VIEWER)
def show(**_names: Any) -> Response:
    return page("blank.html", heading="lead")
