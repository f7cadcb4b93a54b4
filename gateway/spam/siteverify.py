"""Asks Turnstile, hCaptcha or reCAPTCHA whether a visitor solved theirs: one short question, three kinds of answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson
import requests

from gateway.config.model import Captcha
from gateway.spam.answers import Answer, Passed, Refused, Unverified

PATIENCE = 3.0  # seconds for everything; a visitor waits behind it
REMEMBERED = 900.0  # seconds an answer stays ours; services forget them sooner
LONGEST = 4096  # characters of a visitor's answer; the longest, reCAPTCHA's, has about 2,000
MOST_AT_ONCE = 64  # questions under way in one process
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """One captcha service: where it is asked, and where its answer stands in a form."""

    url: str
    fields: tuple[str, ...]  # in lower case, the first that is filled counts


SERVICES: Mapping[str, Service] = MappingProxyType(
    {
        # https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
        "turnstile": Service(
            url="https://challenges.cloudflare.com/turnstile/v0/siteverify",
            fields=("cf-turnstile-response", "g-recaptcha-response"),
        ),
        # https://docs.hcaptcha.com/#verify-the-user-response-server-side
        "hcaptcha": Service(
            url="https://api.hcaptcha.com/siteverify", fields=("h-captcha-response", "g-recaptcha-response")
        ),
        # https://developers.google.com/recaptcha/docs/verify, version 3 with score and action
        "recaptcha": Service(
            url="https://www.google.com/recaptcha/api/siteverify",
            fields=("g-recaptcha-response", "recaptcha_token", "recaptcha_response"),
        ),
    }
)

# What the visitor did; every other code is between the service and us.
_SPENT = frozenset(
    {
        "timeout-or-duplicate",
        "already-seen-response",
        "invalid-or-already-seen-response",
        "expired-input-response",
    }
)
_FAILED = frozenset({"invalid-input-response", "missing-input-response", "browser-error"})
_SECRET = frozenset(
    {"invalid-input-secret", "missing-input-secret", "invalid-keys", "sitekey-secret-mismatch"}
)

_places = threading.BoundedSemaphore(MOST_AT_ONCE)


def check(captcha: Captcha, token: str, *, now: float, patience: float = PATIENCE) -> Answer:
    """What the service says; with several secrets, while they are changed, the first one it knows counts."""
    if len(token) > LONGEST or not token.isascii():
        return Refused(code="captcha.failed")
    until = time.monotonic() + patience
    answer: Answer = Unverified(why="configuration", detail="no secret")
    for secret in captcha.secrets:
        reply = _ask(captcha, secret, token, until)
        if isinstance(reply, Unverified):
            return reply
        answer = _judge(captcha, reply, token, now)
        if not (isinstance(answer, Unverified) and _codes(reply) & _SECRET):
            return answer
    return answer


# -- judging -------------------------------------------------------------------------------------------------


def _judge(captcha: Captcha, reply: Mapping[str, Any], token: str, now: float) -> Answer:
    if reply["success"] is not True:
        return _refused(_codes(reply))
    hostname, action = reply.get("hostname"), reply.get("action")
    if captcha.hostnames and str(hostname).lower() not in captcha.hostnames:
        return Refused(code="captcha.elsewhere")
    if captcha.action is not None and action != captcha.action:
        return Refused(code="captcha.elsewhere")
    # Only version 3 of reCAPTCHA gives scores, and hCaptcha's, where there is one, counts the other way round.
    score = reply.get("score") if captcha.provider == "recaptcha" else None
    if isinstance(score, (int, float)) and score < captcha.min_score:
        return Refused(code="captcha.score")
    return Passed(proof=token, expires_at=now + REMEMBERED)


def _refused(codes: frozenset[str]) -> Answer:
    if codes & _SPENT:
        return Refused(code="captcha.spent")
    if codes & _FAILED or not codes:
        return Refused(code="captcha.failed")
    # A code nobody knows is taken for a fault of ours, too: it must cost no person's call.
    return Unverified(why="configuration", detail=" ".join(sorted(codes))[:200])


def _codes(reply: Mapping[str, Any]) -> frozenset[str]:
    codes = reply.get("error-codes")
    return (
        frozenset(code for code in codes if isinstance(code, str)) if isinstance(codes, list) else frozenset()
    )


# -- asking --------------------------------------------------------------------------------------------------


class _Question(threading.Thread):
    """One request. It runs beside its caller, since a service that sends a byte now and then never times out."""

    def __init__(self, url: str, form: Mapping[str, str], until: float) -> None:
        super().__init__(name="siteverify", daemon=True)
        self._url = url
        self._form = form
        self._until = until
        self.reply: Mapping[str, Any] | Unverified = Unverified(why="timeout")

    def run(self) -> None:
        try:
            self.reply = self._answered()
        except requests.Timeout:
            self.reply = Unverified(why="timeout")
        except (requests.RequestException, OSError) as error:
            self.reply = Unverified(why="unreachable", detail=type(error).__name__)
        finally:
            _places.release()

    def _answered(self) -> Mapping[str, Any] | Unverified:
        left = max(0.1, self._until - time.monotonic())
        with requests.post(
            self._url, data=self._form, timeout=left, stream=True, allow_redirects=False
        ) as response:
            body = b""
            for chunk in response.iter_content(8192):
                body += chunk
                if len(body) > _MOST_BYTES or time.monotonic() > self._until:
                    break
        if response.status_code >= 500 or response.status_code in range(300, 400):
            return Unverified(why="status", detail=str(response.status_code))
        return _read(body, response.status_code)


def _read(body: bytes, status: int) -> Mapping[str, Any] | Unverified:
    try:
        reply = orjson.loads(body)
    except orjson.JSONDecodeError:
        reply = None
    if isinstance(reply, dict) and isinstance(reply.get("success"), bool):
        return reply
    return Unverified(why="unreadable" if status == 200 else "status", detail=str(status))


def _ask(captcha: Captcha, secret: str, token: str, until: float) -> Mapping[str, Any] | Unverified:
    # Without remoteip: a visitor may solve it by IPv6 and post by IPv4, and would be refused for that.
    form = {"secret": secret, "response": token}
    if captcha.provider == "hcaptcha" and captcha.site_key:
        form["sitekey"] = captcha.site_key
    if not _places.acquire(timeout=max(0.0, until - time.monotonic())):
        return Unverified(why="busy")
    question = _Question(captcha.verify_url or SERVICES[captcha.provider].url, form, until)
    question.start()
    question.join(max(0.0, until - time.monotonic()))
    return question.reply
