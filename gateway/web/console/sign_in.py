"""The way in and out: a name and a password, then the second factor where there is one."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from gateway.accounts import passwords, second_factor
from gateway.accounts.names import clean_name
from gateway.accounts.sessions import csrf_of
from gateway.store.audit import Deed
from gateway.store.users import Account
from gateway.web.console import cookies, door, incidents, sessions, throttle, tickets
from gateway.web.console.next_page import NEXT, as_next
from gateway.web.console.page import page, see_other
from gateway.web.context import client_address, secret_key, services
from gateway.web.errors import Refusal

blueprint = Blueprint("console_sign_in", __name__, url_prefix="/console")

WRONG = "The name or the password is not right."
WRONG_CODE = "This code is not right, or was used already. Wait for the next one and type that."
OVER = "This one-time password is over. Ask an admin for a new one."
UNSEALABLE = (
    "Your second factor cannot be read here any more. Ask an admin to remove it, then set it up again."
)


@blueprint.get("", provide_automatic_options=False)
def home() -> Response:
    """The console's short address."""
    return see_other(url_for("console_overview.show"))


@blueprint.get("/sign-in")
def show() -> Response:
    target = as_next(request.args.get(NEXT, ""))
    if door.known(cookies.read(cookies.SESSION)) is not None:
        return see_other(target or url_for("console_overview.show"))
    return sign_in_page(target)


@blueprint.post("/sign-in")
def submit() -> Response:
    """The name and the password."""
    target = as_next(request.form.get(NEXT, ""))
    name, password = clean_name(request.form.get("name", "")), request.form.get("password", "")
    account = services().store.console.users.named(name) if name else None
    if refused := _throttled(account, name, target):
        return refused
    right = passwords.matches(password, account.password_hash if account else None)
    if account is None or not right or account.disabled_at is not None:
        _failed(account, "password")
        return sign_in_page(target, problem=WRONG)
    if account.one_time_until is not None and account.one_time_until <= services().clock.now():
        return sign_in_page(target, problem=OVER)
    if account.password_hash and passwords.is_dated(account.password_hash):
        services().store.console.users.rehash(account.id, account.password_hash, passwords.hash_of(password))
    if account.totp_secret is None:
        return _let_in(account, target, "password")
    response = see_other(url_for("console_sign_in.show_code"))
    tickets.give_half(response, account, target)
    return response


@blueprint.get("/sign-in/code")
def show_code() -> Response:
    return _code_page() if tickets.half() else see_other(url_for("console_sign_in.show"))


@blueprint.post("/sign-in/code")
def submit_code() -> Response:
    """The second factor."""
    half = tickets.half()
    if half is None:
        return see_other(url_for("console_sign_in.show"))
    account = half.account
    try:
        throttle.attempt(f"code {account.id}", tickets.known_to(account))
    except Refusal as refusal:
        _fail_max(account)
        return _code_page(problem=_wait(refusal), refusal=refusal)
    try:
        used = use_code(account, request.form.get("code", ""))
    except second_factor.Unsealable:
        return _code_page(problem=UNSEALABLE)
    if not used:
        _failed(account, "code")
        return _code_page(problem=WRONG_CODE)
    return _let_in(account, half.target, "password and second factor")


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Out, also when the session has ended by itself meanwhile."""
    response = see_other(url_for("console_sign_in.show"))
    token = cookies.read(cookies.SESSION)
    found = door.known(token)
    if found is None:
        return response
    door.refuse_without(csrf_of(secret_key(), token))
    return sessions.end(response, found.account)


def use_code(account: Account, code: str) -> bool:
    """Whether the code is right; from then on it is used. Raises Unsealable."""
    if account.totp_secret is None:
        return False
    secret = second_factor.unseal(secret_key(), account.totp_secret, account.id)
    now = services().clock.now()
    step = second_factor.step_of(secret, code, now=now, after=account.totp_step)
    return step is not None and services().store.console.users.use_step(account.id, step)


def _let_in(account: Account, target: str, how: str) -> Response:
    incidents.tell("authn_login_ok", user=account.name, how=how)
    return sessions.begin(see_other(target or url_for("console_overview.show")), account, how=how)


def _throttled(account: Account | None, name: str, target: str) -> Response | None:
    try:
        throttle.attempt(f"password {name}", tickets.known_to(account))
    except Refusal as refusal:
        _fail_max(account)
        return sign_in_page(target, problem=_wait(refusal), refusal=refusal)
    return None


def _failed(account: Account | None, what: str) -> None:
    incidents.tell("authn_login_fail", user=account.name if account else "unknown", what=what)
    if account is not None:
        incidents.write_later(_deed(account, "session.refused"), client_address())


def _fail_max(account: Account | None) -> None:
    incidents.tell("authn_login_fail_max", user=account.name if account else "unknown")
    if account is not None:
        incidents.write_later(_deed(account, "session.throttled"), "")


def _deed(account: Account, action: str) -> Deed:
    return Deed(
        actor=incidents.NOBODY,
        action=action,
        subject="user",
        subject_id=account.id,
        detail={"name": account.name},
        address=client_address(),
    )


def _wait(refusal: Refusal) -> str:
    return f"Too many attempts. Wait {refusal.headers['Retry-After']} seconds, then try again."


def sign_in_page(target: str, *, problem: str = "", refusal: Refusal | None = None) -> Response:
    oidc = services().config.console.oidc
    response = page(
        "sign_in.html",
        status=_status(problem, refusal),
        target=target,
        problem=problem,
        elsewhere=oidc.name if oidc else "",
        nobody_yet=oidc is None and services().store.console.users.is_empty(),
    )
    response.headers.extend(refusal.headers if refusal else {})
    return response


def _code_page(*, problem: str = "", refusal: Refusal | None = None) -> Response:
    response = page("sign_in_code.html", status=_status(problem, refusal), problem=problem)
    response.headers.extend(refusal.headers if refusal else {})
    return response


def _status(problem: str, refusal: Refusal | None) -> int:
    if refusal is not None:
        return refusal.reason.status
    return 422 if problem else 200
