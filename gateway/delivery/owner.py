"""Who this process is to the others, and which of the others are certainly dead."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """`machine:pid:started`; the machine is a boot and a process-id space, so that a pid means something."""

    machine: str
    pid: int
    started: str
    nonce: str

    @property
    def id(self) -> str:
        return f"{self.machine}:{self.pid}:{self.started}:{self.nonce}"

    @classmethod
    def of_this_process(cls) -> Owner:
        """A new owner each time: a line that was stopped and begun again is another one."""
        pid = os.getpid()
        return cls(machine=_machine(), pid=pid, started=_started(pid) or "0", nonce=os.urandom(4).hex())

    def knows_alive(self, other: str) -> bool | None:
        """Whether the process behind `other` runs; None when it is of another machine and cannot be told."""
        parts = other.rsplit(":", 3)
        if len(parts) != 4 or parts[0] != self.machine:
            return None
        return _started(int(parts[1])) == parts[2]


def _machine() -> str:
    try:
        return f"{_BOOT_ID.read_text().strip()}/{Path('/proc/self/ns/pid').readlink()}".replace(":", "")
    except OSError:
        return socket.gethostname().replace(":", "")


def _started(pid: int) -> str | None:
    """When the process began, in the kernel's clock ticks; a pid that was given to another has another start."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    after_name = stat.rpartition(")")[2].split()
    if after_name[0] in ("Z", "X"):
        return None  # dead, only not yet buried by its parent
    return after_name[19]
