"""A lock handed to whoever has waited longest, so that the recorder keeps nobody else from writing."""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """Not reentrant; may be released by another thread than the one that took it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self.waiting: deque[threading.Lock] = deque()

    def take(self, limit: float) -> bool:
        """Wait at most `limit` seconds for the lock; False when it did not come."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            place = threading.Lock()
            place.acquire()
            self.waiting.append(place)
        if place.acquire(timeout=limit):
            return True
        with self._guard:
            if place in self.waiting:
                self.waiting.remove(place)
                return False
        return True  # it was handed over in the very moment the time was up

    def give(self) -> None:
        """Hand the lock to the next who waits."""
        with self._guard:
            if self.waiting:
                self.waiting.popleft().release()
            else:
                self._taken = False
