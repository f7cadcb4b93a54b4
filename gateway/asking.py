"""Carries one question to a platform and its answer back: one deadline, one size, no redirects."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Protocol

import requests
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as LateError

from gateway.sources.pull import Answer, Question

CONNECT = 5.0  # seconds
SILENCE = 10.0  # seconds without a byte
PATIENCE = 20.0  # seconds for the whole answer
MOST_BYTES = 1024 * 1024
_PORTION = 64 * 1024


class Lack(StrEnum):
    """Why there is no answer."""

    LATE = "late"
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too_large"


class NoAnswer(Exception):  # noqa: N818  reads as what happened
    """What a library says of a failure may hold the address, and so a token: it is never repeated."""

    def __init__(self, lack: Lack) -> None:
        super().__init__(lack.value)
        self.lack = lack


class Asker(Protocol):
    """Whoever can ask a platform."""

    def ask(self, question: Question) -> Answer:
        """Raises NoAnswer."""


class HttpAsker:
    """Asks over the network."""

    def __init__(
        self, *, silence: float = SILENCE, patience: float = PATIENCE, most_bytes: int = MOST_BYTES
    ) -> None:
        self._silence = silence
        self._patience = patience
        self._most_bytes = most_bytes

    def ask(self, question: Question) -> Answer:
        until = time.monotonic() + self._patience
        try:
            with requests.request(
                "GET" if question.form is None else "POST",
                question.url,
                params=question.query,
                headers=question.headers,
                data=question.form,
                auth=_as_given,
                timeout=(CONNECT, self._silence),
                stream=True,
                allow_redirects=False,
            ) as response:
                return Answer(
                    status=response.status_code,
                    body=_body(response, until, self._most_bytes),
                    retry_after=_seconds(response.headers.get("Retry-After", "")),
                )
        except (requests.Timeout, LateError):
            raise NoAnswer(Lack.LATE) from None
        except (requests.RequestException, HTTPError, OSError):
            raise NoAnswer(Lack.UNREACHABLE) from None


def _as_given(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without it a .netrc of this machine would replace our token."""
    return request


def _body(response: requests.Response, until: float, most_bytes: int) -> bytes:
    """Read as it comes, since a platform that sends a byte now and then is never silent."""
    body = bytearray()
    while portion := response.raw.read1(_PORTION, decode_content=True):
        body += portion
        if len(body) > most_bytes:
            raise NoAnswer(Lack.TOO_LARGE)
        if time.monotonic() > until:
            raise NoAnswer(Lack.LATE)
    return bytes(body)


def _seconds(value: str) -> float | None:
    """Retry-After in seconds; a date says nothing that our own pause would not."""
    return float(value) if value.isascii() and value.isdigit() and len(value) < 6 else None
