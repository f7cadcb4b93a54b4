"""The webhook door: ad platforms, portals and form builders, each in its own words."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, g

from gateway.leads.lead import LeadStatus
from gateway.sources.base import Kind, Reply
from gateway.web import answers, bodies, intake

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@blueprint.route("/<source_name>", methods=["GET", "POST"])
def receive(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """Acknowledged as soon as everything is on disk; the dialer is never waited for."""
    leads = intake.webhook_leads(g.source, g.kind, g.inbound)
    return bodies.response(_acknowledgement(g.kind, leads))


def _acknowledgement(kind: Kind, leads: Sequence[LeadStatus]) -> Reply:
    if kind.reply is not None:
        return kind.reply(g.source, g.inbound, leads)
    if kind.acknowledge is not None:
        return kind.acknowledge(g.source, leads)
    return answers.acknowledged(leads)
