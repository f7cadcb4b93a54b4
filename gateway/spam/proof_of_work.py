"""ALTCHA, the captcha that asks no third party: gives a browser work to do and checks that it was done."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import altcha

from gateway.blocking import run_blocking
from gateway.spam.answers import Answer, Passed, Refused

ALGORITHM = "PBKDF2/SHA-256"  # what browsers have built in
LIFETIME = 2 * 3600.0  # seconds from the first look at a form until it is sent; people are called away
LONGEST = 8192  # characters of an answer; ours has about 700
_PURPOSE = b"gateway.forms.altcha"  # so that nothing signed for another purpose is taken for work


@dataclass(frozen=True, kw_only=True, slots=True)
class _Solved:
    """The parts of an answer that are looked at before its work is."""

    signature: str
    expires_at: float
    source: str


def challenge(secret_key: str, source: str, *, cost: int, now: float) -> dict[str, Any]:
    """New work, as the ALTCHA widget of version 3 and our own proof script read it; nothing of it is kept."""
    made = altcha.create_challenge(
        ALGORITHM,
        cost,
        expires_at=int(now + LIFETIME),
        data={"source": source},
        hmac_secret=_secret(secret_key),
    )
    return dict(made.to_dict())


def check(secret_key: str, source: str, answer: str, *, now: float) -> Answer:
    """Whether the work was done, in time and for this form. Whether it was used before is the store's to say."""
    solved = _read(answer)
    if solved is None:
        return Refused(code="captcha.failed")
    if solved.expires_at < now:
        return Refused(code="captcha.spent")
    # One derivation, some milliseconds, and only for work that we have signed.
    result = run_blocking(lambda: altcha.verify_solution(answer, _secret(secret_key)))
    if not result.verified:
        return Refused(code="captcha.spent" if result.expired else "captcha.failed")
    if solved.source != source:
        return Refused(code="captcha.elsewhere")
    return Passed(proof=solved.signature, expires_at=solved.expires_at)


def _read(answer: str) -> _Solved | None:
    """What the answer says of itself; none of it is to be believed before the signature is checked."""
    if len(answer) > LONGEST:
        return None
    try:
        challenge = json.loads(base64.b64decode(answer, validate=True))["challenge"]
        parameters = challenge["parameters"]
        solved = _Solved(
            signature=challenge["signature"],
            expires_at=parameters["expiresAt"],
            source=parameters["data"]["source"],
        )
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return None
    whole = isinstance(solved.signature, str) and type(solved.expires_at) in (int, float)
    return solved if whole else None


def _secret(secret_key: str) -> bytes:
    return hmac.new(secret_key.encode(), _PURPOSE, hashlib.sha256).digest()
