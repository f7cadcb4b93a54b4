"""The threads of one process that ask platforms for leads, a few for each source that has to be asked."""

from __future__ import annotations

import threading
import time
from functools import partial

import structlog

from gateway.asking import Asker, HttpAsker
from gateway.clock import Clock
from gateway.config import GatewayConfig
from gateway.fetching.desk import Desk
from gateway.fetching.pace import AT_ONCE
from gateway.sources.registry import SOURCES
from gateway.store import Store, StoreUnavailable

log = structlog.get_logger("gateway.fetching")

TICK = 0.25  # seconds
STORE_AWAY = 5.0


class Fetcher:
    """Runs in every process that delivers; a lead is claimed by one of them."""

    def __init__(
        self, config: GatewayConfig, *, store: Store, clock: Clock, asker: Asker | None = None
    ) -> None:
        asker = asker or HttpAsker()
        self.desks = {
            name: Desk(config, source, fetch, store=store, clock=clock, asker=asker)
            for name, source in config.sources.items()
            if (fetch := SOURCES[source.kind].fetch) is not None
        }
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(
                target=partial(self._run, desk, number), name=f"fetch-{name}-{number}", daemon=True
            )
            for name, desk in self.desks.items()
            for number in range(AT_ONCE)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """A question under way is not waited for longer than this: its lead is claimed by another later."""
        self._stopping.set()
        end = time.monotonic() + seconds
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, end - time.monotonic()))

    def _run(self, desk: Desk, number: int) -> None:
        opened = number > 0  # one of them is enough
        while not self._stopping.is_set():
            pause = TICK
            try:
                if not opened:
                    desk.open()
                    opened = True
                if desk.work():
                    continue
            except StoreUnavailable as error:
                if number == 0:
                    log.warning("fetch.store_away", source=desk.source.name, reason=error.code)
                pause = STORE_AWAY
            except Exception:
                log.exception("fetch.broken", source=desk.source.name)
                pause = STORE_AWAY
            self._stopping.wait(pause)
