"""One's own password, second factor and open sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, g, request, url_for

from gateway.accounts import Role, passwords, people, second_factor
from gateway.store.sessions import Session
from gateway.store.users import Account
from gateway.web.console import factor_ticket, sessions, throttle, tickets
from gateway.web.console.browsers import browser_of
from gateway.web.console.page import page, see_other
from gateway.web.console.rights import needs
from gateway.web.console.said import say
from gateway.web.context import secret_key, services
from gateway.web.errors import Refusal

blueprint = Blueprint("console_account", __name__, url_prefix="/console/account")

WRONG = "This is not your password."
_MARK = 16  # characters of a session's digest: enough to tell one's own apart


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSession:
    """One browser in which this person is signed in."""

    session: Session
    is_this: bool

    @property
    def mark(self) -> str:
        return self.session.digest[:_MARK]

    @property
    def browser(self) -> str:
        return browser_of(self.session.user_agent)


@blueprint.get("")
@needs(Role.VIEWER)
def show() -> Response:
    return _page()


@blueprint.post("/password")
@needs(Role.VIEWER)
def change_password() -> Response:
    """Another password: every session ends, and this browser gets a new one."""
    account, new = _account(), request.form.get("new", "")
    if problem := _wrong_password(account):
        return _page(problems={"current": problem})
    if problem := passwords.problem_of(new, account.name):
        return _page(problems={"new": problem})
    if passwords.matches(new, account.password_hash):
        return _page(problems={"new": "This is the password you have. Take another one."})
    people.choose_password(services().store, account, new, sessions.by(), now=services().clock.now())
    first = account.one_time_until is not None
    target = url_for("console_overview.show") if first else url_for("console_account.show")
    text = "Your password is changed. You are signed out everywhere else."
    return say(_again(account, target), text)


@blueprint.get("/second-factor")
@needs(Role.VIEWER)
def show_factor() -> Response:
    """A new secret each time; it counts once a code has proved that the telephone has it."""
    account = _account()
    if account.password_hash is None or account.totp_secret is not None:
        return see_other(url_for("console_account.show"))
    return _factor_page(account, second_factor.new_secret())


@blueprint.post("/second-factor")
@needs(Role.VIEWER)
def add_factor() -> Response:
    account, now = _account(), services().clock.now()
    secret = factor_ticket.secret_of(request.form.get("ticket", ""), account.id, now=now)
    if secret is None or account.totp_secret is not None:
        return say(
            see_other(url_for("console_account.show_factor")),
            "That took too long. Point the telephone at the new picture.",
            "warn",
        )
    if problem := _wrong_password(account):
        return _factor_page(account, secret, problems={"current": problem})
    step = second_factor.step_of(secret, request.form.get("code", ""), now=now, after=0)
    if step is None:
        return _factor_page(account, secret, problems={"code": "This is not the code of this moment."})
    sealed = second_factor.seal(secret_key(), secret, account.id)
    people.add_second_factor(services().store, account, sealed, step, sessions.by(), now=now)
    text = "From now on you sign in with your password and a code from your telephone."
    return say(_again(account, url_for("console_account.show")), text)


@blueprint.post("/second-factor/remove")
@needs(Role.VIEWER)
def remove_factor() -> Response:
    account = _account()
    if problem := _wrong_password(account):
        return _page(problems={"removing": problem})
    people.remove_second_factor(services().store, account, sessions.by(), now=services().clock.now())
    text = "The second factor is removed. Delete the entry in your app."
    return say(_again(account, url_for("console_account.show")), text, "warn")


@blueprint.post("/sessions/end")
@needs(Role.VIEWER)
def end_sessions() -> Response:
    """Out of one other browser, or of all of them."""
    mark, here = request.form.get("session", ""), g.signed_in.session.digest
    store, now, account = services().store, services().clock.now(), _account()
    answer = see_other(url_for("console_account.show"))
    if not mark:
        people.end_sessions(store, account, sessions.by(), now=now, keep=here)
        return say(answer, "You are signed out everywhere else.")
    for each in _open_sessions(account):
        if each.mark == mark and not each.is_this:
            deed = sessions.by().did("user.signed_out", account.id, name=account.name)
            store.console.sessions.end(each.session.digest, deed, now=now)
            return say(answer, "You are signed out there.")
    return say(answer, "That session has ended already.", "quiet")


def _account() -> Account:
    account: Account = g.signed_in.account
    return account


def _again(account: Account, target: str) -> Response:
    """This browser goes on with a new token; what has changed has ended the old one."""
    return sessions.begin(see_other(target), account)


def _wrong_password(account: Account) -> str:
    """Whoever changes how one signs in proves again who they are, and cannot guess for long."""
    try:
        throttle.attempt(f"password {account.name}", tickets.known_to(account))
    except Refusal as refusal:
        return f"Too many attempts. Wait {refusal.headers['Retry-After']} seconds."
    return "" if passwords.matches(request.form.get("current", ""), account.password_hash) else WRONG


def _open_sessions(account: Account) -> Sequence[OpenSession]:
    now, idle = services().clock.now(), services().config.console.idle
    here = g.signed_in.session.digest
    found = services().store.console.sessions.of(account.id, now=now, idle=idle)
    return [OpenSession(session=each, is_this=each.digest == here) for each in found]


def _page(problems: dict[str, str] | None = None) -> Response:
    account, oidc = _account(), services().config.console.oidc
    return page(
        "account.html",
        status=422 if problems else 200,
        account=account,
        sessions=_open_sessions(account),
        problems=problems or {},
        elsewhere=oidc.name if oidc else "another sign-in",
        least=passwords.LEAST,
        first=g.signed_in.needs_password,
    )


def _factor_page(account: Account, secret: str, problems: dict[str, str] | None = None) -> Response:
    address = second_factor.address_of(secret, account.name, services().config.public_url)
    return page(
        "account_factor.html",
        status=422 if problems else 200,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        picture=second_factor.picture_of(address),
        ticket=factor_ticket.make(secret, account.id, now=services().clock.now()),
        problems=problems or {},
    )
