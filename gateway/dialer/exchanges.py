"""Keeps what was said in a request's exchange, as it may be kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from gateway.config import DialerConfig
from gateway.dialer.outcome import Exchange, Fields
from gateway.dialer.redact import Redactor
from gateway.dialer.transport import Failure, Reply


class Exchanges:
    """Makes the exchanges of one dialer."""

    def __init__(self, config: DialerConfig) -> None:
        self._redactor = Redactor(config.parameters, config.headers)

    def redact(self, leads: Sequence[Fields]) -> Callable[[str], str]:
        """What takes these leads' personal data, and every secret, out of a text."""
        return partial(self._redactor.clean, leads=leads)

    def of(self, action: str, result: Reply | Failure, redact: Callable[[str], str]) -> Exchange:
        """The exchange behind an answer, or behind none."""
        if isinstance(result, Failure):
            return Exchange(action=action, http_status=None, response="", seconds=result.seconds)
        text = result.body.decode("utf-8", errors="replace")
        return Exchange(
            action=action, http_status=result.status, response=redact(text), seconds=result.seconds
        )

    def none(self, action: str) -> Exchange:
        """Nothing was sent at all."""
        return Exchange(action=action, http_status=None, response="", seconds=0.0)
