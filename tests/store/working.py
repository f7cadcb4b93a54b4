"""A process that carries out jobs until it is killed: `python -m tests.store.working URL`."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

from gateway.clock import SystemClock
from gateway.operating.worker import JobWorker
from gateway.store import Store

if __name__ == "__main__":
    parts: Any = SimpleNamespace(store=Store.open(sys.argv[1]), clock=SystemClock(), config=None)
    worker = JobWorker(parts, together=5)
    print("ready", flush=True)
    while True:
        worker.work()
