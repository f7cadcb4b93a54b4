"""Who may use the console: an admin gives accounts, roles and new passwords, and takes them back."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for

from gateway.accounts import Role, passwords, people
from gateway.accounts.names import RULE, clean_name
from gateway.accounts.people import NewPassword
from gateway.store.users import Account, LastAdmin
from gateway.web.console import sessions
from gateway.web.console.page import page, see_other
from gateway.web.console.rights import needs
from gateway.web.console.said import say
from gateway.web.context import services
from gateway.web.errors import Refusal

blueprint = Blueprint("console_users", __name__, url_prefix="/console/people")

LAST_ADMIN = "This is the last admin who can sign in. Make somebody else an admin first."
ROLES = {
    Role.VIEWER: "looks; numbers are masked",
    Role.OPERATOR: "sees numbers, sends leads again, pauses dialers",
    Role.ADMIN: "looks after people, keys and alerts, too",
}


@blueprint.get("")
@needs(Role.ADMIN)
def index() -> Response:
    return _list()


@blueprint.post("")
@needs(Role.ADMIN)
def create() -> Response:
    """An account with a one-time password, which this page alone shows."""
    typed, role = request.form.get("name", ""), _role()
    name = clean_name(typed)
    if not name:
        return _list(typed, f"A name has {RULE}.")
    made = people.create(services().store, name, role, sessions.by(), now=services().clock.now())
    if made is None:
        return _list(typed, "Somebody has this name already.")
    return _password_page(made)


@blueprint.get("/<user_id>")
@needs(Role.ADMIN)
def show(user_id: str) -> Response:
    account = _account(user_id)
    now, idle = services().clock.now(), services().config.console.idle
    return page(
        "person.html",
        account=account,
        roles=ROLES,
        sessions=services().store.console.sessions.of(account.id, now=now, idle=idle),
    )


@blueprint.post("/<user_id>/role")
@needs(Role.ADMIN)
def give_role(user_id: str) -> Response:
    account, role = _account(user_id), _role()
    now = services().clock.now()
    try:
        people.give_role(services().store, account, role, sessions.by(), now=now)
    except LastAdmin:
        return _back(account, LAST_ADMIN, "bad")
    if account.id == sessions.own_id():
        return see_other(url_for("console_sign_in.show"))
    return _back(account, f"{account.name} is {_a(role)} now, and has to sign in again.")


@blueprint.post("/<user_id>/disable")
@needs(Role.ADMIN)
def disable(user_id: str) -> Response:
    account = _account(user_id)
    try:
        people.disable(services().store, account, sessions.by(), now=services().clock.now())
    except LastAdmin:
        return _back(account, LAST_ADMIN, "bad")
    if account.id == sessions.own_id():
        return see_other(url_for("console_sign_in.show"))
    return _back(account, f"{account.name} cannot sign in any more, and is signed out.")


@blueprint.post("/<user_id>/enable")
@needs(Role.ADMIN)
def enable(user_id: str) -> Response:
    return _do(people.enable, user_id, "can sign in again.")


@blueprint.post("/<user_id>/second-factor/remove")
@needs(Role.ADMIN)
def remove_factor(user_id: str) -> Response:
    return _do(people.remove_second_factor, user_id, "signs in with the password alone now.")


@blueprint.post("/<user_id>/sessions/end")
@needs(Role.ADMIN)
def end_sessions(user_id: str) -> Response:
    return _do(people.end_sessions, user_id, "is signed out everywhere.")


@blueprint.post("/<user_id>/password")
@needs(Role.ADMIN)
def reset_password(user_id: str) -> Response:
    """For somebody who has lost theirs: what was theirs is no good from now on."""
    account = _account(user_id)
    if account.subject is not None:
        return _back(account, "This person signs in elsewhere and has no password here.", "bad")
    return _password_page(
        people.reset_password(services().store, account, sessions.by(), now=services().clock.now())
    )


def _do(change: Callable[..., object], user_id: str, what: str) -> Response:
    account = _account(user_id)
    change(services().store, account, sessions.by(), now=services().clock.now())
    if account.id == sessions.own_id():
        return see_other(url_for("console_sign_in.show"))
    return _back(account, f"{account.name} {what}")


def _account(user_id: str) -> Account:
    account = services().store.console.users.with_id(user_id)
    if account is None:
        raise Refusal("route.not_found")
    return account


def _role() -> Role:
    try:
        return Role(request.form.get("role", ""))
    except ValueError:
        raise Refusal("request.invalid", detail="There is no such role. Choose one of the list.") from None


def _a(role: Role) -> str:
    return f"{'a' if role is Role.VIEWER else 'an'} {role}"


def _back(account: Account, text: str, tone: str = "good") -> Response:
    return say(see_other(url_for("console_users.show", user_id=account.id)), text, tone)


def _list(typed: str = "", problem: str = "") -> Response:
    return page(
        "people.html",
        status=422 if problem else 200,
        people=services().store.console.users.everybody(),
        roles=ROLES,
        typed=typed if problem else "",
        problem=problem,
    )


def _password_page(made: NewPassword) -> Response:
    """Not a redirect: what it shows must stand in no address and no cookie."""
    return page("new_password.html", made=made, hours=round(passwords.ONE_TIME_LASTS / 3600))
