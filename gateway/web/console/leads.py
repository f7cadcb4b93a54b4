"""The list of leads, and the way from a few digits to one of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request, url_for

from gateway.accounts import Role
from gateway.operating.looking import Looked, look_for
from gateway.web.console import lead_export, lead_filters, lead_list
from gateway.web.console.lead_filters import Filters
from gateway.web.console.page import page, part, see_other
from gateway.web.console.rights import may, needs
from gateway.web.console.said import say
from gateway.web.console.writing import zone
from gateway.web.context import services

blueprint = Blueprint("console_leads", __name__, url_prefix="/console")

NEWER_AT_MOST = 100
_ID = re.compile(r"[0-9A-Z]{20}", re.ASCII)


@blueprint.get("/leads")
@needs(Role.VIEWER)
def index() -> Response:
    """One page of the leads that fit the address."""
    filters = asked()
    if "" in request.args.values():  # what a form leaves empty makes an address nobody can read
        return see_other(_address(filters))
    return _listed(filters, _look(filters))


@blueprint.get("/find")
@needs(Role.VIEWER)
def find() -> Response:
    """Straight to the lead where there is only one."""
    filters = asked()
    if not filters.typed:
        return see_other(url_for("console_leads.index"))
    looked = _look(filters)
    if looked.only_one is None:
        return _listed(filters, looked)
    response = see_other(url_for("console_lead.show", lead_id=looked.only_one))
    mistaken = lead_list.mistaken(looked)
    return say(response, mistaken, "quiet") if mistaken else response


@blueprint.get("/leads/newer")
@needs(Role.VIEWER)
def newer() -> Response:
    """How many leads have come since the list was opened; the list itself stays as it is."""
    filters = asked()
    wanted = lead_list.wanted_of(filters, services().config.region, masked=_masked())
    found = services().store.console.finding.page(wanted, newer_than=_place("than"), limit=NEWER_AT_MOST)
    more = found.after is not None
    return part("leads_newer.html", number=len(found.leads), more=more, address=_address(filters))


@blueprint.get("/leads/export.<any(csv,ndjson):kind>")
@needs(Role.OPERATOR)
def export(kind: str) -> Response:
    """All leads that fit the address, as a file."""
    filters = asked()
    wanted = lead_list.wanted_of(filters, services().config.region)
    if "sure" not in request.args and lead_export.is_many(wanted):
        return page(
            "leads_export.html", address=_address(filters), here=request.path, parameters=filters.pairs()
        )
    return lead_export.file_of(filters, wanted, kind)


def asked() -> Filters:
    """The filters that stand in this request's address, as far as this person may use them."""
    filters = lead_filters.read(request.args, now=services().clock.now(), zone=zone())
    return filters.without_texts() if _masked() else filters


def _masked() -> bool:
    """Whether whoever looks may not see whole numbers, however they ask."""
    return not may(Role.OPERATOR)


def _look(filters: Filters) -> Looked:
    return look_for(
        services().store,
        filters.typed,
        filters.wanted,
        region=services().config.region,
        by=filters.by,
        after=_place("after"),
        limit=lead_list.PER_PAGE,
        masked=_masked(),
    )


def _place(name: str) -> str | None:
    """An id that a page of ours has put into the address; anything else is none."""
    text = request.args.get(name, "")
    return text if _ID.fullmatch(text) else None


def _listed(filters: Filters, looked: Looked) -> Response:
    # The pages that follow read the text as this one did, without trying everything again.
    if looked.reading is not None and looked.page.leads:
        filters = replace(filters, values={**filters.values, "by": looked.reading.by.value})
    return page("leads.html", **_context(filters, looked))


def _context(filters: Filters, looked: Looked) -> dict[str, Any]:
    shown = lead_list.prepare(filters, looked, first=_place("after") is None)
    return {"list": shown, "filters": filters, "prepare": url_for("console_jobs.prepare")}


def _address(filters: Filters) -> str:
    return url_for("console_leads.index") + filters.query()
