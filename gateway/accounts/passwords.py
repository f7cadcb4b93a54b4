"""Passwords: what a good one is, how it is kept, and how it is compared without stopping anybody else's work."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.accounts.common_passwords import is_common
from gateway.blocking import run_blocking

LEAST = 12  # characters
MOST = 1024
ONE_TIME_LASTS = 3 * 86400.0  # seconds a password is good that somebody else has chosen
_ONE_TIME = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that can be misread on the phone
_GROUPS, _GROUP = 4, 5

# OWASP's parameters for Argon2id: 19 MiB, two passes; about 30 ms. Changed ones reach a hash at the next sign-in.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The threads that hash are those that store leads, too: however many try to sign in, most of them stay free.
_ROOM = threading.BoundedSemaphore(2)


def problem_of(password: str, name: str) -> str:
    """Why this cannot be the password of `name`, in a sentence; empty when it can. No rule asks for odd characters."""
    text = _normal(password)
    if len(text) < LEAST:
        return f"Use at least {LEAST} characters. Three or four words in a row are easy to remember."
    if len(text) > MOST:
        return f"Use at most {MOST} characters."
    if name and name.casefold() in text.casefold():  # a name has two characters at least
        return "Leave your own name out of it."
    if is_common(text):
        return "This one is tried first by whoever guesses. Take a few words that do not belong together."
    return ""


def one_time() -> str:
    """A random password to hand over: 98 bits, easy to read out."""
    while True:
        groups = ["".join(secrets.choice(_ONE_TIME) for _ in range(_GROUP)) for _ in range(_GROUPS)]
        password = "-".join(groups)
        if not problem_of(password, ""):
            return password


def hash_of(password: str) -> str:
    """What is kept of a password."""
    text = _normal(password)
    with _ROOM:
        return run_blocking(lambda: _HASHER.hash(text))


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the one that was kept; without one it takes the same time to say no."""
    text = _normal(password[: MOST + 1])
    with _ROOM:
        found = run_blocking(lambda: _verify(kept, text))
    return found and kept is not None


def is_dated(kept: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(kept)


def _verify(kept: str | None, text: str) -> bool:
    nobodys = _nobodys()  # made before it is needed: the first guess takes no longer than the others
    try:
        return _HASHER.verify(kept or nobodys, text)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def _normal(password: str) -> str:
    """The same characters however a keyboard composes them; a lone half of one can be no password."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())
