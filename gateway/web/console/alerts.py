"""What is wrong now, what was, and who is told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from gateway.accounts import Role
from gateway.alerting.letters import Writer
from gateway.leads.identity import new_id
from gateway.store.alert_messages import MessageRow
from gateway.store.audit import Deed
from gateway.web.console.alert_page import rules, targets, trouble
from gateway.web.console.page import page, part, see_other, wants_part
from gateway.web.console.rights import needs, person
from gateway.web.console.said import say
from gateway.web.context import client_address, services

blueprint = Blueprint("console_alerts", __name__, url_prefix="/console/alerts")

PAGE = 30
EVERY, SOON = 10, 2  # seconds until the page looks again; soon while a message is on its way


@blueprint.get("")
@needs(Role.VIEWER)
def index() -> Response:
    if wants_part():
        return part("alerts_now.html", **_now())
    config, before = services().config.alerts, request.args.get("before", type=float)
    now = services().clock.now()
    over = services().store.console.alerts.latest(before=before, limit=PAGE + 1)
    older = url_for(".index", before=repr(over[PAGE - 1].closed_at)) if len(over) > PAGE else ""
    return page(
        "alerts.html",
        **_now(),
        over=[trouble(each, now=now) for each in over[:PAGE]],
        older=older,
        newest=url_for(".index") if before is not None else "",
        rules=rules(config),
        config=config,
    )


@blueprint.post("/<alert_id>/acknowledge")
@needs(Role.OPERATOR)
def acknowledge(alert_id: str) -> Response:
    """Somebody is at it: nobody is reminded any more."""
    taken = services().store.console.alerts.acknowledge(
        alert_id, by=person().name, now=services().clock.now(), address=client_address()
    )
    answer = see_other(url_for(".index"))
    if taken:
        return say(answer, "You are on it. Nobody is reminded; the end of it is told.")
    return say(answer, "It is over already, or somebody else is on it.", "quiet")


@blueprint.post("/test")
@needs(Role.ADMIN)
def test() -> Response:
    """A message for every target, sent as alerts are: by whichever process delivers."""
    known, now = services(), services().clock.now()
    writer = Writer(public_url=known.config.public_url, zone=known.config.console.time_zone)
    letter = writer.trial(by=person().name, now=now)
    messages = [
        MessageRow(
            id=new_id(now),
            target=each.reference,
            severity=letter.severity,
            title=letter.title,
            body=letter.body,
            created_at=now,
        )
        for each in known.config.alerts.targets
    ]
    answer = see_other(url_for(".index"))
    if not messages:
        return say(answer, "Nobody is told: gateway.toml names no target yet.", "warn")
    deed = Deed(
        actor=person().name,
        action="alert.tested",
        subject="alert",
        subject_id="",
        detail={"targets": len(messages)},
        address=client_address(),
    )
    known.store.console.alert_messages.write(messages, deed, now=now)
    return say(answer, "The test is on its way. Below it says in a few seconds who has taken it.")


def _now() -> dict[str, Any]:
    """The part that changes by itself."""
    store, config, now = services().store, services().config.alerts, services().clock.now()
    states = store.console.alert_messages.states([each.reference for each in config.targets])
    under_way = any(state.waiting and not state.problem for state in states.values())
    return {
        "refresh": SOON if under_way else EVERY,
        "troubles": [trouble(each, now=now) for each in store.console.alerts.open()],
        "targets": targets(config, states),
    }
