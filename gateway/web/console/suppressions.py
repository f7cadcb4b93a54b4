"""The numbers that are never sent to a dialer: looked up, added, taken off, imported, exported."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from gateway.accounts import Role
from gateway.importing.table_file import TableError
from gateway.leads.reasons import PROBLEMS, FieldError
from gateway.operating import do_not_call, many
from gateway.store.audit import Deed
from gateway.store.suppression_lists import NEW
from gateway.store.suppressions import Added
from gateway.web.console import choosing, suppression_facts
from gateway.web.console.page import page, see_other
from gateway.web.console.rights import needs, person, takes_bytes
from gateway.web.console.said import say
from gateway.web.console.writing import counted
from gateway.web.context import client_address, services
from gateway.web.errors import Refusal

blueprint = Blueprint("console_suppressions", __name__, url_prefix="/console/do-not-call")

PAGE = 50
SHOWN_WRONG = 50  # lines that hold no number
_WHY = "Say why: it stands beside the number and in the audit log."
_CSV = "text/csv; charset=utf-8"


@blueprint.get("")
@needs(Role.VIEWER)
def index() -> Response:
    """The list, and the number that was looked for."""
    return _index(request.args.get("q", ""))


@blueprint.post("/add")
@needs(Role.OPERATOR)
def add() -> Response:
    """One number, from now on."""
    written, reason = request.form.get("number", ""), choosing.reason_of(request.form)
    try:
        phone = do_not_call.number_of(services().config, written)
    except FieldError as error:
        return _index("", problem=PROBLEMS[error.code], written=written, reason=reason)
    if not reason:
        return _index("", reason_problem=_WHY, written=written)
    added = services().store.console.suppressions.add(
        phone, reason=reason, actor=person().name, now=services().clock.now(), address=client_address()
    )
    tone = "warn" if added.leaving else "good" if added.new else "quiet"
    return say(see_other(url_for(".index")), _told(added), tone)


@blueprint.post("/remove")
@needs(Role.OPERATOR)
def remove() -> Response:
    """It may be called again."""
    phone = suppression_facts.opened(request.form.get("key", ""))
    reason = choosing.reason_of(request.form)
    if not reason:
        return say(see_other(url_for(".index")), f"Nothing was taken off the list. {_WHY}", "warn")
    removed = services().store.console.suppressions.remove(
        phone, reason=reason, actor=person().name, now=services().clock.now(), address=client_address()
    )
    text = "The number may be called again. What was stopped before stays stopped."
    return say(see_other(url_for(".index")), text if removed else "It was not on the list any more.")


@blueprint.get("/export.csv")
@needs(Role.OPERATOR)
def export() -> Response:
    """The whole list, for a spreadsheet; a page of it in memory at a time."""
    suppressions = services().store.console.suppressions
    deed = Deed(
        actor=person().name,
        action="suppression.exported",
        subject="suppression",
        subject_id="",
        detail={"count": suppressions.count()},
        address=client_address(),
    )
    services().store.console.audit.add(deed, now=services().clock.now())
    response = Response(suppression_facts.list_as_csv(suppressions.each()), content_type=_CSV)
    response.headers["Content-Disposition"] = 'attachment; filename="do-not-call.csv"'
    return response


# -- many at once --------------------------------------------------------------------------------------------


@blueprint.post("/lists")
@needs(Role.OPERATOR)
@takes_bytes(do_not_call.MOST_BYTES)
def check() -> Response:
    """Judge every line of what was pasted or uploaded; nothing is on the list yet."""
    try:
        with suppression_facts.sent_list() as path:
            import_id = do_not_call.read_list(services(), path)
    except TableError as error:
        return _index("", list_problem=f"{error.cause.capitalize()} {error.next_step.capitalize()}")
    return see_other(url_for(".show", import_id=import_id))


@blueprint.get("/lists/<import_id>")
@needs(Role.OPERATOR)
def show(import_id: str) -> Response:
    """What each line is, and the question whether to go on."""
    return _list(import_id)


@blueprint.get("/lists/<import_id>/lines.csv")
@needs(Role.OPERATOR)
def lines(import_id: str) -> Response:
    """Every line with its verdict, by its number in the file; no phone number is in it."""
    _counts(import_id)
    found = services().store.console.suppression_lists.each(import_id)
    response = Response(suppression_facts.lines_as_csv(found), content_type=_CSV)
    response.headers["Content-Disposition"] = 'attachment; filename="lines.csv"'
    return response


@blueprint.post("/lists/<import_id>")
@needs(Role.OPERATOR)
def take(import_id: str) -> Response:
    """Put the new numbers of a list on ours; a job does it, with its progress."""
    counts = _counts(import_id)
    reason = choosing.reason_of(request.form)
    if not reason:
        return _list(import_id, problem=_WHY)
    if not counts.get(NEW):
        return say(see_other(url_for(".index")), "Every number of that list is on ours already.", "quiet")
    job = many.order_list(
        services(),
        import_id,
        numbers=counts[NEW],
        actor=person().name,
        reason=reason,
        address=client_address(),
    )
    return see_other(url_for("console_jobs.show", job_id=job.id))


# -- parts ---------------------------------------------------------------------------------------------------


def _index(
    wanted: str,
    *,
    problem: str = "",
    reason_problem: str = "",
    list_problem: str = "",
    written: str = "",
    reason: str = "",
) -> Response:
    suppressions = services().store.console.suppressions
    after = suppression_facts.opened_place(request.args.get("after", ""))
    seen = suppressions.page(after=after, limit=PAGE)
    return page(
        "do_not_call.html",
        status=422 if problem or reason_problem or list_problem else 200,
        rows=suppression_facts.rows(seen.numbers),
        next=url_for(".index", after=suppression_facts.sealed_place(seen.after)) if seen.after else "",
        first=after is not None,
        total=suppressions.count(),
        wanted=wanted,
        looked_up=suppression_facts.look_up(wanted) if wanted.strip() else None,
        problem=problem,
        reason_problem=reason_problem,
        list_problem=list_problem,
        written=written,
        reason=reason,
        most_lines=do_not_call.MOST_LINES,
    )


def _list(import_id: str, problem: str = "") -> Response:
    counts = _counts(import_id)
    wrong = services().store.console.suppression_lists.wrong(import_id, limit=SHOWN_WRONG)
    return page(
        "do_not_call_list.html",
        status=422 if problem else 200,
        import_id=import_id,
        counts=counts,
        lines=sum(counts.values()),
        verdicts=suppression_facts.verdicts(counts),
        wrong=[(line.number, suppression_facts.word_of(line.verdict)) for line in wrong],
        problem=problem,
    )


def _counts(import_id: str) -> dict[str, int]:
    counts = services().store.console.suppression_lists.counts(import_id)
    if not counts:
        raise Refusal("route.not_found")
    return counts


def _told(added: Added) -> str:
    words = "The number is on the list." if added.new else "The number was on the list already."
    if added.stopped:
        words += f" {counted(added.stopped, 'waiting lead')} of it will not be sent."
    if added.leaving:
        words += (
            f" {counted(added.leaving, 'lead')} was on its way already: see whether it reaches the dialer."
        )
    return words
