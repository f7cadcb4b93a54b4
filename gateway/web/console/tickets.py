"""Signed notes to ourselves that a browser keeps: half a sign-in, and that it has signed in before."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Response
from itsdangerous import BadData, URLSafeSerializer

from gateway.accounts.oidc import Attempt
from gateway.store.users import Account
from gateway.web.console import cookies
from gateway.web.context import secret_key, services

HALF_LASTS = 300  # seconds between the password and the second factor
ATTEMPT_LASTS = 600  # seconds at the company's own sign-in
KNOWN_LASTS = 180 * 86400
_HALF, _ATTEMPT, _KNOWN = "half", "oidc", "known"


@dataclass(frozen=True, kw_only=True, slots=True)
class Half:
    """The password was right; the second factor is still to come."""

    account: Account
    target: str  # the page to go to


def give_half(response: Response, account: Account, target: str) -> None:
    made = int(services().clock.now())
    # With the time of the last change: a password that was changed meanwhile opens nothing.
    text = _dumps(_HALF, [account.id, account.changed_at, target, made])
    cookies.put(response, _HALF, text, seconds=HALF_LASTS)


def half() -> Half | None:
    """The sign-in that this browser has begun, as long as it is good."""
    found = _loads(_HALF, cookies.read(_HALF), 4)
    if found is None:
        return None
    user_id, changed_at, target, made = found
    account = services().store.console.users.with_id(str(user_id))
    fresh = services().clock.now() - made <= HALF_LASTS
    if account is None or not fresh or account.changed_at != changed_at or account.disabled_at is not None:
        return None
    return Half(account=account, target=str(target))


def drop_half(response: Response) -> None:
    cookies.remove(response, _HALF)


@dataclass(frozen=True, kw_only=True, slots=True)
class OnTheWay:
    """This browser has set out to the company's own sign-in."""

    attempt: Attempt
    target: str


def give_attempt(response: Response, attempt: Attempt, target: str) -> None:
    made = int(services().clock.now())
    text = _dumps(_ATTEMPT, [attempt.state, attempt.nonce, attempt.verifier, target, made])
    cookies.put(response, _ATTEMPT, text, seconds=ATTEMPT_LASTS)


def attempt() -> OnTheWay | None:
    """What this browser took along when it set out, as long as it is good."""
    found = _loads(_ATTEMPT, cookies.read(_ATTEMPT), 5)
    if found is None or services().clock.now() - found[4] > ATTEMPT_LASTS:
        return None
    state, nonce, verifier, target, _ = map(str, found)
    return OnTheWay(attempt=Attempt(state=state, nonce=nonce, verifier=verifier), target=target)


def drop_attempt(response: Response) -> None:
    cookies.remove(response, _ATTEMPT)


def same(one: str, other: str) -> bool:
    """Compared in constant time, whatever somebody sent."""
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))


def give_known(response: Response, account: Account) -> None:
    """This browser has proved to be this person's: a stranger's guesses do not count against it."""
    text = _dumps(_KNOWN, [account.id, known_to(account) or secrets.token_urlsafe(12)])
    cookies.put(response, _KNOWN, text, seconds=KNOWN_LASTS)


def known_to(account: Account | None) -> str:
    """The browser's mark, when it has signed in to this account before; else nothing."""
    found = _loads(_KNOWN, cookies.read(_KNOWN), 2)
    return str(found[1]) if found is not None and account is not None and found[0] == account.id else ""


def _dumps(kind: str, value: list[Any]) -> str:
    return str(_serializer(kind).dumps(value))


def _loads(kind: str, text: str, length: int) -> list[Any] | None:
    try:
        value: Any = _serializer(kind).loads(text) if text else None
    except (BadData, ValueError):
        return None
    return value if isinstance(value, list) and len(value) == length else None


def _serializer(kind: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(), salt=f"console.{kind}")
