"""Quota taken out of a shared counter in portions, so that a fast caller costs it few questions.

A limit is never exceeded: what is in a portion has been counted already. A portion is at most a hundredth of
the limit and what is left of it is given up after a tenth of the window, so hardly less passes either.
"""

from __future__ import annotations

import threading

LARGEST = 1000
PER_LIMIT = 100  # portions in one limit; limits below it are counted one by one
PER_WINDOW = 10  # a portion lives for this part of the window
FAST = 4  # spent within this part of its life, the next one is twice as large


def largest_portion(amount: int) -> int:
    return max(1, min(LARGEST, amount // PER_LIMIT))


class Portion:
    """What one process holds of one caller's quota."""

    __slots__ = ("_largest", "_left", "_life", "_lock", "_size", "_taken_at", "_taking", "_until", "standing")

    def __init__(self, amount: int, window: float) -> None:
        self._lock = threading.Lock()
        self._largest = largest_portion(amount)
        self._life = window / PER_WINDOW
        self._size = 1
        self._left = 0
        self._until = self._taken_at = float("-inf")
        self._taking = False
        # The shared counter at the last look: when there is more, and how much was left.
        self.standing: tuple[float, int] = (0.0, amount)

    def spend(self, now: float) -> bool:
        """Take one from what is here."""
        with self._lock:
            if self._left == 0 or now >= self._until:
                return False
            self._left -= 1
            return True

    def wanted(self, now: float) -> int:
        """How many to ask the shared counter for; 0 while another caller asks. Whoever asks must `put`."""
        with self._lock:
            if self._taking:
                return 0
            self._taking = True
            fast = now - self._taken_at <= self._life / FAST
            self._size = min(self._largest, self._size * 2) if fast else max(1, self._size // 2)
            return self._size

    def put(self, taken: int, now: float) -> None:
        """The shared counter gave so many; one of them is spent at once."""
        with self._lock:
            if now >= self._until:
                self._left = 0
            if taken == 0:
                self._size = 1
            self._left += max(0, taken - 1)
            self._taken_at, self._until = now, now + self._life
            self._taking = False

    @property
    def left(self) -> int:
        return self._left
