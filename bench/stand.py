"""The test stand: the dialer, Redis and the contestants of one run in a directory that goes away with it."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from bench.entrants import Entrant, Gateway, GatewayOptions, Prepared, Redis, naive, naive_durable, straight
from bench.fake_dialer import FakeDialer, Pace
from bench.load import Load, run_wrk
from bench.processes import StartError, busy_seconds
from bench.tooling import OUT, compile_programs

Round = dict[str, Any]

CONTESTANTS = ("straight", "naive", "naive-durable", "gateway")


def only_benchmark() -> IO[str]:
    """Two at once would measure each other; the lock ends with the file, or with the process."""
    lock = (OUT / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StartError("another benchmark runs on this machine; wait for its end") from None
    return lock


class Stand:
    """Starts what a scenario asks for and stops all of it at the end, whatever happened."""

    def __init__(
        self, options: GatewayOptions, contestants: tuple[str, ...], *, keep_logs: bool = False
    ) -> None:
        self.options = options
        self.contestants = contestants
        self.programs = compile_programs()
        self._only_one = only_benchmark()
        # Not /tmp: that may be memory, where durability costs nothing.
        self.directory = Path(tempfile.mkdtemp(prefix="run-", dir=OUT))
        self._keep_logs = keep_logs
        self._started: list[Entrant] = []
        self._redis: Redis | None = None
        self._gateways = 0
        self.dialer = FakeDialer(self.programs["dialer"], self.directory / "dialer.log")

    def __enter__(self) -> Stand:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for entrant in reversed(self._started):
            entrant.stop()
        if self._redis is not None:
            self._redis.stop()
        self.dialer.process.stop()
        if not self._keep_logs:
            shutil.rmtree(self.directory, ignore_errors=True)
        self._only_one.close()

    def enter(self, name: str) -> Entrant:
        """A contestant by its name, started and warm."""
        match name:
            case "straight":
                return straight(self.dialer)
            case "naive":
                entrant = naive(self.dialer, self.directory)
            case "naive-durable":
                entrant = naive_durable(self.dialer, self.directory)
            case "gateway":
                return self.gateway()
            case _:
                raise ValueError(f"no contestant is called so; there are: {', '.join(CONTESTANTS)}")
        self._started.append(entrant)
        self.warm(entrant)
        return entrant

    def gateway(
        self, options: GatewayOptions | None = None, *, prepared: Prepared | None = None, warm: bool = True
    ) -> Gateway:
        """A gateway with an empty (or a prepared) database; several may run beside each other."""
        self._gateways += 1
        home = self.directory / f"gateway-{self._gateways}"
        entrant = Gateway(self.dialer, self.redis(), home, options or self.options, prepared=prepared)
        self._started.append(entrant)
        if warm:
            self.warm(entrant)
        return entrant

    def redis(self) -> Redis:
        if self._redis is None:
            self._redis = Redis(self.directory)
        return self._redis

    def leave(self, entrant: Entrant) -> None:
        """Stops one contestant before its time."""
        self._started.remove(entrant)
        entrant.stop()
        if not self._keep_logs:
            entrant.clear()

    def dismiss(self, entrants: Iterable[Entrant]) -> None:
        """Stops these contestants; the straight way has nothing to stop."""
        for entrant in entrants:
            if entrant.process is not None:
                self.leave(entrant)

    def warm(self, entrant: Entrant) -> None:
        """One second of load, so that imports, connections and caches are behind us."""
        self.dialer.behave(Pace(delay_ms=0))
        run_wrk(entrant.target, Load(connections=16, seconds=1, accepted="^20[12]$"))
        self.dialer.settle()

    def round(self, entrant: Entrant, load: Load, pace: Pace) -> Round:
        """One measured round, with what the dialer saw of it and the CPU each side used."""
        self.dialer.settle()
        self.dialer.behave(pace)
        return self.measure(entrant, load)

    def measure(self, entrant: Entrant, load: Load) -> Round:
        """A round with the dialer as it is."""
        process = entrant.process
        began, busy_before = time.monotonic(), busy_seconds()
        dialer_before = self.dialer.process.cpu_seconds()
        before = process.cpu_seconds() if process is not None else 0.0
        measured = run_wrk(entrant.target, load)
        seconds = time.monotonic() - began
        contestant = (process.cpu_seconds() - before if process is not None else 0.0) / seconds
        dialer = (self.dialer.process.cpu_seconds() - dialer_before) / seconds
        busy = (busy_seconds() - busy_before) / seconds
        return {
            **measured.as_dict(),
            "contestant_cores": contestant,
            "dialer_cores": dialer,
            "other_cores": max(0.0, busy - contestant - dialer - measured.generator_cores),
            "dialer": self.dialer.stats(),
        }
