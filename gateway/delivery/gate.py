"""Keeps one dialer's caps on requests at once and per second, over all processes of this machine.

A slot is a lock on a small file: the kernel gives it back when its holder is killed, so no slot is ever lost. The
starts of the last second stand in a file mapped by all; the monotonic clock is one for the whole machine.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from gateway.clock import Clock

# A start is counted when the request leaves; a little more than a second keeps the cap true where it arrives.
WINDOW = 1.05
STALE = 0.04  # seconds; a permit older than this when its request is ready to leave needs a new start
_DOUBLE = struct.Struct("<d")


class Permit(Protocol):
    """One request that may leave now."""

    def depart(self) -> float:
        """Asked when the request is ready to leave: 0 to go, else the seconds to wait before asking again.

        Between permit and request stands a commit; where that took long, the start that was counted is over.
        """

    def release(self) -> None:
        """The dialer has answered, or never will."""

    def cancel(self) -> None:
        """Nothing was sent: the slot and the start are given back."""


class Gate(Protocol):
    """Who may send, and when."""

    instant: bool  # whether `enter` costs next to nothing, so that one may ask just in case

    def enter(self) -> Permit | float:
        """A permit, or the seconds to wait before asking again."""

    def close(self) -> None:
        """Give everything back."""


class HostGate:
    """The gate of one machine; exact, about ten microseconds."""

    instant = True

    def __init__(
        self, directory: Path, name: str, *, max_concurrency: int, max_per_second: int, clock: Clock
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._lock = threading.Lock()
        self._slots = [_open(directory / f"{name}.slot{number}") for number in range(max_concurrency)]
        self._free = list(range(max_concurrency))
        self._starts = (
            _Starts(directory / f"{name}.starts{max_per_second}", max_per_second) if max_per_second else None
        )

    def enter(self) -> Permit | float:
        """Take a slot, then a start; a slot without a start is given back at once."""
        with self._lock:
            slot = self._take_slot()
            if slot is None:
                return 0.002
            if self._starts is None:
                return _HostPermit(self._leave, slot, None, 0.0, self._clock)
            now = self._clock.monotonic()
            wait = self._starts.start(now)
            if wait > 0:
                self._give_slot(slot)
                return wait
            return _HostPermit(self._leave, slot, self._starts, now, self._clock)

    def close(self) -> None:
        with self._lock:
            for descriptor in self._slots:
                os.close(descriptor)
            self._slots = []
            self._free = []
            if self._starts is not None:
                self._starts.close()

    def _take_slot(self) -> int | None:
        for position, slot in enumerate(self._free):
            try:
                fcntl.flock(self._slots[slot], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            del self._free[position]
            return slot
        return None

    def _give_slot(self, slot: int) -> None:
        fcntl.flock(self._slots[slot], fcntl.LOCK_UN)
        self._free.append(slot)

    def _leave(self, slot: int) -> None:
        with self._lock:
            if self._slots:
                self._give_slot(slot)


class _HostPermit:
    __slots__ = ("_clock", "_leave", "_slot", "_started", "_starts")

    def __init__(
        self, leave: Callable[[int], None], slot: int, starts: _Starts | None, started: float, clock: Clock
    ) -> None:
        self._leave: Callable[[int], None] | None = leave
        self._slot = slot
        self._starts = starts
        self._started: float | None = started  # None: given back, and not yet allowed again
        self._clock = clock

    def depart(self) -> float:
        if self._starts is None:
            return 0.0
        now = self._clock.monotonic()
        if self._started is not None:
            if now - self._started <= STALE:
                return 0.0
            self._starts.give_back(self._started)
            self._started = None
        wait = self._starts.start(now)
        if wait > 0:
            return wait
        self._started = now
        return 0.0

    def release(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            leave(self._slot)

    def cancel(self) -> None:
        if self._leave is not None and self._starts is not None and self._started is not None:
            self._starts.give_back(self._started)
        self.release()


class _Starts:
    """The newest N starts, in no order: monotonic seconds, 0 for none, in a file that is mapped by everybody."""

    def __init__(self, path: Path, size: int) -> None:
        self._layout = struct.Struct(f"<{size}d")
        self._descriptor = _open(path)
        length = self._layout.size
        os.ftruncate(self._descriptor, length)  # the file's name carries its size: nobody else's map is cut
        self._map = mmap.mmap(self._descriptor, length)

    def start(self, now: float) -> float:
        """Record a start at `now` and return 0, or return the seconds until one is allowed."""
        with self._locked():
            starts: tuple[float, ...] = self._layout.unpack_from(self._map)
            oldest = min(starts)
            # A time in the future is from before the machine was restarted.
            if oldest > now:
                oldest = 0.0
                self._layout.pack_into(self._map, 0, *([0.0] * len(starts)))
                starts = self._layout.unpack_from(self._map)
            if oldest and now - oldest < WINDOW:
                return WINDOW - (now - oldest)
            self._write(starts.index(oldest), now)
            return 0.0

    def give_back(self, started: float) -> None:
        """The start at `started` did not happen."""
        with self._locked():
            starts = self._layout.unpack_from(self._map)
            if started in starts:
                self._write(starts.index(started), 0.0)

    def close(self) -> None:
        self._map.close()
        os.close(self._descriptor)

    def _write(self, index: int, value: float) -> None:
        _DOUBLE.pack_into(self._map, _DOUBLE.size * index, value)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
