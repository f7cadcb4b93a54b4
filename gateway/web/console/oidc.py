"""The company's own sign-in: there and back again."""

from __future__ import annotations

from typing import cast

import structlog
from flask import Blueprint, Response, current_app, request, url_for

from gateway.accounts import Role, people
from gateway.accounts.names import clean_name
from gateway.accounts.oidc import Attempt, CompanySignIn, Identity, OidcTrouble, Unanswered
from gateway.accounts.people import By
from gateway.asking import HttpAsker, NoAnswer
from gateway.sources.pull import Answer, Question
from gateway.store.users import Account, LastAdmin
from gateway.web.console import incidents, sessions, sign_in, throttle, tickets
from gateway.web.console.next_page import NEXT, as_next
from gateway.web.console.page import see_other
from gateway.web.context import client_address, services
from gateway.web.errors import Refusal

log = structlog.get_logger("gateway.web")

blueprint = Blueprint("console_oidc", __name__, url_prefix="/console/oidc")

PATIENCE = 5.0  # seconds the provider has for each answer; a person waits for it
BACK = "/console/oidc/back"
_GATEWAY = "gateway"
_LOST = "This does not belong to a sign-in that was begun here, or it took too long. Begin again."
_NOT_LET_IN = (
    "Your company knows you, but this console does not let you in. Ask for a group that may use it, or ask an admin of"
    " the console."
)
_DISABLED = "Your account here is disabled. Ask an admin of the console."
_LAST = (
    "You are the last admin here, and your company no longer says that you are one. Somebody makes another admin first:"
    " gateway users create NAME --role admin."
)


@blueprint.get("/begin")
def begin() -> Response:
    """Off to the company's sign-in, with a note for the way back."""
    throttle.set_out()
    target = as_next(request.args.get(NEXT, ""))
    attempt = Attempt.new()
    try:
        response = see_other(_company().address(attempt, _back()))
    except OidcTrouble as trouble:
        return _refused(trouble, target)
    tickets.give_attempt(response, attempt, target)
    return response


@blueprint.get("/back")
def back() -> Response:
    """Whoever the company vouches for is let in, with the role it says."""
    throttle.come_back()
    note = tickets.attempt()
    state, code = request.args.get("state", ""), request.args.get("code", "")
    if note is None or not tickets.same(note.attempt.state, state):
        return _refused(OidcTrouble("state", _LOST), "")
    if "error" in request.args or not code:
        text = "The company's sign-in let nobody in. Begin again, or ask there."
        return _refused(OidcTrouble("the provider said no", text), note.target)
    try:
        identity = _company().identity(code, note.attempt, _back(), now=services().clock.now())
        account = _account_of(identity)
    except OidcTrouble as trouble:
        return _refused(trouble, note.target)
    incidents.tell("authn_login_ok", user=account.name, how="company sign-in")
    response = see_other(note.target or url_for("console_overview.show"))
    tickets.drop_attempt(response)
    return sessions.begin(response, account, how="the company's own sign-in")


class _Asking:
    """Asks over the network; nobody waits longer than PATIENCE."""

    def __init__(self) -> None:
        self._asker = HttpAsker(silence=PATIENCE, patience=PATIENCE)

    def ask(self, question: Question) -> Answer:
        try:
            return self._asker.ask(question)
        except NoAnswer as error:
            raise Unanswered(error.lack.value) from None


def _account_of(identity: Identity) -> Account:
    """The person's account, made at the first time, with the role of today."""
    store, now, by = services().store, services().clock.now(), By(actor=_GATEWAY, address=client_address())
    account = store.console.users.with_subject(identity.subject)
    if identity.role is None:
        if account is not None:
            people.end_sessions(store, account, by, now=now)
        raise OidcTrouble("no role", _NOT_LET_IN)
    if account is None:
        return _enrolled(identity, by)
    if account.disabled_at is not None:
        raise OidcTrouble("disabled", _DISABLED)
    if account.role != identity.role:
        try:
            people.give_role(store, account, identity.role, by, now=now)
        except LastAdmin:
            raise OidcTrouble("last admin", _LAST) from None
    return account


def _enrolled(identity: Identity, by: By) -> Account:
    """A name that is free: what somebody is called there may be what another is called here."""
    store, now = services().store, services().clock.now()
    names = [clean_name(name) for name in identity.names]
    number = identity.subject.rpartition(" ")[2]
    for name in [*filter(None, names), clean_name(f"user-{number}") or f"user-{int(now)}"]:
        account = people.enrol(store, name, identity.role or Role.VIEWER, identity.subject, by, now=now)
        if account is not None:
            return account
    raise OidcTrouble(
        "no free name", "There is somebody with your name here already. Ask an admin of the console."
    )


def _refused(trouble: OidcTrouble, target: str) -> Response:
    """Not a redirect: a message in a cookie does not survive the way from another site."""
    log.warning("oidc.refused", why=trouble.why)
    incidents.tell("authn_login_fail", user="unknown", what="company sign-in")
    response = sign_in.sign_in_page(target, problem=trouble.text)
    tickets.drop_attempt(response)
    return response


def _back() -> str:
    return f"{services().config.public_url}{BACK}"


def _company() -> CompanySignIn:
    """One for each configuration, so that its provider is asked seldom."""
    configured = services().config.console.oidc
    if configured is None:
        raise Refusal("route.not_found")
    kept = current_app.extensions.get("gateway.oidc")
    if kept is None or kept[0] is not configured:
        kept = (configured, CompanySignIn(configured, _Asking()))
        current_app.extensions["gateway.oidc"] = kept
    return cast("CompanySignIn", kept[1])
