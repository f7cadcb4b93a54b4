"""Who may pass into the console: people who have signed in, whose role covers the page, from our own pages."""

from __future__ import annotations

import hmac
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Response, g, request, url_for

from gateway.accounts import sessions
from gateway.accounts.sessions import SignedIn
from gateway.sources.body import is_json
from gateway.store import StoreUnavailable
from gateway.store.audit import Deed
from gateway.web.clients import wants_page
from gateway.web.console import cookies, incidents, rights
from gateway.web.console.next_page import NEXT, as_next
from gateway.web.console.page import see_other, wants_part
from gateway.web.context import client_address, secret_key, services
from gateway.web.errors import Refusal
from gateway.web.origins import origin_of

log = structlog.get_logger("gateway.web")

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
OWN_SITE = (
    None,
    "same-origin",
    "none",
)  # none: typed, or a bookmark; a browser from before 2023 says nothing


def signed_in() -> Response | None:
    """The guard of every page of the console."""
    token = cookies.read(cookies.SESSION)
    found = known(token)
    if found is None:
        return _to_the_sign_in()
    let_in(token, found)
    # Not every engine can be asked for a NUL; nothing of ours is called so.
    if any("\0" in str(name) for name in (request.view_args or {}).values()):
        raise Refusal("route.not_found")
    if request.method not in SAFE:
        rights.make_room(found.person)
        refuse_foreign_pages()
        refuse_without(g.csrf)
    try:
        rights.refuse_the_wrong_role(found.person)
    except Refusal as refusal:
        if refusal.reason_code == "console.role":
            _note_refusal()
        raise
    return _to_a_new_password() if found.needs_password else None


def anybody() -> None:
    """The guard of the sign-in itself: everybody may see it, only our own page may send it."""
    if request.method not in SAFE:
        refuse_foreign_pages()


def known(token: str) -> SignedIn | None:
    """Whose session this is, as long as it is good."""
    return sessions.find(services().store, services().config.console, token, now=services().clock.now())


def let_in(token: str, found: SignedIn) -> None:
    """Leave in `g` what the views need, and note now and then that the session is used."""
    g.person, g.signed_in = found.person, found
    g.csrf = sessions.csrf_of(secret_key(), token)
    now = services().clock.now()
    if now - found.session.seen_at >= sessions.TOUCHED and not _looks_by_itself():
        try:
            services().store.console.sessions.touch(found.session.digest, now=now)
        except StoreUnavailable as error:  # looking still works while nothing can be written
            log.info("session.use_not_noted", reason=error.code)


def _looks_by_itself() -> bool:
    """An open page asks for its live parts every few seconds: nobody need be there for that."""
    return request.method in SAFE and wants_part()


def refuse_foreign_pages() -> None:
    """A request that changes something comes from a page of ours, in a form that only such a page can send."""
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site") not in OWN_SITE or (origin is not None and not _is_ours(origin)):
        incidents.tell("authz_fail", why="foreign page")
        raise Refusal("console.foreign_page")
    if request.content_length and request.mimetype not in FORM_TYPES and not is_json(request.mimetype):
        raise Refusal("body.media_type")


def _is_ours(origin: str) -> bool:
    """By the configured address, or by the name this very request was sent to."""
    if origin == origin_of(services().config.public_url):
        return True
    return origin.startswith(("http://", "https://")) and urlsplit(origin).netloc == request.host


def refuse_without(csrf: str) -> None:
    """Only a page that we have given to this very session knows its token."""
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not hmac.compare_digest(sent.encode("utf-8", "replace"), csrf.encode()):
        incidents.tell("authz_fail", why="csrf")
        raise Refusal("console.csrf")


def _to_the_sign_in() -> Response:
    """A person is led to the sign-in and back; a script is told."""
    if not wants_page(request):
        raise Refusal("console.signed_out")
    target = request.full_path.rstrip("?") if request.method in SAFE else ""
    wanted: dict[str, Any] = {NEXT: target} if as_next(target) else {}
    return see_other(url_for("console_sign_in.show", **wanted))


def _to_a_new_password() -> Response | None:
    """Nothing but one's own account is open before a one-time password was replaced."""
    if request.blueprint in ("console_account", "console_sign_in"):
        return None
    if request.method in SAFE and wants_page(request):
        return see_other(url_for("console_account.show"))
    raise Refusal("console.password_first")


def _note_refusal() -> None:
    """Into the log each time; into the audit log once in a while for each person and page."""
    person, endpoint = g.person, request.endpoint or ""
    incidents.tell("authz_fail", why="role", user=person.name, role=person.role.value)
    deed = Deed(
        actor=person.name,
        action="access.refused",
        subject="user",
        subject_id=person.id,
        detail={"page": endpoint, "role": person.role.value},
        address=client_address(),
    )
    incidents.write_seldom(deed, endpoint)
