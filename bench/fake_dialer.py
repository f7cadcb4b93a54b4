"""The compiled fake dialer, held by the hand: how it behaves from now on, and what it has seen."""

from __future__ import annotations

import json
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import Process, free_port

PATH = "/elision-dialer/elision-api/main.php"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """Service time of one request, and how many are served at once (0: any number)."""

    delay_ms: int
    cap: int = 0

    def __str__(self) -> str:
        return f"{self.delay_ms} ms, {self.cap} at a time" if self.cap else f"{self.delay_ms} ms"


class FakeDialer:
    """One process that serves every round."""

    def __init__(self, program: Path, log: Path) -> None:
        self.port = free_port()
        self.process = Process("dialer", [program, str(self.port)], log=log)
        self.process.wait_for_port(self.port)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    def behave(self, pace: Pace, *, hang: bool = False) -> None:
        """From now on; the counters start anew."""
        self._ask(f"/control?delay={pace.delay_ms}&cap={pace.cap}&hang={int(hang)}&reset=1", post=True)

    def stats(self) -> dict[str, Any]:
        return self._ask("/stats")

    def settle(self, seconds: float = 60) -> None:
        """Waits until nobody asks any more: what a round left over must not burden the next one."""
        until = time.monotonic() + seconds
        quiet, before = 0, -1
        while quiet < 3 and time.monotonic() < until:
            now = self.stats()
            still = now["in_house"] == 0 and now["requests"] == before
            quiet, before = (quiet + 1 if still else 0), now["requests"]
            time.sleep(0.1)

    def _ask(self, target: str, *, post: bool = False) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{target}", method="POST" if post else "GET"
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            stats: dict[str, Any] = json.loads(answer.read())
            return stats
