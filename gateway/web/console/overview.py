"""Whether everything is all right, and how much is going on."""

from __future__ import annotations

from flask import Blueprint, Response, request

from gateway.accounts import Role
from gateway.operating.overview import look
from gateway.web.console.overview_facts import shown
from gateway.web.console.page import page, part, wants_part
from gateway.web.console.rights import may, needs
from gateway.web.context import services

blueprint = Blueprint("console_overview", __name__, url_prefix="/console")


@blueprint.get("/")
@needs(Role.VIEWER)
def show() -> Response:
    """The page; to itself, every few seconds, only what has changed, and nothing at all where nothing has."""
    seen = shown(look(services()), may_act=may(Role.OPERATOR))
    zone = services().config.console.time_zone
    if not wants_part():
        return page("overview.html", seen=seen, zone=zone)
    if request.args.get("seen") == seen.seen:
        return Response("", 204, {"Cache-Control": "no-store"})
    return part("overview_live.html", seen=seen, zone=zone)
