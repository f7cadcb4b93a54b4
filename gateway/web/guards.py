"""Who may pass: one function per kind of door, each ends the request or leaves in `g` what its views need."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import cast

import structlog
from flask import Response, after_this_request, current_app, g, request

from gateway import metrics
from gateway.config import SourceConfig
from gateway.sources.base import Door, Kind, NotAuthentic, Unreadable
from gateway.sources.form import fill
from gateway.sources.registry import SOURCES
from gateway.store.records import ApiKey
from gateway.web import bodies, cors, drop_in_request, probes, sample_mark, signed_partners
from gateway.web.api_keys import PREFIXES, KeyRing
from gateway.web.clients import wants_page
from gateway.web.context import address_key, client_address, services
from gateway.web.errors import Refusal
from gateway.web.limit_rules import rules_of
from gateway.web.limits import limits_of_this_app

log = structlog.get_logger("gateway.web")

KEY_PARAMETERS = frozenset({"api_key", "apikey", "api-key", "key", "access_token", "token", "x-api-key"})
LOOPBACK = ("127.", "::1")


def holder_of_a_key() -> None:
    """A partner: a live API key in a header, or a signed request, for a source that is still configured."""
    _refuse_key_in_query()
    presented = _presented_key()
    signed = None if presented else signed_partners.signer()
    key = signed.key if signed else _key_ring().find(presented)
    if key is None:
        _note_failure("partner")
        code = "auth.refused" if presented or signed_partners.tries() else "auth.required"
        raise Refusal(code, headers={"WWW-Authenticate": 'Bearer realm="leads"'})
    source = signed.source if signed else _source_of(key)
    g.source, g.key, g.kind = source, key, SOURCES["partner"]
    g.limit_headers = limits_of_this_app().check(rules_of(source, key.limits), source.name, key=key.public_id)


def client_of_the_dialers_api() -> None:
    """Whoever speaks the dialer's own API: by an API key wherever such a client can put one, or by its address."""
    g.kind = SOURCES[drop_in_request.KIND]
    g.inbound, g.parameters, presented = drop_in_request.read(g.kind.most_bytes)
    key = _key_ring().find(presented)
    if presented and key is None:
        _note_failure("drop_in")
        raise Refusal("auth.refused")
    source = _source_of(key) if key else drop_in_request.source_by_address()
    if source is None:
        _note_failure("drop_in")
        raise Refusal("auth.required")
    g.source, g.key = source, key
    g.limit_headers = limits_of_this_app().check(
        rules_of(source, key.limits if key else ()), source.name, key=key.public_id if key else ""
    )
    if source.kind != drop_in_request.KIND:
        raise Refusal("access.refused")  # a key, but for another door


def the_source_itself() -> Response | None:
    """A webhook's sender: whatever proof its source asks for, over the raw bytes, before anything is read."""
    g.source, g.kind = source_at(Door.WEBHOOK)
    g.inbound = bodies.inbound(most=g.kind.most_bytes)
    if probes.is_probe(g.kind, g.inbound):
        return probes.alive()
    if reply := g.kind.handshake(g.source, g.inbound):
        return bodies.response(reply)
    try:
        g.kind.verify(g.source, g.inbound)
    except NotAuthentic:
        metrics.signature_failed(g.source.name)
        _note_failure(g.source.name)
        raise
    sample_mark.note("proven")
    g.limit_headers = limits_of_this_app().check(rules_of(g.source), g.source.name)
    return None


def a_visitor() -> None:
    """A public form: the right origin where origins are listed, and not too often."""
    g.source, g.kind = source_at(Door.FORM)
    if request.method != "POST":
        return
    cors.refuse_foreign_origin(g.source)
    try:
        g.limit_headers = limits_of_this_app().check(rules_of(g.source), g.source.name)
    except Refusal:
        _keep_typing()
        raise


def operations() -> None:
    """Health is open; metrics are for this machine, or for whoever has the token."""
    if request.endpoint != "ops.metrics":
        return
    token = services().settings.metrics_token
    if token and _bearer() and probes.same_token(_bearer(), token):
        return
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if token or forwarded or not client_address().startswith(LOOPBACK):
        raise Refusal("access.refused")


def _keep_typing() -> None:
    """Many visitors share one address: whoever comes in the wrong minute gets the form back as it was filled."""
    if request.endpoint == "forms.submit" and wants_page(request):
        with suppress(Unreadable, Refusal):
            g.filled = fill(bodies.inbound())


def source_at(door: Door) -> tuple[SourceConfig, Kind]:
    """The source named in the path, if it comes in by this door; otherwise there is nothing here."""
    name = (request.view_args or {}).get("source_name", "")
    source = services().config.sources.get(name)
    kind = SOURCES.get(source.kind) if source else None
    if source is None or kind is None or kind.door is not door:
        raise Refusal("route.not_found")
    return source, kind


def _source_of(key: ApiKey) -> SourceConfig:
    """What the key is for; that it was used is noted."""
    keys = _key_ring()
    if not keys.may_come_from(key, client_address()):
        _note_failure(key.source)
        raise Refusal("auth.address")
    if keys.is_due(key):
        _after_the_answer(partial(keys.touch, key))
    sample_mark.note("proven")
    source = services().config.sources.get(key.source)
    if source is None:
        raise Refusal("auth.source_gone")
    return source


def _refuse_key_in_query() -> None:
    if not request.query_string:
        return
    for name, value in request.args.items():
        if name.lower() in KEY_PARAMETERS or value.startswith(PREFIXES):
            raise Refusal("auth.key_in_query")


def _presented_key() -> str:
    return request.headers.get("X-Api-Key", "") or _bearer()


def _bearer() -> str:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""


def _note_failure(door: str) -> None:
    """Somebody did not prove who they are; too often from one address is answered with a 429."""
    log.warning("auth.failed", door=door, client=address_key(client_address()))
    limits_of_this_app().failed()


def _after_the_answer(call: Callable[[], None]) -> None:
    """Run `call` once the answer has left, so that nobody waits for it."""

    @after_this_request
    def later(response: Response) -> Response:
        response.call_on_close(call)
        return response


def _key_ring() -> KeyRing:
    return cast("KeyRing", current_app.extensions["gateway.keys"])
