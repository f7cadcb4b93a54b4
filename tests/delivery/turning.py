"""A clock that stands still until it is turned."""

from __future__ import annotations


class TurnedClock:
    """Wall and monotonic time, both moved by `turn`."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def turn(self, seconds: float) -> None:
        self._now += seconds
