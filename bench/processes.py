"""Starting, watching and stopping the processes of one benchmark run, so that none is left over."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class StartError(Exception):
    """Its message ends with the last lines of the process's log."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """One process in a session of its own, with its log in a file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self._log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [str(part) for part in command],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    def wait_for_port(self, port: int, seconds: float = 15) -> None:
        self._wait(lambda: _listens(port), seconds, f"does not listen on port {port}")

    def wait_for_answer(self, url: str, seconds: float = 30) -> None:
        self._wait(lambda: _answers(url), seconds, f"does not answer 200 at {url}")

    def _wait(self, ready: Callable[[], bool], seconds: float, complaint: str) -> None:
        try:
            self._poll(ready, seconds, complaint)
        except BaseException:  # also an interrupt: nothing may be left over
            self.stop()
            raise

    def _poll(self, ready: Callable[[], bool], seconds: float, complaint: str) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._popen.poll() is not None:
                raise StartError(
                    f"{self.name} ended with code {self._popen.returncode}\n{self._last_lines()}"
                )
            if ready():
                return
            time.sleep(0.05)
        raise StartError(f"{self.name} {complaint}\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])

    def tree(self) -> list[int]:
        """This process and its descendants."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    children.setdefault(parent, []).append(int(entry.name))
        found, todo = [], [self.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo.extend(children.get(pid, []))
        return found

    def cpu_seconds(self) -> float:
        """User and system time of the whole tree so far."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory_mb(self) -> float:
        """Proportional set size of the tree: pages the processes share are counted once."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
        return total / 1024

    def stop(self, seconds: float = 15) -> None:
        """Asks politely, then insists; the whole session goes."""
        if self._popen.poll() is None:
            self._popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def busy_seconds() -> float:
    """Processor time the whole machine has spent on work; what is not ours in it is noise."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:8]
    user, nice, system, _idle, _waiting, irq, softirq = map(int, fields)
    return (user + nice + system + irq + softirq) / TICKS
