"""The list of leads, and the way from a few digits to one of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_leads", __name__, url_prefix="/console")


@blueprint.get("/leads")
@needs(Role.VIEWER)
def index(**_names: Any) -> Response:
    return page("blank.html", heading="leads")


@blueprint.get("/find")
@needs(Role.VIEWER)
def find(**_names: Any) -> Response:
    return page("blank.html", heading="leads")
