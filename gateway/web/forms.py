"""The form door: any HTML form on any site, and scripts that post for one."""

from __future__ import annotations

from flask import Blueprint, Response, g, request

from gateway.capture import Bad
from gateway.sources.base import Inbound
from gateway.sources.form import fill, submission_of
from gateway.web import answers, bodies, cors, form_pages, intake
from gateway.web.clients import wants_json
from gateway.web.preferences import wait_of

blueprint = Blueprint("forms", __name__, url_prefix="/forms")
blueprint.after_request(cors.allow_reading)


@blueprint.get("/<source_name>", provide_automatic_options=False)
def show(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """A plain page with the form, for a link in a message and for a first try."""
    return form_pages.blank(g.source)


@blueprint.post("/<source_name>", provide_automatic_options=False)
def submit(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """Keep the enquiry, then answer the way this client reads."""
    inbound = bodies.inbound()
    return _for_a_script(inbound) if wants_json(request) else _for_a_person(inbound)


@blueprint.route("/<source_name>", methods=["OPTIONS"])
def ask(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    return cors.preflight()


@blueprint.get("/<source_name>/thanks")
def thank(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    return form_pages.thank(g.source, request.args.get("t", ""))


def _for_a_script(inbound: Inbound) -> Response:
    filled = fill(inbound)
    if filled.trapped:
        lead = intake.trapped(g.source, inbound)
        return answers.captured(lead, status_url=None).response()
    wait = wait_of(request.headers.get("Prefer", ""), g.source.wait)
    return intake.form_lead(g.source, inbound, submission_of(g.source, filled), wait=wait).response()


def _for_a_person(inbound: Inbound) -> Response:
    filled = g.filled = fill(inbound)  # kept for the page that is due when the enquiry cannot be kept
    if filled.trapped:
        return form_pages.sent(g.source, filled, intake.trapped(g.source, inbound))
    lead = intake.visitor_lead(g.source, inbound, submission_of(g.source, filled))
    if isinstance(lead, Bad):
        return form_pages.again(g.source, filled, lead.problems)
    return form_pages.sent(g.source, filled, lead)
