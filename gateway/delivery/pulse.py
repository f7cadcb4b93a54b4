"""How a dialer is answering just now: how fast, and whether it has stopped."""

from __future__ import annotations

import threading

from gateway.clock import Clock

FAST = 0.005  # seconds: a dialer that answers faster than this gains nothing from many requests at once
FEW = 1  # senders that then do everything, in larger batches and with less work per lead
STALLED = (
    2.0  # seconds without any answer while requests wait for one, or three times the usual, if that is longer
)
WEIGHT = 0.2  # of the newest answer in the running average


class Pulse:
    """Fed by each request; read by the line for every lead, so it must be cheap."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: dict[int, float] = {}
        self._number = 0
        self._average: float | None = None
        self._last_answer = 0.0

    def began(self) -> int:
        """A request leaves; the returned number goes to `ended`."""
        with self._lock:
            self._number += 1
            self._under_way[self._number] = self._clock.monotonic()
            return self._number

    def ended(self, number: int, *, answered: bool) -> None:
        """The request is over; only one that was answered says anything about the pace."""
        now = self._clock.monotonic()
        with self._lock:
            began = self._under_way.pop(number)
            if not answered:
                return
            self._last_answer = now
            took = now - began
            self._average = took if self._average is None else self._average + WEIGHT * (took - self._average)

    @property
    def under_way(self) -> int:
        """Requests that wait for their answer."""
        return len(self._under_way)

    @property
    def begun(self) -> int:
        """Requests that have left since the start."""
        return self._number

    @property
    def average(self) -> float:
        """Seconds an answer takes lately; 0 before the first one."""
        return self._average or 0.0

    @property
    def slow(self) -> bool:
        """Whether the dialer takes longer than the gateway's own work, so that requests at once pay."""
        if self._average is None or self._average >= FAST:
            return True
        return self._oldest_age() >= FAST

    @property
    def stalled(self) -> bool:
        """Whether requests are waiting and nothing has come back for a while."""
        if not self._under_way:
            return False
        limit = max(STALLED, 3 * (self._average or 0.0))
        return self._oldest_age() >= limit and self._clock.monotonic() - self._last_answer >= limit

    def senders_wanted(self, most: int) -> int:
        """How many senders may be busy at once."""
        return most if self.slow else min(FEW, most)

    def _oldest_age(self) -> float:
        # The dictionary keeps the order of departure: the first is the oldest.
        for began in self._under_way.copy().values():
            return self._clock.monotonic() - began
        return 0.0
