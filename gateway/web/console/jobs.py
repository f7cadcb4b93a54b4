"""Many leads at once: a preview, the work, its progress, and the way back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from gateway.accounts import Role
from gateway.operating import many
from gateway.store.choosing import Chosen
from gateway.store.columns import clean
from gateway.store.jobs import Action, Job
from gateway.web.console import choosing, job_facts
from gateway.web.console.page import page, part, see_other, wants_part
from gateway.web.console.rights import needs, person
from gateway.web.console.said import say
from gateway.web.context import client_address, services
from gateway.web.errors import Refusal

blueprint = Blueprint("console_jobs", __name__, url_prefix="/console/jobs")

PAGE = 30
REASONED = frozenset({Action.DISCARD})  # what takes a lead away from its caller is done for a reason
_WHY = "Say why: it is kept with every lead and in the audit log."


@blueprint.get("")
@needs(Role.VIEWER)
def index() -> Response:
    """The jobs, the latest first."""
    after = clean(request.args.get("after", "")) or None
    found = services().store.console.jobs.page(after=after, limit=PAGE + 1)
    now = services().clock.now()
    return page(
        "jobs.html",
        jobs=[job_facts.facts(job, now=now) for job in found[:PAGE]],
        next=url_for(".index", after=found[PAGE - 1].id) if len(found) > PAGE else "",
        after=after,
    )


@blueprint.post("/prepare")
@needs(Role.OPERATOR)
def prepare() -> Response:
    """What would happen; nothing does yet."""
    action = choosing.action_of(request.form)
    chosen = choosing.chosen_of(request.form)
    if isinstance(chosen, choosing.Unclear):
        return say(see_other(url_for("console_leads.index")), chosen.message, "warn")
    return _preview(action, chosen)


@blueprint.post("/start")
@needs(Role.OPERATOR)
def start() -> Response:
    """Do it, to the leads that were shown and to none that came later."""
    action = choosing.action_of(request.form)
    chosen = choosing.kept_choice(request.form.get("chosen", ""))
    reason = choosing.reason_of(request.form)
    if action in REASONED and not reason:
        return _preview(action, chosen, problem=_WHY)
    job = many.order(
        services(),
        action,
        chosen,
        upto=choosing.lead_id_of(request.form.get("upto", "")),
        actor=person().name,
        reason=reason,
        address=client_address(),
    )
    return see_other(url_for(".show", job_id=job.id))


@blueprint.get("/<job_id>")
@needs(Role.VIEWER)
def show(job_id: str) -> Response:
    """How far it is, and what it has come to."""
    seen = _facts(_job(job_id))
    if wants_part():
        return part("job_progress.html", seen=seen)
    return page("job.html", seen=seen)


@blueprint.post("/<job_id>/cancel")
@needs(Role.OPERATOR)
def cancel(job_id: str) -> Response:
    """No further portion; what is done stays done, and can be taken back."""
    job = _job(job_id)
    cancelled = services().store.console.jobs.cancel(
        job.id, actor=person().name, now=services().clock.now(), address=client_address()
    )
    answer = see_other(url_for(".show", job_id=job.id))
    return answer if cancelled else say(answer, "It has ended already.", "quiet")


@blueprint.post("/<job_id>/undo")
@needs(Role.OPERATOR)
def undo(job_id: str) -> Response:
    """Take back what can be."""
    job = _job(job_id)
    if not many.may_be_undone(job):
        return say(see_other(url_for(".show", job_id=job.id)), "There is nothing to take back.", "quiet")
    reason = choosing.reason_of(request.form)
    ordered = many.order_undo(services(), job, actor=person().name, reason=reason, address=client_address())
    if ordered is None:
        return say(see_other(url_for(".show", job_id=job.id)), "It is being taken back already.", "quiet")
    return see_other(url_for(".show", job_id=ordered.id))


def _preview(action: Action, chosen: Chosen, problem: str = "") -> Response:
    seen = many.preview(services(), action, chosen)
    return page(
        "job_preview.html",
        status=422 if problem else 200,
        seen=seen,
        chosen=chosen.as_json(),
        words=job_facts.chosen_in_words(chosen),
        verb=job_facts.VERBS[action],
        back=job_facts.list_of(chosen),
        reasoned=action in REASONED,
        problem=problem,
    )


def _job(job_id: str) -> Job:
    job = services().store.console.jobs.find(job_id)
    if job is None:
        raise Refusal("route.not_found")
    return job


def _facts(job: Job) -> Any:
    jobs = services().store.console.jobs
    counted = job.changed <= job_facts.MOST_FOLLOWED or not wants_part()
    return job_facts.facts(
        job,
        now=services().clock.now(),
        became=jobs.became(job.id) if counted else None,
        undone_by=jobs.undone_by(job.id),
    )
