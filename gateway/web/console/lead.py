"""One lead: its whole story, and what can be done about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from gateway.accounts import Role
from gateway.leads.lead import State
from gateway.operating.decisions import Decisions, Result, Who
from gateway.operating.editing import send_edited
from gateway.store.columns import clean
from gateway.store.records import Story
from gateway.web.console import lead_form, lead_words, reveal
from gateway.web.console.lead_page import page_of
from gateway.web.console.page import page, part, see_other
from gateway.web.console.rights import needs, person
from gateway.web.console.said import say
from gateway.web.context import client_address, services
from gateway.web.errors import Refusal

blueprint = Blueprint("console_lead", __name__, url_prefix="/console/leads")

MOST_REASON = 500  # characters of what somebody writes
EDIT_NEXT = "edit"  # where the button leads that shows the values to edit them


@blueprint.get("/<lead_id>")
@needs(Role.VIEWER)
def show(lead_id: str) -> Response:
    story = _story(lead_id)
    return page("lead.html", lead=page_of(story, shown=reveal.shown(story.lead.id)))


@blueprint.get("/<lead_id>/now")
@needs(Role.VIEWER)
def now(lead_id: str) -> Response:
    """What has changed since the page was made; nothing, most of the time."""
    status = services().store.status(lead_id.upper())
    if status is None:
        raise Refusal("route.not_found")
    if request.args.get("mark") == lead_words.mark_of(status):
        return Response("", 204, {"Cache-Control": "no-store"})
    story = _story(lead_id)
    same_state = request.args.get("state") == story.lead.state
    return part(
        "lead_now.html", lead=page_of(story, shown=reveal.shown(story.lead.id)), same_state=same_state
    )


@blueprint.post("/<lead_id>/reveal")
@needs(Role.OPERATOR)
def show_number(lead_id: str) -> Response:
    """Each time it is written down who has looked."""
    story = _story(lead_id)
    deed = _who().did("lead.revealed", story.lead.id)
    services().store.console.audit.add(deed, now=services().clock.now())
    endpoint = "edit" if request.form.get("then") == EDIT_NEXT else "show"
    return see_other(_address(endpoint, story.lead.id, reveal.token_for(story.lead.id)))


# -- decisions -----------------------------------------------------------------------------------------------


@blueprint.post("/<lead_id>/send")
@needs(Role.OPERATOR)
def send(lead_id: str) -> Response:
    return _done(_decisions().send(lead_id.upper(), seen=_seen()))


@blueprint.post("/<lead_id>/resolve")
@needs(Role.OPERATOR)
def resolve(lead_id: str) -> Response:
    dialer_lead_id = request.form.get("dialer_lead_id", "")
    return _done(_decisions().resolve(lead_id.upper(), dialer_lead_id=dialer_lead_id, reason=_reason()))


@blueprint.post("/<lead_id>/discard")
@needs(Role.OPERATOR)
def discard(lead_id: str) -> Response:
    return _done(_decisions().discard(lead_id.upper(), seen=_seen(), reason=_reason()))


@blueprint.post("/<lead_id>/suppress")
@needs(Role.OPERATOR)
def suppress(lead_id: str) -> Response:
    return _done(_decisions().suppress(lead_id.upper(), reason=_reason()))


@blueprint.post("/<lead_id>/withdraw")
@needs(Role.OPERATOR)
def withdraw(lead_id: str) -> Response:
    return _done(_decisions().withdraw(lead_id.upper()))


# -- corrections ---------------------------------------------------------------------------------------------


@blueprint.get("/<lead_id>/edit")
@needs(Role.OPERATOR)
def edit(lead_id: str) -> Response:
    story = _story(lead_id)
    return lead_form.show(story, shown=reveal.shown(story.lead.id))


@blueprint.post("/<lead_id>/edit")
@needs(Role.OPERATOR)
def send_corrected(lead_id: str) -> Response:
    story = _story(lead_id)
    edited = send_edited(
        _decisions(), story, request.form, list_id=request.form.get("list_id", ""), seen=_seen()
    )
    if edited.result is None:
        return lead_form.show_again(story, edited.problems, request.form, shown=reveal.shown(story.lead.id))
    return _done(edited.result)


# -- what they share -----------------------------------------------------------------------------------------


def _story(lead_id: str) -> Story:
    story = services().store.story(lead_id.upper())
    if story is None:
        raise Refusal("route.not_found")
    return story


def _who() -> Who:
    return Who(name=person().name, address=client_address())


def _decisions() -> Decisions:
    running = services()
    return Decisions(store=running.store, config=running.config, who=_who(), now=running.clock.now)


def _seen() -> State:
    """How the lead stood on the page whose button was pressed."""
    try:
        return State(request.form.get("seen", ""))
    except ValueError:
        raise Refusal("route.not_found") from None


def _reason() -> str:
    return clean(request.form.get("reason", "").strip())[:MOST_REASON]


def _done(result: Result) -> Response:
    if result.lead is None:
        raise Refusal("route.not_found")
    back = _address("show", result.lead.id, reveal.shown(result.lead.id))
    text, tone = lead_words.said_of(result)
    return say(see_other(back), text, tone)


def _address(endpoint: str, lead_id: str, token: str) -> str:
    values: dict[str, Any] = {reveal.PARAMETER: token} if token else {}
    return url_for(f"console_lead.{endpoint}", lead_id=lead_id, **values)
