"""Counts what the doors refuse, by source and reason: most of it is kept nowhere else, and a broken sender shows."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

import orjson
import structlog
from flask import Flask, Response, current_app, g, request

from gateway.clock import Clock
from gateway.store import Store, StoreUnavailable
from gateway.store.door_counts import HOUR, Refusals

log = structlog.get_logger("gateway.web")

DOORS = frozenset({"forms", "webhooks", "partner_api", "drop_in"})
NOT_AUTHENTIC = frozenset({"auth.refused", "auth.required", "auth.address"})
EVERY = 1.0  # seconds between two writes of one process, however much is refused
MOST_PENDING = 1000
# What a person is shown as a page, and a program of the dialer's own API in its words.
_BY_STATUS: Mapping[int, str] = MappingProxyType(
    {
        401: "auth.refused",
        413: "body.too_large",
        415: "body.media_type",
        422: "lead.invalid",
        429: "rate.exceeded",
    }
)
_NO_REFUSAL = frozenset({"route.not_found", "lead.not_found", "method.not_allowed"})


class DoorRefusals:
    """Counted in this process, written once a second at most, after an answer has left."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, int, str], tuple[int, float]] = {}
        self._written_at = float("-inf")

    def add(self, source: str, code: str) -> None:
        now = self._clock.now()
        key = (source, int(now // HOUR), code)
        with self._lock:
            if key in self._pending or len(self._pending) < MOST_PENDING:
                self._pending[key] = (self._pending.get(key, (0, now))[0] + 1, now)

    @property
    def is_due(self) -> bool:
        """Whether something waits to be written; asked at every answer, so that the last refusal is not forgotten."""
        return bool(self._pending) and self._clock.monotonic() - self._written_at >= EVERY

    def write(self) -> None:
        """A store that is away is asked again later; what was counted stays."""
        with self._lock:
            pending, self._pending = self._pending, {}
            self._written_at = self._clock.monotonic()
        found = [
            Refusals(source=source, code=code, number=number, last_at=last_at)
            for (source, _, code), (number, last_at) in pending.items()
        ]
        try:
            self._store.console.doors.add(found)
        except StoreUnavailable as error:
            log.info("door.refusals_not_noted", reason=error.code)
            with self._lock:
                for key, (number, last_at) in pending.items():
                    more, latest = self._pending.get(key, (0, last_at))
                    self._pending[key] = (number + more, max(latest, last_at))


def register(app: Flask, store: Store, clock: Clock) -> None:
    app.extensions["gateway.door_refusals"] = DoorRefusals(store, clock)
    app.after_request(_count)


def refusals_of_this_app() -> DoorRefusals:
    """The counts of the app that answers the current request."""
    return cast("DoorRefusals", current_app.extensions["gateway.door_refusals"])


def _count(response: Response) -> Response:
    refusals = refusals_of_this_app()
    if response.status_code >= 400 and request.blueprint in DOORS and "source" in g:
        code = _code_of(response)
        if code not in _NO_REFUSAL:
            refusals.add(g.source.name, code)
    if refusals.is_due:
        response.call_on_close(refusals.write)
    return response


def _code_of(response: Response) -> str:
    if response.mimetype == "application/problem+json":
        document = orjson.loads(response.get_data())
        return str(document["reason_code"])
    return _BY_STATUS.get(response.status_code, f"http.{response.status_code}")
