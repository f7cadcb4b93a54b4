"""The circuit breaker of one dialer line: closed, open, half-open, on an injected clock."""

from __future__ import annotations

import threading
from enum import StrEnum

from gateway.clock import Clock


class Circuit(StrEnum):
    """Whether requests may leave."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"  # one probe at a time


class Breaker:
    """Opens after `threshold` unavailable answers in a row; each failed probe doubles the pause."""

    def __init__(
        self, clock: Clock, *, threshold: int = 5, first_pause: float = 2.0, longest_pause: float = 60.0
    ) -> None:
        self._clock = clock
        self._threshold = threshold
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._lock = threading.Lock()
        self._failures = 0
        self._pause = first_pause
        self._opened_at: float | None = None

    @property
    def circuit(self) -> Circuit:
        """The state now; an open circuit becomes half-open by the clock alone."""
        with self._lock:
            if self._opened_at is None:
                return Circuit.CLOSED
            waited = self._clock.monotonic() - self._opened_at
            return Circuit.HALF_OPEN if waited >= self._pause else Circuit.OPEN

    @property
    def closed(self) -> bool:
        """Whether everything is normal; cheap, it is asked for every lead."""
        return self._opened_at is None

    @property
    def opens_in(self) -> float:
        """Seconds until the next request tries whether the dialer is back; 0 when one may leave now."""
        with self._lock:
            if self._opened_at is None:
                return 0.0
            return max(0.0, self._pause - (self._clock.monotonic() - self._opened_at))

    def answered(self) -> None:
        """The dialer gave an answer one can read, whatever it said."""
        if self._failures == 0 and self._opened_at is None:
            return
        with self._lock:
            self._failures = 0
            self._pause = self._first_pause
            self._opened_at = None

    def unavailable(self) -> bool:
        """No connection, no answer, or "later"; True when this call opened the circuit."""
        with self._lock:
            self._failures += 1
            if self._opened_at is not None:
                self._pause = min(self._pause * 2, self._longest_pause)
                self._opened_at = self._clock.monotonic()
                return False
            if self._failures < self._threshold:
                return False
            self._opened_at = self._clock.monotonic()
            return True
