"""Carries a question to a platform and its answer back: one deadline, one size, no redirects."""

from __future__ import annotations

import time
from typing import Protocol

import requests
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as Late

from gateway.sources.pull import Answer, PullTrouble, Question

CONNECT = 5.0  # seconds
SILENCE = 20.0  # seconds without a byte
PATIENCE = 60.0  # seconds for the whole answer
MOST_BYTES = 16 * 1024 * 1024
_PORTION = 64 * 1024


class Asker(Protocol):
    """Whoever can ask a platform."""

    def ask(self, question: Question) -> Answer:
        """Raises PullTrouble when no whole answer came."""


class HttpAsker:
    """Asks over the network. What a library says of a failure may hold the key, so it is never repeated."""

    def __init__(self, *, silence: float = SILENCE, patience: float = PATIENCE) -> None:
        self._silence = silence
        self._patience = patience

    def ask(self, question: Question) -> Answer:
        until = time.monotonic() + self._patience
        try:
            with requests.get(
                question.url,
                params=question.query,
                headers=question.headers,
                timeout=(CONNECT, self._silence),
                stream=True,
                allow_redirects=False,
            ) as response:
                return Answer(
                    status=response.status_code,
                    body=_body(response, until),
                    retry_after=_seconds(response.headers.get("Retry-After", "")),
                )
        except (requests.Timeout, Late):
            raise _late() from None
        except (requests.RequestException, HTTPError, OSError):
            raise PullTrouble(
                "pull.unreachable", "The platform cannot be reached. Look at this machine's way out."
            ) from None


def _body(response: requests.Response, until: float) -> bytes:
    """Read as it comes, since a platform that sends a byte now and then is never silent."""
    body = bytearray()
    while portion := response.raw.read1(_PORTION, decode_content=True):
        body += portion
        if len(body) > MOST_BYTES:
            raise PullTrouble(
                "pull.too_large", "The platform's answer is too large. A shorter span is asked for."
            )
        if time.monotonic() > until:
            raise _late()
    return bytes(body)


def _late() -> PullTrouble:
    return PullTrouble("pull.timeout", "The platform does not answer in time. It is asked again.")


def _seconds(value: str) -> float | None:
    """Retry-After in seconds; a date says nothing that our own pause would not."""
    return float(value) if value.isascii() and value.isdigit() and len(value) < 6 else None
