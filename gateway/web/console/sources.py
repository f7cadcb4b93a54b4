"""The sources: how each is doing, and how it is connected."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway.accounts import Role
from gateway.web.console.page import page
from gateway.web.console.rights import needs

blueprint = Blueprint("console_sources", __name__, url_prefix="/console/sources")


@blueprint.get("")
@needs(Role.VIEWER)
def index(**_names: Any) -> Response:
    return page("blank.html", heading="sources")


@blueprint.get("/<source_name>")
@needs(Role.VIEWER)
def show(**_names: Any) -> Response:
    return page("blank.html", heading="sources")
