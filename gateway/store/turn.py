"""The turn to write to one SQLite file: processes queue at a file lock instead of in SQLite's busy sleeps."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from gateway.blocking import native_sleep

LIMIT = 2.0  # seconds
FIRST_PAUSE = 0.00005  # a commit takes about ten times as long
LONGEST_PAUSE = 0.001


class Turn:
    """One process at a time, not one thread; the kernel gives it back when its holder is killed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._pid = 0

    def take(self, limit: float = LIMIT) -> bool:
        """Wait at most `limit` seconds, in a thread that may block; False when the turn did not come."""
        end = time.monotonic() + limit
        descriptor = self.open()
        pause = FIRST_PAUSE
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    return False
                native_sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
                continue
            return True

    def give(self) -> None:
        """Let the next process have it; called from any thread of this one."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor is not None and self._pid == os.getpid():
            os.close(self._descriptor)
        self._descriptor = None

    def open(self) -> int:
        """The lock file of this process; raises OSError where the place does not allow one."""
        # A lock is shared with the children of a fork, so each process opens the file for itself.
        if self._descriptor is None or self._pid != os.getpid():
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        return self._descriptor
