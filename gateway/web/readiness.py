"""Whether this process can keep a lead right now: the store's word, a second old at most, or draining."""

from __future__ import annotations

import threading

from gateway.clock import Clock
from gateway.store import Store, StoreUnavailable

REMEMBERED = 1.0  # seconds


class Readiness:
    """Asked by balancers; `drain` makes them send traffic elsewhere before this process stops."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._trouble: str | None = None
        self._draining = False

    def drain(self) -> None:
        """From now on not ready, for good; requests are still answered."""
        self._draining = True

    def trouble(self) -> str | None:
        """Why not ready, as a reason code; None when ready."""
        if self._draining:
            return "draining"
        with self._lock:
            if self._clock.monotonic() - self._asked_at >= REMEMBERED:
                self._trouble = self._probe()
                self._asked_at = self._clock.monotonic()
            return self._trouble

    def _probe(self) -> str | None:
        try:
            self._store.ping()
        except StoreUnavailable as error:
            return str(error.code)
        return None
