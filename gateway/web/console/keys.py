"""The API keys of a source: who has one, a new one, a successor, and the end of one."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from gateway.accounts import Role
from gateway.config import SourceConfig
from gateway.operating import key_orders
from gateway.operating.key_orders import OVERLAPS, By, Order
from gateway.store.records import ApiKey
from gateway.web.console.page import see_other
from gateway.web.console.rights import needs, person
from gateway.web.console.said import say
from gateway.web.console.source_frame import configured, source_page, takes_keys
from gateway.web.console.sources import blueprint
from gateway.web.context import client_address, services
from gateway.web.errors import Refusal

LONGEST_REASON = 200
SOON = 7 * 86400.0  # seconds before its end that a key is marked
MOST_TYPED = 2000  # characters of one field


@blueprint.get("/<source_name>/keys")
@needs(Role.ADMIN)
def keys(source_name: str) -> Response:
    """Every key, without what makes it work."""
    return _page(_keyed(source_name))


@blueprint.post("/<source_name>/keys")
@needs(Role.ADMIN)
def create_key(source_name: str) -> Response:
    """Make one. It stands in this answer and nowhere else: not in an address, a log or a cookie."""
    source = _keyed(source_name)
    order = _order()
    made = key_orders.create(services().store, source.name, order, _by(), now=services().clock.now())
    if isinstance(made, Order):
        return _page(source, status=422, order=made)
    return _page(source, made=made)


@blueprint.post("/<source_name>/keys/<key_id>/rotate")
@needs(Role.ADMIN)
def rotate_key(source_name: str, key_id: str) -> Response:
    """A new one now; the old one goes on for a while, so that nobody has to change it in the same second."""
    source, now = _keyed(source_name), services().clock.now()
    old = services().store.find_key(key_id)
    if old is None or old.source != source.name:
        raise Refusal("route.not_found")
    overlap = request.form.get("overlap", type=float)
    if overlap not in OVERLAPS:
        raise Refusal("request.invalid")
    made = key_orders.rotate(services().store, old, _by(), overlap=overlap or 0.0, now=now)
    if made is None:
        return say(_back(source), "That key has ended already. Make a new one.", "warn")
    return _page(source, made=made, old=old, ends_at=now + (overlap or 0.0))


@blueprint.post("/<source_name>/keys/<key_id>/revoke")
@needs(Role.ADMIN)
def revoke_key(source_name: str, key_id: str) -> Response:
    """End it, in every process within a second."""
    source = _keyed(source_name)
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    if not reason:
        return _page(source, status=422, unexplained=key_id)
    ended = key_orders.revoke(
        services().store, source.name, key_id, _by(), reason=reason, now=services().clock.now()
    )
    return say(
        _back(source),
        f"The key {key_id} is ended." if ended else "There is no such key to end.",
        "good" if ended else "warn",
    )


def _page(source: SourceConfig, *, status: int = 200, **context: Any) -> Response:
    now = services().clock.now()
    found = services().store.console.keys.of(source.name)
    shown: dict[str, Any] = {"order": Order(), "made": None, "old": None, "ends_at": None, "unexplained": ""}
    return source_page(
        "keys.html",
        source,
        status=status,
        usable=[(key, _ends_soon(key, now)) for key in found if key.usable(now)],
        ended=[key for key in found if not key.usable(now)],
        overlaps=OVERLAPS,
        **(shown | context),
    )


def _order() -> Order:
    label, mode, expires, networks, limits = (
        request.form.get(name, "")[:MOST_TYPED] for name in ("label", "mode", "expires", "networks", "limits")
    )
    return Order(label=label, mode=mode, expires=expires, networks=networks, limits=limits)


def _ends_soon(key: ApiKey, now: float) -> bool:
    return key.expires_at is not None and key.expires_at - now < SOON


def _keyed(source_name: str) -> SourceConfig:
    source = configured(source_name)
    if not takes_keys(source):
        raise Refusal("route.not_found")
    return source


def _back(source: SourceConfig) -> Response:
    return see_other(url_for(".keys", source_name=source.name))


def _by() -> By:
    return By(actor=person().name, address=client_address())
