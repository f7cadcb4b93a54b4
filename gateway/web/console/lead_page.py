"""Puts together what the page of one lead shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from gateway.leads.lead import LeadStatus, State
from gateway.store.beside import Beside
from gateway.store.callbacks import Wanted
from gateway.store.records import Story
from gateway.web.console import moments, received
from gateway.web.console.delays import longest, stretches
from gateway.web.console.known import Known
from gateway.web.console.lead_actions import Action, actions_for
from gateway.web.console.lead_sentence import Standing, standing_of, waits_for_platform
from gateway.web.console.lead_words import mark_of
from gateway.web.console.redaction import Veil
from gateway.web.console.timeline import Moment, in_order
from gateway.web.context import services
from gateway.web.errors import Refusal

CALLBACKS = 50
SOON, LATER = 2, 5  # seconds between two looks: while it is on its way, while it waits
_ON_ITS_WAY = frozenset({State.QUEUED, State.SENDING})
_FACTS = frozenset({"phone_number", "MobileNo", "CustomerName", "LeadSource", "LeadSubSource", "LeadfromURL"})
_FACTS |= {"list_id", "prospects_id"}


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadPage:
    """Everything on it; what is hidden is hidden already."""

    status: LeadStatus
    name: str
    phone: str
    shown: str  # the token, while the number is shown
    test: bool
    standing: Standing
    actions: Sequence[Action]
    moments: Sequence[Moment]
    beside: Beside
    fields: Mapping[str, str]
    page_link: str  # LeadfromURL where a browser may open it
    more_fields: Sequence[tuple[str, str]]
    warnings: Sequence[tuple[str, str, str]]  # field, code, sentence
    problems: Sequence[tuple[str, str, str]]
    extra: Sequence[tuple[str, str]]
    mark: str
    every: int  # seconds until the next look; 0: nothing happens by itself any more


def page_of(story: Story, *, shown: str) -> LeadPage:
    """The page as of now, for whoever asks."""
    known = _known(story, shown=bool(shown))
    now = services().clock.now()
    spent = stretches(story, known.beside, known.log, now)
    told = moments.moments_of(known)
    current = moments.now_of(known, now)
    veil, lead = known.veil, story.lead
    fields = {name: str(veil.field(name, value)) for name, value in story.fields.items()}
    return LeadPage(
        status=replace(lead, message=veil.text(lead.message or "")),
        name=fields.get("CustomerName", ""),
        phone=story.phone,
        shown=shown,
        test=known.beside.test,
        standing=standing_of(known, spent, now),
        actions=actions_for(known, now),
        moments=in_order(told if current is None else [*told, current], spent, longest(spent)),
        beside=known.beside,
        fields=fields,
        page_link=safe_link(fields.get("LeadfromURL", "")),
        more_fields=[(name, value) for name, value in fields.items() if name not in _FACTS],
        warnings=[(each.field, each.code, each.message) for each in lead.warnings],
        problems=[(each.field, each.code, each.message) for each in story.problems],
        extra=received.texts(veil.pairs(story.extra)),
        mark=mark_of(lead),
        every=_every(known),
    )


def _known(story: Story, *, shown: bool) -> Known:
    running, lead_id = services(), story.lead.id
    beside = running.store.console.editing.beside(lead_id)
    if beside is None:  # erased in this very moment
        raise Refusal("route.not_found")
    lists = {story.lead.list_id, story.lead.dialer_list_id, story.lead.dialer_lead_id}
    return Known(
        story=story,
        beside=beside,
        log=running.store.console.audit.of("lead", lead_id),
        told=running.store.callbacks.find(Wanted(lead_id=lead_id), limit=CALLBACKS),
        config=running.config,
        veil=Veil(
            shown=shown,
            phone=story.phone,
            secrets=running.config.secrets,
            plain=frozenset(filter(None, lists)),
        ),
    )


def _every(known: Known) -> int:
    state = known.story.lead.state
    if state in _ON_ITS_WAY:
        return SOON
    return LATER if not state.final or waits_for_platform(known) else 0


def safe_link(address: str) -> str:
    """`address` where it leads to a web page and nowhere else; empty for anything a browser might run."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return address if good else ""
