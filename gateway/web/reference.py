"""The API's description for partner developers: /openapi.json for programs, /docs for people."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import orjson
from flask import Blueprint, Response, render_template, request

from gateway.config.words import ENGLISH
from gateway.web import reference_pages
from gateway.web.context import services
from gateway.web.openapi.document import document
from gateway.web.openapi.guide import guide
from gateway.web.page_policy import nonce
from gateway.web.prose import block_kind, spans
from gateway.web.wording import words_in

blueprint = Blueprint("reference", __name__)

FRESH = "public, max-age=300"  # seconds; asking again then costs no bytes


def open_to_all() -> None:
    """The guard of this door: it tells what the API is, nothing of this gateway's sources."""


@blueprint.get("/openapi.json", provide_automatic_options=False)
def openapi() -> Response:
    """Any page may read it, such as an editor or a generator of clients."""
    response = _cached(_description(services().config.public_url), "application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/docs", provide_automatic_options=False)
def show() -> Response:
    """One page with everything; the key a reader types into it stays in that page."""
    page = render_template(
        "reference/page.html",
        words=words_in(None, ENGLISH),
        page=_page(services().config.public_url),
        spans=spans,
        block_kind=block_kind,
    )
    response = Response(page, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce()}'; script-src 'nonce-{nonce()}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return response


@lru_cache(maxsize=8)
def _page(public_url: str) -> reference_pages.Page:
    return reference_pages.page_of(document(public_url), guide(public_url.rstrip("/")))


@lru_cache(maxsize=8)
def _description(public_url: str) -> bytes:
    return orjson.dumps(document(public_url))


def _cached(body: bytes, content_type: str) -> Response:
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = FRESH
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response
