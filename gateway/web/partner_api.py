"""The partner API: leads in, their dialer's Lead IDs out, and their status later."""

from __future__ import annotations

import re

from flask import Blueprint, Response, g, request

from gateway.rehearsal import told
from gateway.sources.registry import SOURCES
from gateway.web import answers, bodies, intake, lead_batches, partner_calls
from gateway.web.context import services
from gateway.web.errors import Refusal
from gateway.web.preferences import wait_of

blueprint = Blueprint("partner_api", __name__, url_prefix="/v1")

ROUTE = "/v1/leads"
_ID = re.compile(r"[0-9A-Z]{20}", re.ASCII)


@blueprint.post("/leads")
def create() -> Response:
    """Keep one lead, wait for its dialer, answer with what is known."""
    wait = wait_of(request.headers.get("Prefer", ""), g.source.wait)
    inbound = bodies.inbound()
    submission = SOURCES["partner"].parse(g.source, inbound)[0]
    answer = intake.partner_lead(g.source, inbound, submission, wait=wait, test=g.key.mode == "test")
    return answer.response()


@blueprint.post("/leads/batch")
def create_many() -> Response:
    """Keep up to a thousand leads in one commit; without a wish to wait the answer comes as soon as they are kept."""
    wait = wait_of(request.headers.get("Prefer", ""), 0)
    inbound = bodies.inbound(most=lead_batches.MOST_BYTES)
    return lead_batches.partner_leads(g.source, inbound, wait=wait, test=g.key.mode == "test").response()


@blueprint.get("/leads/<lead_id>")
def show(lead_id: str) -> Response:
    """One of the key's own leads; those of others do not exist here."""
    # Anything may stand in an address; a text that no database can hold is not asked for.
    lead = services().store.status(lead_id) if _ID.fullmatch(lead_id) else None
    if lead is None or lead.source != g.source.name:
        raise Refusal("lead.not_found")
    return answers.shown(told(lead, later=True), status_url=intake.status_url(lead.id)).response()


@blueprint.post("/calls")
def call() -> Response:
    """Click to Call: asked for once, answered within eight seconds, never queued."""
    return partner_calls.partner_call(g.source, g.key, bodies.inbound()).response()
