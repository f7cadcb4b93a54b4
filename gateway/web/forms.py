"""The form door: any HTML form on any site, and scripts that post for one."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, g, request

from gateway import metrics
from gateway.capture import Bad
from gateway.leads.identity import new_id
from gateway.leads.lead import Lead, Problem
from gateway.leads.make import make_lead
from gateway.sources.base import FileSent, Inbound
from gateway.sources.form import Filled, fill, submission_of
from gateway.web import answers, bodies, cors, form_pages, hosted_form, intake
from gateway.web.clients import wants_json
from gateway.web.context import services
from gateway.web.errors import bad_lead
from gateway.web.form_inputs import told
from gateway.web.preferences import wait_of
from gateway.web.wording import words_of

blueprint = Blueprint("forms", __name__, url_prefix="/forms")
blueprint.after_request(cors.allow_reading)


@blueprint.get("/<source_name>", provide_automatic_options=False)
def show(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """A plain page with the form, for a link in a message, a frame, and a first try."""
    return form_pages.blank(g.source)


@blueprint.post("/<source_name>", provide_automatic_options=False)
def submit(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """Keep the enquiry, then answer the way this client reads."""
    inbound = bodies.inbound()
    try:
        g.filled = fill(inbound)  # kept for the page that is due when the enquiry cannot be kept
    except FileSent as error:
        return _refused_file(error)
    problems = () if g.filled.trapped else _problems(inbound, g.filled)
    if problems:
        return _refused(g.filled, problems)
    return _for_a_script(inbound, g.filled) if wants_json(request) else _for_a_person(inbound, g.filled)


@blueprint.route("/<source_name>", methods=["OPTIONS"])
def ask(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    return cors.preflight()


@blueprint.get("/<source_name>/<any(frame,recaptcha):name>.js")
def script(source_name: str, name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    return form_pages.script(name)


def _problems(inbound: Inbound, filled: Filled) -> tuple[Problem, ...]:
    """Everything a visitor must mend. Asked before the spam checks: those use up a captcha's answer."""
    submission = submission_of(g.source, filled)
    lead = make_lead(
        submission, g.source, services().config, lead_id=new_id(inbound.received_at), strict=False
    )
    problems = () if isinstance(lead, Lead) else lead
    if hosted_form.is_hosted(filled):
        problems += hosted_form.problems_of(g.source, words_of(g.source, request), filled)
    return problems


def _refused(filled: Filled, problems: tuple[Problem, ...]) -> Response:
    metrics.refused(g.source.name, problems[0].code)
    if not wants_json(request):
        return form_pages.again(g.source, filled, problems)
    words = words_of(g.source, request)
    raise bad_lead([replace(problem, message=told(words, problem)) for problem in problems])


def _refused_file(error: FileSent) -> Response:
    if wants_json(request):
        raise error
    filled = Filled(fields={}, typed=dict(error.typed), redirect="", page_url="", trapped=False)
    problem = Problem(field="", code=error.code, message=error.message)
    return form_pages.again(g.source, filled, [problem], status=415)


def _for_a_script(inbound: Inbound, filled: Filled) -> Response:
    if filled.trapped:
        lead = intake.trapped(g.source, inbound)
        return answers.captured(lead, status_url=None).response()
    wait = wait_of(request.headers.get("Prefer", ""), g.source.wait)
    return intake.form_lead(g.source, inbound, submission_of(g.source, filled), wait=wait).response()


def _for_a_person(inbound: Inbound, filled: Filled) -> Response:
    if filled.trapped:
        return form_pages.sent(g.source, filled, intake.trapped(g.source, inbound))
    lead = intake.visitor_lead(g.source, inbound, submission_of(g.source, filled))
    if isinstance(lead, Bad):
        return form_pages.again(g.source, filled, lead.problems)
    return form_pages.sent(g.source, filled, lead)
