"""The form door: any HTML form on any site, and scripts that post for one."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, g, request

from gateway import metrics
from gateway.capture import Bad
from gateway.leads.identity import new_id
from gateway.leads.lead import Lead, LeadStatus, Problem, Submission
from gateway.leads.make import make_lead
from gateway.sources.base import FileSent, Inbound
from gateway.sources.form import Filled, fill, submission_of
from gateway.spam.rules import is_trapped
from gateway.web import answers, bodies, consent_box, cors, form_pages, hosted_form, intake, sample_mark
from gateway.web.clients import wants_json
from gateway.web.context import services
from gateway.web.discretion import for_strangers
from gateway.web.errors import bad_lead
from gateway.web.form_inputs import at_their_fields, told
from gateway.web.preferences import wait_of
from gateway.web.screening import screen
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
    submission = sample_mark.marked(submission_of(g.source, g.filled))
    unusable = _unusable(inbound, submission)
    if not _is_trapped(g.filled) and (problems := unusable + _missing(g.filled)):
        # Before the spam checks: those use up a captcha's answer, and the visitor sends the form again.
        return _refused(g.filled, problems)
    if unusable:
        return _thanked(g.filled, intake.trapped(g.source, inbound))
    return _kept(inbound, g.filled, submission)


@blueprint.route("/<source_name>", methods=["OPTIONS"])
def ask(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    return cors.preflight()


@blueprint.get("/<source_name>/<any(frame,captcha):name>.js")
def script(source_name: str, name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    return form_pages.script(name)


def _kept(inbound: Inbound, filled: Filled, submission: Submission) -> Response:
    """A lead comes of it: queued, or held back when something speaks against a person."""
    source, hosted = g.source, hosted_form.is_hosted(filled)
    verdict = screen(source, inbound, filled, hosted=hosted)
    consent = consent_box.evidence(source, words_of(source, request), inbound, filled, hosted=hosted)
    if wants_json(request):
        wait = wait_of(request.headers.get("Prefer", ""), source.wait)
        answer = intake.form_lead(source, inbound, submission, wait=wait, verdict=verdict, consent=consent)
        return answer.response()
    lead = intake.visitor_lead(source, inbound, submission, verdict=verdict, consent=consent)
    if isinstance(lead, Bad):
        return form_pages.again(source, filled, lead.problems)
    return form_pages.sent(source, filled, lead)


def _thanked(filled: Filled, lead: LeadStatus) -> Response:
    if wants_json(request):
        return answers.captured(for_strangers(lead), status_url=None).response()
    return form_pages.sent(g.source, filled, lead)


# -- what keeps an enquiry from becoming a lead --------------------------------------------------------------


def _is_trapped(filled: Filled) -> bool:
    return filled.trapped or is_trapped(filled.typed, g.source.spam.honeypots)


def _unusable(inbound: Inbound, submission: Submission) -> tuple[Problem, ...]:
    lead_id = new_id(inbound.received_at)
    lead = make_lead(submission, g.source, services().config, lead_id=lead_id, strict=False)
    return () if isinstance(lead, Lead) else lead


def _missing(filled: Filled) -> tuple[Problem, ...]:
    if not hosted_form.is_hosted(filled):
        return ()
    return hosted_form.problems_of(g.source, words_of(g.source, request), filled)


def _refused(filled: Filled, problems: tuple[Problem, ...]) -> Response:
    metrics.refused(g.source.name, problems[0].code)
    placed = at_their_fields(filled.typed, problems)
    if not wants_json(request):
        return form_pages.again(g.source, filled, placed)
    words = words_of(g.source, request)
    raise bad_lead([replace(problem, message=told(words, problem)) for problem in placed])


def _refused_file(error: FileSent) -> Response:
    if wants_json(request):
        raise error
    filled = Filled(fields={}, typed=dict(error.typed), redirect="", page_url="", trapped=False)
    problem = Problem(field="", code=error.code, message=error.message)
    return form_pages.again(g.source, filled, [problem], status=415)
