"""Load on one contestant: wrk as a closed loop, the rate generator as an open one; results as values."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.tooling import BENCH

NUMBERS_PER_RUN = 5_000_000  # as RANGE in contestants/leads.lua
_runs = itertools.count()


class LoadError(Exception):
    """The generator itself failed; its message carries what it said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where the load goes."""

    name: str
    url: str
    script: str  # a file in contestants/
    key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """How many callers, and for how long."""

    connections: int
    seconds: float
    prefer: str = ""
    accepted: str = "^201$"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One round of one contestant; the whole answer of the generator is kept in `raw`."""

    target: str
    leads_per_second: float
    p50_ms: float
    p99_ms: float
    unexpected: int  # answers that were not the success asked for, and broken connections
    without_id: int
    repeated_ids: int
    generator_cores: float  # cores the load generator itself used
    raw: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def first_number() -> int:
    """Every run gets phone numbers of its own."""
    return next(_runs) * NUMBERS_PER_RUN


def run_wrk(target: Target, load: Load) -> Measured:
    """A closed loop of `load.connections` callers."""
    threads = 2 if target.script == "straight.lua" and load.connections > 1 else 1
    command = ["wrk", f"-t{threads}", f"-c{load.connections}", f"-d{load.seconds:g}s", "--timeout", "35s"]
    command += ["-s", f"contestants/{target.script}", target.url]
    command += ["--", str(first_number()), str(threads), target.key, load.prefer, load.accepted]
    raw, cores = _generate(command)
    return Measured(
        target=target.name,
        leads_per_second=raw["created"] / raw["seconds"],
        p50_ms=raw["p50_ms"],
        p99_ms=raw["p99_ms"],
        unexpected=raw["other"] + raw["errors"] + raw["timeouts"],
        without_id=raw["created"] - raw["with_id"],
        repeated_ids=raw["repeats"],
        generator_cores=cores,
        raw=raw,
    )


def rate_command(
    program: Path,
    target: Target,
    *,
    per_second: float,
    seconds: float,
    connections: int,
    requests: Path | None = None,
) -> list[str]:
    """The open loop's command; it runs beside whatever else is measured. `requests`: what to send, else leads."""
    port = target.url.rsplit(":", 1)[1]
    return [
        str(program),
        port,
        target.key,
        str(first_number()),
        f"{per_second:g}",
        f"{seconds:g}",
        str(connections),
        *([str(requests)] if requests else []),
    ]


def result_line(output: str) -> dict[str, Any]:
    for line in output.splitlines():
        if line.startswith("BENCH "):
            result: dict[str, Any] = json.loads(line.removeprefix("BENCH "))
            return result
    raise LoadError(f"the load generator printed no result:\n{output[-2000:]}")


def _generate(command: list[str]) -> tuple[dict[str, Any], float]:
    began = time.monotonic()
    before = os.times()
    done = subprocess.run(command, cwd=BENCH, capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode != 0:
        raise LoadError(f"{command[0]} ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return result_line(done.stdout + done.stderr), used / (time.monotonic() - began)
