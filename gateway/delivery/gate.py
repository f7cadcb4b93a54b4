"""Keeps one dialer's caps on requests at once and per second, over all processes of this machine.

A slot is a lock on a small file: the kernel gives it back when its holder is killed, so no slot is ever lost. The
starts of the last second stand in a ring shared by memory map; the monotonic clock is one for the whole machine.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gateway.clock import Clock

# A start is counted when the request leaves; a little more than a second keeps the cap true where it arrives.
WINDOW = 1.05
_DOUBLE = struct.Struct("<d")


class Permit(Protocol):
    """One request that may leave now."""

    def release(self) -> None:
        """The dialer has answered, or never will."""

    def cancel(self) -> None:
        """Nothing was sent: the slot and the start are given back."""


class Gate(Protocol):
    """Who may send, and when."""

    def enter(self) -> Permit | float:
        """A permit, or the seconds to wait before asking again."""

    def close(self) -> None:
        """Give everything back."""


class HostGate:
    """The gate of one machine; exact, about ten microseconds."""

    def __init__(
        self, directory: Path, name: str, *, max_concurrency: int, max_per_second: int, clock: Clock
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._clock = clock
        self._lock = threading.Lock()
        self._slots = [_open(directory / f"{name}.slot{number}") for number in range(max_concurrency)]
        self._free = list(range(max_concurrency))
        self._ring = (
            _Ring(directory / f"{name}.starts{max_per_second}", max_per_second) if max_per_second else None
        )

    def enter(self) -> Permit | float:
        """Take a slot, then a start; a slot without a start is given back at once."""
        with self._lock:
            slot = self._take_slot()
            if slot is None:
                return 0.002
            if self._ring is None:
                return _HostPermit(self._leave, slot, None, 0.0)
            now = self._clock.monotonic()
            wait = self._ring.start(now)
            if wait > 0:
                self._give_slot(slot)
                return wait
            return _HostPermit(self._leave, slot, self._ring, now)

    def close(self) -> None:
        with self._lock:
            for descriptor in self._slots:
                os.close(descriptor)
            self._slots = []
            self._free = []
            if self._ring is not None:
                self._ring.close()

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
    __slots__ = ("_leave", "_ring", "_slot", "_started")

    def __init__(self, leave: Callable[[int], None], slot: int, ring: _Ring | None, started: float) -> None:
        self._leave: Callable[[int], None] | None = leave
        self._slot = slot
        self._ring = ring
        self._started = started

    def release(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            leave(self._slot)

    def cancel(self) -> None:
        if self._leave is not None and self._ring is not None:
            self._ring.give_back(self._started)
        self.release()


class _Ring:
    """The last N starts, oldest overwritten first; the file's layout is a counter, then N monotonic seconds."""

    def __init__(self, path: Path, size: int) -> None:
        self._size = size
        self._descriptor = _open(path)
        length = 8 * (size + 1)
        os.ftruncate(self._descriptor, length)  # the file's name carries its size: nobody else's map is cut
        self._map = mmap.mmap(self._descriptor, length)

    def start(self, now: float) -> float:
        """Record a start at `now` and return 0, or return the seconds until one is allowed."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            count = int(self._read(0))
            oldest = self._read(1 + count % self._size)
            # A time in the future is from before the machine was restarted.
            if oldest and 0 <= now - oldest < WINDOW:
                return WINDOW - (now - oldest)
            self._write(1 + count % self._size, now)
            self._write(0, float(count + 1))
            return 0.0
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def give_back(self, started: float) -> None:
        """The start at `started` did not happen; it stays counted when another has followed it."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            count = int(self._read(0))
            newest = 1 + (count - 1) % self._size
            if count and self._read(newest) == started:
                self._write(0, float(count - 1))
                self._write(newest, 0.0)
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        self._map.close()
        os.close(self._descriptor)

    def _read(self, index: int) -> float:
        value: float = _DOUBLE.unpack_from(self._map, 8 * index)[0]
        return value

    def _write(self, index: int, value: float) -> None:
        _DOUBLE.pack_into(self._map, 8 * index, value)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
