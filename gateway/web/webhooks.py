"""The webhook door: ad platforms, portals and form builders, each in its own words."""

from __future__ import annotations

from flask import Blueprint, Response, g

from gateway.web import answers, bodies, intake

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@blueprint.route("/<source_name>", methods=["GET", "POST"])
def receive(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """Acknowledged as soon as everything is on disk; the dialer is never waited for."""
    leads = intake.webhook_leads(g.source, g.kind, g.inbound)
    acknowledge = g.kind.acknowledge
    reply = acknowledge(g.source, leads) if acknowledge else answers.acknowledged(leads)
    return bodies.response(reply)
