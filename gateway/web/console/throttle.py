"""Slows down whoever guesses passwords, without locking out the person whose password it is."""

from __future__ import annotations

import hashlib

from gateway.web.context import client_address
from gateway.web.errors import Refusal
from gateway.web.limit_rules import Rule, read_rule
from gateway.web.limits import limits_of_this_app

# Of one account, from browsers that have never signed in to it; a browser that has is counted by itself, so that a
# stranger's guesses stand in nobody's way.
_OF_AN_ACCOUNT = (read_rule("5 per minute per key"), read_rule("20 per hour per key"))
_OF_AN_ADDRESS = (read_rule("30 per 10 minutes per ip"),)
_OF_WAYS = (read_rule("60 per minute per ip"),)
_OF_ALL = (read_rule("300 per minute"),)  # hashing costs 30 ms of a core each time


def attempt(account: str, browser: str) -> None:
    """Count one try at a password or a code; raises a Refusal when it is one too many."""
    if browser:
        _count(_OF_AN_ACCOUNT, f"{account}\0{browser}")
        return
    _count(_OF_AN_ADDRESS, "")
    _count(_OF_ALL, "")
    _count(_OF_AN_ACCOUNT, account)


def set_out() -> None:
    """Count one way to the company's own sign-in: while the provider is away, each asks it again and waits."""
    _count(_OF_WAYS, "", door="console.set_out")


def come_back() -> None:
    """Count one way back from the company's own sign-in: each asks the provider."""
    _count(_OF_WAYS, "", door="console.come_back")


def _count(rules: tuple[Rule, ...], whom: str, *, door: str = "console") -> None:
    key = hashlib.sha256(whom.encode("utf-8", "replace")).hexdigest() if whom else client_address()
    counted = limits_of_this_app().count(rules, door, key=key)
    if counted is not None and counted.broken is not None:
        raise Refusal("console.throttled", headers={"Retry-After": counted.headers()["Retry-After"]})
