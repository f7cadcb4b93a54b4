"""How many questions to one platform may be under way now: few after trouble, none while it wants to rest."""

from __future__ import annotations

from gateway.clock import Clock

AT_ONCE = 4
SHORTEST, LONGEST = 1.0, 300.0  # seconds of rest


class Pace:
    """Of one source in one process; its owner keeps two threads from using it at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._until = 0.0

    @property
    def room(self) -> int:
        """After trouble one question goes ahead of the others."""
        if self._clock.monotonic() < self._until:
            return 0
        return 1 if self._failures else AT_ONCE

    def answered(self) -> None:
        """It works, whatever it said about one lead."""
        self._failures = 0
        self._until = 0.0

    def rest(self, pause: float | None) -> None:
        """`pause` is what the platform asks for."""
        self._failures += 1
        usual = min(LONGEST, SHORTEST * 2.0 ** min(self._failures - 1, 10))
        self._until = max(self._until, self._clock.monotonic() + max(usual, min(pause or 0.0, 3600.0)))
