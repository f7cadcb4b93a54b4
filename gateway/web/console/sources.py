"""The sources: how each is doing, how it is connected, and what stands in the configuration about it."""

from __future__ import annotations

import re

import orjson
from flask import Blueprint, Response, url_for

from gateway.accounts import Role
from gateway.leads.reasons import PROBLEMS
from gateway.operating.sources import NOT_AUTHENTIC, SourceDetail, all_sources, one_source
from gateway.sources.base import Door
from gateway.sources.fetch import REASONS as FETCHING
from gateway.sources.registry import SOURCES
from gateway.store.audit import Deed
from gateway.store.shapes import KnownField
from gateway.watching.silence import limit
from gateway.web import snippets
from gateway.web.console import source_connection as connection
from gateway.web.console.kind_names import kind_name
from gateway.web.console.page import page, see_other
from gateway.web.console.rights import needs, person
from gateway.web.console.said import say
from gateway.web.console.source_frame import badges_of, configured, source_page
from gateway.web.context import client_address, services
from gateway.web.errors import Refusal
from gateway.web.limits import limits_of_this_app
from gateway.web.prose import block_kind, spans
from gateway.web.reasons import REASONS
from gateway.web.submission.html import as_html
from gateway.web.submission.page import as_markdown, page_of
from gateway.web.submission.platforms import section
from gateway.web.submission.postman import collection_of

blueprint = Blueprint("console_sources", __name__, url_prefix="/console/sources")

# Advice about two fields at once stands in one line.
_NEXT_LINE = re.compile(r"; (?=\w+ = [\"'])", re.ASCII)


@blueprint.get("")
@needs(Role.VIEWER)
def index() -> Response:
    """Every source, the one in trouble first."""
    rows = [(each, badges_of(each), kind_name(each.source.kind)) for each in all_sources(services())]
    return page("sources/index.html", rows=rows)


@blueprint.get("/<source_name>")
@needs(Role.VIEWER)
def show(source_name: str) -> Response:
    """How one source is doing, and what is wrong with it."""
    detail = _detail(source_name)
    gap = detail.health.known.usual_gap if detail.health.known else None
    return source_page(
        "health.html",
        detail.health.source,
        detail=detail,
        badges=badges_of(detail.health),
        silent_after=limit(gap) if gap is not None else None,
        refusals=[(each, _sentence(each.code), each.code in NOT_AUTHENTIC) for each in detail.refusals],
        changes=[(each, lines_of_advice(each)) for each in detail.changes],
        fetching=FETCHING,
    )


@blueprint.get("/<source_name>/connect")
@needs(Role.VIEWER)
def connect(source_name: str) -> Response:
    """What to enter over there, what is secret about it, and how much may come."""
    source, config = configured(source_name), services().config
    address = connection.address_of(source, config)
    is_form = source.kind == "form"
    is_platform = SOURCES[source.kind].door is Door.WEBHOOK and source.kind != "generic"
    secrets = connection.secrets_of(source, connection.raw_of(source, config))
    return source_page(
        "connect.html",
        source,
        address=address,
        secrets=[(each, connection.rotation_line(each)) for each in secrets],
        snippets=snippets.snippets(source, config.public_url) if is_form else (),
        remarks=snippets.remarks(source) if is_form else (),
        steps=section(source, address) if is_platform else None,
        block_kind=block_kind,
        spans=spans,
    )


@blueprint.get("/<source_name>/configuration")
@needs(Role.VIEWER)
def configuration(source_name: str) -> Response:
    """Its part of the file, as it counts now; the file itself is changed elsewhere."""
    source, config = configured(source_name), services().config
    used = services().store.console.sources.cap_used(source.name, now=services().clock.now())
    return source_page(
        "configuration.html",
        source,
        text=connection.configuration_of(source, config),
        uses=connection.uses_of(source, limits_of_this_app()),
        cap_used=used if source.daily_cap else 0,
    )


@blueprint.get("/<source_name>/docs")
@needs(Role.VIEWER)
def docs(source_name: str) -> Response:
    """What its developers must know: to be read here, or to be sent to them."""
    source, config = configured(source_name), services().config
    return source_page(
        "docs.html",
        source,
        doc=page_of(source, config),
        has_collection=collection_of(source, config) is not None,
        block_kind=block_kind,
        spans=spans,
    )


@blueprint.get("/<source_name>/docs.md")
@needs(Role.VIEWER)
def docs_markdown(source_name: str) -> Response:
    text = as_markdown(page_of(configured(source_name), services().config))
    return _file(text.encode(), f"{source_name}.md", "text/markdown; charset=utf-8")


@blueprint.get("/<source_name>/docs.html")
@needs(Role.VIEWER)
def docs_html(source_name: str) -> Response:
    text = as_html(page_of(configured(source_name), services().config))
    return _file(text.encode(), f"{source_name}.html", "text/html; charset=utf-8")


@blueprint.get("/<source_name>/postman.json")
@needs(Role.VIEWER)
def postman(source_name: str) -> Response:
    collection = collection_of(configured(source_name), services().config)
    if collection is None:
        raise Refusal("route.not_found")
    return _file(
        orjson.dumps(collection, option=orjson.OPT_INDENT_2), f"{source_name}.json", "application/json"
    )


@blueprint.post("/<source_name>/ask-again")
@needs(Role.OPERATOR)
def ask_again(source_name: str) -> Response:
    """The token is mended: the platform is asked at once for everything that waits."""
    source, now = configured(source_name), services().clock.now()
    if SOURCES[source.kind].fetch is None:
        raise Refusal("route.not_found")
    store = services().store
    deed = Deed(
        actor=person().name,
        action="source.asked_again",
        subject="source",
        subject_id=source.name,
        address=client_address(),
    )
    store.console.audit.add(deed, now=now)
    waiting = sum(store.quarantine.release(source.name, each, now=now) for each in services().config.dialers)
    return say(
        see_other(url_for(".show", source_name=source.name)),
        f"The platform is asked now for what waits: {waiting}."
        if waiting
        else "Nothing waits for the platform.",
    )


def lines_of_advice(field: KnownField) -> str:
    """The suggested lines, one below the other; empty where there is nothing to do."""
    return _NEXT_LINE.sub("\n", field.advice or "")


def _detail(source_name: str) -> SourceDetail:
    detail = one_source(services(), source_name)
    if detail is None:
        raise Refusal("route.not_found")
    return detail


def _sentence(code: str) -> str:
    """What our answer says, or what is wrong with the enquiry itself."""
    reason = REASONS.get(code)
    return reason.sentence if reason else PROBLEMS.get(code, "")


def _file(body: bytes, name: str, content_type: str) -> Response:
    """To be kept or sent on, not to be opened within the console."""
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="leads-{name}"'
    return response
