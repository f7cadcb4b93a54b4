"""The dialers: how each line stands, what is held and why, and a person's hand on them."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, request, url_for

from gateway.accounts import Role
from gateway.config import DialerConfig
from gateway.operating import dialers as use_cases
from gateway.operating.dialers import Hand
from gateway.operating.overview import DialerLook, day_began, dialers_of
from gateway.store.columns import clean
from gateway.store.watching import HOUR
from gateway.web.console.dialer_facts import (
    POLICIES,
    card,
    held_back,
    home_of,
    outcome_words,
    processes,
    settings_of,
    user_of,
)
from gateway.web.console.page import page, part, see_other, wants_part
from gateway.web.console.rights import needs, person
from gateway.web.console.said import say
from gateway.web.console.writing import counted
from gateway.web.context import client_address, services
from gateway.web.errors import Refusal

blueprint = Blueprint("console_dialers", __name__, url_prefix="/console/dialers")

_BACK = {"overview": "console_overview.show", "dialers": "console_dialers.index"}


@blueprint.get("")
@needs(Role.VIEWER)
def index() -> Response:
    """All of them, in short."""
    cards = tuple(card(each) for each in _all())
    return _live("dialers", seen=_digest(cards), cards=cards, now=services().clock.now())


@blueprint.get("/<dialer_name>")
@needs(Role.VIEWER)
def show(dialer_name: str) -> Response:
    """Everything about one."""
    dialer = _one(dialer_name)
    now = services().clock.now()
    raw = services().config.raw.get("dialers", {}).get(dialer_name, {})
    attempts = services().store.console.figures.attempts(dialer_name, since=now - HOUR)
    facts: dict[str, Any] = {
        "card": card(dialer),
        "holds": held_back(dialer),
        "attempts": [(outcome_words(outcome), number) for outcome, number in attempts.items()],
        "user": user_of(raw),
        "policy": POLICIES[dialer.config.on_unknown],
    }
    seen = _digest(facts, [(each.name, each.word) for each in processes(dialer)])
    return _live(
        "dialer",
        seen=seen,
        now=now,
        settings=settings_of(dialer.config, raw),
        processes=processes(dialer),
        emulator=home_of(dialer.config.url),
        **facts,
    )


# -- what a person does --------------------------------------------------------------------------------------


@blueprint.post("/<dialer_name>/pause")
@needs(Role.OPERATOR)
def pause(dialer_name: str) -> Response:
    """Nothing new is sent, until somebody resumes it."""
    _known(dialer_name)
    if not use_cases.pause(services().store, dialer_name, _hand(), now=services().clock.now()):
        return say(_back(dialer_name), f"{dialer_name} is paused already.", "quiet")
    return say(
        _back(dialer_name),
        f"{dialer_name} is paused. Leads are taken in and wait; what is under way finishes.",
    )


@blueprint.post("/<dialer_name>/resume")
@needs(Role.OPERATOR)
def resume(dialer_name: str) -> Response:
    """What has waited goes."""
    _known(dialer_name)
    if not use_cases.resume(services().store, dialer_name, _hand(), now=services().clock.now()):
        return say(_back(dialer_name), f"{dialer_name} is not paused.", "quiet")
    return say(_back(dialer_name), f"{dialer_name} is resumed. What has waited is sent now.")


@blueprint.post("/<dialer_name>/release")
@needs(Role.OPERATOR)
def release(dialer_name: str) -> Response:
    """The cause is mended: let go what is held behind it."""
    _known(dialer_name)
    scope = request.form.get("scope", "")[:200]
    now = services().clock.now()
    released = use_cases.release(services().store, dialer_name, scope, _hand(), now=now)
    services().store.console.figures.forget()
    if released is None:
        return say(_back(dialer_name), "Nothing is held there any more.", "quiet")
    return say(
        _back(dialer_name),
        f"{counted(released, 'lead')} released: sent now. If the dialer still refuses, they are held again.",
    )


@blueprint.post("/<dialer_name>/check")
@needs(Role.OPERATOR)
def check(dialer_name: str) -> Response:
    """Whether somebody listens at its address; nothing is sent, because anything sent could be a lead."""
    trouble = use_cases.unreachable(_known(dialer_name))
    if trouble is None:
        return say(_back(dialer_name), f"Somebody listens at the address of {dialer_name}.")
    return say(_back(dialer_name), f"Nobody answers at the address of {dialer_name}: {trouble}", "bad")


# -- parts ---------------------------------------------------------------------------------------------------


def _all() -> tuple[DialerLook, ...]:
    now = services().clock.now()
    since = day_began(now, services().config.console.time_zone)
    # Few look here, and who does has just changed something, or waits for something to change.
    counts = services().store.console.figures.counts(now=now, since=since, fresh=1.0)
    return dialers_of(services().config, services().store, counts, now)


def _one(name: str) -> DialerLook:
    _known(name)
    return next(each for each in _all() if each.name == name)


def _known(name: str) -> DialerConfig:
    found = services().config.dialers.get(name)
    if found is None:
        raise Refusal("route.not_found")
    return found


def _hand() -> Hand:
    return Hand(actor=person().name, reason=clean(request.form.get("reason", "")), address=client_address())


def _back(name: str) -> Response:
    """Where the button was."""
    endpoint = _BACK.get(request.form.get("back", ""))
    return see_other(url_for(endpoint) if endpoint else url_for(".show", dialer_name=name))


def _live(template: str, *, seen: str, **facts: Any) -> Response:
    """The page, or the part of it that changes by itself; nothing where nothing has changed."""
    if not wants_part():
        return page(f"{template}.html", seen=seen, **facts)
    if request.args.get("seen") == seen:
        return Response("", 204, {"Cache-Control": "no-store"})
    return part(f"{template}_live.html", seen=seen, **facts)


def _digest(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
