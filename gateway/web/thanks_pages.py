"""After the form: what became of the enquiry, "call me now", and "do not call me"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from flask import Blueprint, Response, g, render_template, request, url_for

from gateway import click_to_call
from gateway.config import SourceConfig
from gateway.config.model import CallNow
from gateway.leads.consent import Consent
from gateway.leads.lead import LeadStatus
from gateway.store.records import Story
from gateway.web import thanks
from gateway.web.context import client_address, secret_key, services
from gateway.web.errors import Refusal
from gateway.web.hosted_form import is_embedded
from gateway.web.origins import origin_of
from gateway.web.standing import Standing, ringing_of, standing_of
from gateway.web.wording import words_of

log = structlog.get_logger("gateway.web")

blueprint = Blueprint("thanks", __name__, url_prefix="/forms")

LOOKS = (1, 2, 4, 8, 15)  # seconds until the page looks again by itself; then only when it is asked to
QUIET = 600.0  # seconds before "call me now" calls the same number again
DIGITS_SHOWN = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A visitor with a token that is still good, and the lead it names."""

    story: Story
    standing: Standing
    call_now: CallNow | None  # None: not offered, here and now

    @property
    def phone(self) -> str:
        return self.story.phone

    @property
    def digits(self) -> str:
        """The end of the number: enough to see a slip of the finger, too little for anybody else."""
        return self.phone[-DIGITS_SHOWN:]


@blueprint.before_request
def only_from_here() -> None:
    """The buttons are ours: a page of anybody else's presses none of them, not even one that may send forms."""
    if request.method != "POST":
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = (None, origin_of(services().config.public_url))
    # A browser of before 2023 does not say what kind of site it is on.
    if (site is None and origin not in ours) or site not in (None, "same-origin"):
        raise Refusal("access.refused")


@blueprint.get("/<source_name>/thanks")
def show(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """What became of the enquiry; without a good token only that it was sent."""
    visit = _visit()
    return _standing_page(visit) if visit else _page("forms/thanks.html", visit=None)


@blueprint.post("/<source_name>/call")
def call_now(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """Ask for a call, if one is offered; the page that follows tells what came of it."""
    visit = _visit()
    if visit is None or visit.call_now is None:
        return _go("thanks.show")
    lead = visit.story.lead
    click_to_call.call(
        services(),
        dialer=str(lead.dialer),
        agent_user=visit.call_now.agent_user,
        phone=visit.phone,
        mode=visit.call_now.mode,
        lead_id=lead.id,
        source=lead.source,
        asked_by=f"visitor {client_address()}",
        prospects_id=visit.story.fields.get("prospects_id", ""),
        quiet=QUIET,
    )
    return _go("thanks.calling")


@blueprint.get("/<source_name>/call")
def calling(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """What came of the last call to this number; whoever asked twice is told of the first."""
    visit = _visit()
    since = services().clock.now() - QUIET
    entry = services().store.calls.latest_to(visit.phone, since=since) if visit else None
    if visit is None or entry is None:
        return _go("thanks.show")
    ringing = ringing_of(entry)
    return _page(
        "forms/calling.html",
        visit=visit,
        ringing=ringing,
        call=_address("thanks.call_now") if visit.call_now and ringing.may_ask_again else None,
        back=_address("thanks.show"),
    )


@blueprint.get("/<source_name>/opt-out")
def ask_opt_out(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """A page with a button: programs that follow every link must not opt anybody out."""
    visit = _visit()
    return _page(
        "forms/opt_out.html",
        status=200 if visit else 410,
        visit=visit,
        done=visit is not None and visit.standing is Standing.OPTED_OUT,
        opt_out=_address("thanks.opt_out"),
        back=_address("thanks.show"),
    )


@blueprint.post("/<source_name>/opt-out")
def opt_out(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """From now on nothing with this number goes to a dialer; how it was asked for stays as evidence."""
    visit = _visit()
    if visit is not None and visit.phone:
        services().store.consents.withdraw(visit.story.lead.id, visit.phone, _withdrawal())
        log.info("person.opted_out", lead=visit.story.lead.id, source=visit.story.lead.source)
    return _go("thanks.ask_opt_out")


# -- the visitor ---------------------------------------------------------------------------------------------


def _visit() -> Visit | None:
    """Who holds this token; None when it is old, not ours, or its lead is another source's."""
    source: SourceConfig = g.source
    store, now = services().store, services().clock.now()
    lead_id = thanks.lead_of(secret_key(), source.name, request.args.get("t", ""), now=now)
    story = store.story(lead_id) if lead_id else None
    if story is None or story.lead.source != source.name:
        return None
    first: LeadStatus | None = store.status(story.lead.duplicate_of) if story.lead.duplicate_of else None
    opted_out = bool(story.phone) and store.is_suppressed(story.phone)
    standing = standing_of(story.lead, first, opted_out=opted_out)
    return Visit(story=story, standing=standing, call_now=_offered(source, story, standing))


def _offered(source: SourceConfig, story: Story, standing: Standing) -> CallNow | None:
    """Only what the dialer has may be called now: else it would make a lead of its own for the call."""
    reachable = story.lead.dialer in services().config.dialers  # a new configuration may have dropped it
    return source.call_now if standing is Standing.THERE and story.phone and reachable else None


def _looked() -> int:
    """How often the page has looked again already; whoever makes the number up only stops it sooner."""
    said = request.args.get("n", "0")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 3 else len(LOOKS)


def _withdrawal() -> Consent:
    words = words_of(g.source, request)
    return Consent(
        text=words.text("thanks.opt_out_button"),
        version="opt-out",
        language=words.language,
        given=False,
        page_url=f"{services().config.public_url.rstrip('/')}{request.path}",
        address=client_address(),
        user_agent=request.headers.get("User-Agent", "")[:500],
        at=services().clock.now(),
    )


# -- pages ---------------------------------------------------------------------------------------------------


def _standing_page(visit: Visit) -> Response:
    """Where the enquiry stands; while it waits the page looks again by itself, a few times."""
    looked = _looked()
    waits = visit.standing is Standing.WAITING
    looks_again = waits and looked < len(LOOKS)
    response = _page(
        "forms/thanks.html",
        visit=visit,
        reference=thanks.reference_of(visit.story.lead.id),
        slow=waits and not looks_again,
        looks_again=looks_again,
        again=_address("thanks.show", n=len(LOOKS)),
        call=_address("thanks.call_now") if visit.call_now else None,
        opt_out=_address("thanks.ask_opt_out") if visit.standing is not Standing.OPTED_OUT else None,
    )
    if looks_again:
        # A header, not an element: readers' software takes no notice, and the page has no script.
        response.headers["Refresh"] = f"{LOOKS[looked]}; url={_address('thanks.show', n=looked + 1)}"
    return response


def _address(endpoint: str, **more: Any) -> str:
    """Another page for the same visitor, in the same language and the same frame."""
    return url_for(
        endpoint,
        source_name=g.source.name,
        t=request.args.get("t", ""),
        lang=words_of(g.source, request).language,
        embed="1" if is_embedded() else None,
        **more,
    )


def _go(endpoint: str) -> Response:
    return Response(status=303, headers={"Location": _address(endpoint)})


def _page(template: str, *, status: int = 200, **values: Any) -> Response:
    g.page = True  # its headers are those of a page
    return Response(render_template(template, **values), status, content_type="text/html; charset=utf-8")
