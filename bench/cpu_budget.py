"""The CPU budget of one lead: `python -m bench.cpu_budget` profiles a contestant under load."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from bench.entrants import Entrant, GatewayOptions
from bench.fake_dialer import Pace
from bench.load import Load, run_wrk
from bench.processes import StartError
from bench.report import write_into_readme
from bench.stand import CONTESTANTS, Stand
from bench.tooling import OUT, MissingToolError, require_tools

FRAME = re.compile(r"(?P<function>\S+) \((?P<file>[^:)]+)(?::\d+)?\)$")
OURS = re.compile(r"(?:^|/)gateway/(?P<part>[a-z_]+)(?:/(?P<file>[a-z_]+))?")
PACKAGE = re.compile(r"site-packages/(?P<package>[A-Za-z0-9_]+)")
# Threads that wait look busy to the profiler when they wait inside C; these places do nothing else.
WAITING = re.compile(
    r"acquire_with_timeout \(.*gevent/_threading|_worker \(.*futures/thread"
    r"|wait_for_signals \(.*gunicorn/arbiter|select \(.*selectors|readinto \(.*socket|wait \(.*threading"
)
SMALLEST = 0.005  # rows below half a percent are added up as "the rest"


def py_spy() -> str:
    found = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if found is None:
        raise MissingToolError("py-spy is not installed; for this only: pip install py-spy")
    return found


def stage(frame: str) -> str | None:
    """Whose frame this is, when it is ours: gateway/web/answers, gateway/capture, …"""
    match = OURS.search(file_of(frame))
    if match is None or "site-packages" in file_of(frame):
        return None
    return "/".join(["gateway", match["part"], *([match["file"]] if match["file"] else [])])


def file_of(frame: str) -> str:
    match = FRAME.search(frame)
    return match["file"] if match else ""


def library(frame: str) -> str:
    """The package a frame belongs to, or the standard library."""
    ours = stage(frame)
    if ours is not None:
        return "gateway"
    if "bench/contestants/" in file_of(frame):
        return "the contestant itself"
    match = PACKAGE.search(file_of(frame))
    return match["package"] if match else "python and its standard library"


def add_up(folded: str) -> tuple[Counter[str], Counter[str], int]:
    """Samples by the innermost stage of ours, and by the library that was running."""
    stages: Counter[str] = Counter()
    libraries: Counter[str] = Counter()
    total = 0
    for line in folded.splitlines():
        stack, _, count_text = line.rpartition(" ")
        frames = [part for part in stack.split(";") if not part.startswith(("process ", "thread "))]
        if not frames or not count_text.isdigit() or WAITING.search(frames[-1]):
            continue
        count = int(count_text)
        total += count
        libraries[library(frames[-1])] += count
        ours = next((found for frame in reversed(frames) if (found := stage(frame))), None)
        stages[ours or f"outside: {library(frames[-1])}"] += count
    return stages, libraries, total


def table(title: str, samples: Counter[str], total: int, lead_us: float) -> str:
    rows = [f"| {title} | share | µs per lead |", "|---|---|---|"]
    rest = 0
    for name, count in samples.most_common():
        if count / total < SMALLEST:
            rest += count
        else:
            rows.append(f"| {name} | {count / total:.1%} | {count / total * lead_us:,.0f} |")
    rows.append(f"| the rest | {rest / total:.1%} | {rest / total * lead_us:,.0f} |")
    return "\n".join(rows)


def profile(stand: Stand, entrant: Entrant, load: Load, pace: Pace) -> str:
    """One unprofiled round for the price of a lead, one profiled for where it goes."""
    assert entrant.process is not None
    plain = stand.round(entrant, load, pace)
    lead_us = plain["contestant_cores"] / plain["leads_per_second"] * 1e6
    folded = OUT / "profile.folded"
    record = [py_spy(), "record", "--subprocesses", "--full-filenames", "--rate", "100"]
    record += ["--format", "raw", "--output", str(folded), "--duration", f"{load.seconds:g}"]
    stand.dialer.settle()
    spy = subprocess.Popen(
        [*record, "--pid", str(entrant.process.pid)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        run_wrk(entrant.target, load)
        _, complaint = spy.communicate(timeout=60)
    finally:
        spy.kill()
        spy.wait()
    if spy.returncode != 0 or not folded.exists():
        raise StartError(f"py-spy ended with code {spy.returncode}\n{complaint[-2000:]}")
    stages, libraries, total = add_up(folded.read_text())
    return (
        f"{entrant.target.name}, dialer {pace}, {load.connections} connections: "
        f"{plain['leads_per_second']:,.0f} leads/s with {plain['contestant_cores']:.2f} cores = "
        f"**{lead_us:,.0f} µs of CPU per lead** ({total:,} samples).\n\n"
        + table("by our own stage (what it calls included)", stages, total, lead_us)
        + "\n\n"
        + table("by the library that was running", libraries, total, lead_us)
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.cpu_budget", description=__doc__)
    parser.add_argument("--contestant", choices=CONTESTANTS[1:], default="gateway")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--delay-ms", type=int, default=20)
    parser.add_argument("--readme", action="store_true", help="write it into bench/README.md")
    args = parser.parse_args()
    try:
        require_tools()
        py_spy()
        with Stand(GatewayOptions(), (args.contestant,)) as stand:
            load = Load(connections=args.connections, seconds=args.seconds)
            text = profile(stand, stand.enter(args.contestant), load, Pace(delay_ms=args.delay_ms))
    except (MissingToolError, StartError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(text)
    (OUT / "cpu-budget.md").write_text(text + "\n")
    if args.readme:
        write_into_readme(text, "cpu budget")
    return 0


if __name__ == "__main__":
    sys.exit(main())
