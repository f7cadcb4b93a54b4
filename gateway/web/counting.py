"""Sliding-window counters in this process's memory, without the clean-up thread of the library's own."""

from __future__ import annotations

import threading
import time
from math import floor

from limits.storage import SlidingWindowCounterSupport, Storage

MOST_COUNTED = 50_000  # whoever sends from more addresses than this shares a fresh start with everybody


class _Window:
    """Requests of one caller in the window that runs and in the one before."""

    __slots__ = ("before", "now", "number", "over_at")

    def __init__(self) -> None:
        self.number = self.now = self.before = 0
        self.over_at = 0.0


class InProcess(Storage, SlidingWindowCounterSupport):
    """A storage of the `limits` library under the scheme in-process://."""

    STORAGE_SCHEME = ["in-process"]  # noqa: RUF012  as the library declares it

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: str) -> None:  # noqa: FBT001, FBT002  the library's
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._lock = threading.Lock()
        self._windows: dict[str, _Window] = {}

    # -- the sliding window ----------------------------------------------------------------------------------

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        now = time.time()
        with self._lock:
            window = self._window(key, expiry, now)
            weighted = window.before * _share_left(expiry, now) + window.now
            if floor(weighted) + amount > limit:
                return False
            window.now += amount
            return True

    def get_sliding_window(self, key: str, expiry: int) -> tuple[int, float, int, float]:
        now = time.time()
        left = _share_left(expiry, now) * expiry
        with self._lock:
            window = self._window(key, expiry, now)
            return window.before, left if window.before else 0.0, window.now, left + expiry

    def clear_sliding_window(self, key: str, expiry: int) -> None:  # noqa: ARG002  the library's
        self._windows.pop(key, None)

    def _window(self, key: str, expiry: int, now: float) -> _Window:
        window = self._windows.get(key)
        if window is None:
            if len(self._windows) >= MOST_COUNTED:
                self._forget_the_old(now)
            window = self._windows[key] = _Window()
        number = int(now / expiry)
        if number != window.number:
            window.before = window.now if number == window.number + 1 else 0
            window.number, window.now = number, 0
            window.over_at = now + 2 * expiry
        return window

    def _forget_the_old(self, now: float) -> None:
        self._windows = {key: window for key, window in self._windows.items() if window.over_at > now}
        if len(self._windows) >= MOST_COUNTED:
            self._windows.clear()

    # -- what every storage must have; the sliding window needs none of it -----------------------------------

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        raise NotImplementedError

    def get(self, key: str) -> int:
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        raise NotImplementedError

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            counted = len(self._windows)
            self._windows.clear()
        return counted

    def clear(self, key: str) -> None:
        self._windows.pop(key, None)


def _share_left(expiry: int, now: float) -> float:
    """How much of the window before still counts: all of it at the start of this one, nothing at its end."""
    return 1 - (now / expiry) % 1
