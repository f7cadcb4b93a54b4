"""What tests pass in instead of the real thing."""

from __future__ import annotations


class FakeClock:
    """Stands still until it is turned."""

    def __init__(self, now: float = 1_795_000_000.0) -> None:
        self._now = now
        self._monotonic = 1_000.0

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def turn(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self._now += seconds
        self._monotonic += seconds
