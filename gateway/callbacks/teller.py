"""The thread of one process that tells sources what became of their leads."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import structlog

from gateway.callbacks import counts
from gateway.callbacks.endpoint import Endpoint
from gateway.callbacks.post import HttpPoster, Poster
from gateway.clock import Clock
from gateway.config import GatewayConfig
from gateway.store import Store, StoreUnavailable
from gateway.store.callbacks import Settlement

log = structlog.get_logger("gateway.callbacks")

TICK = 0.5  # seconds
STORE_AWAY = 5.0
LEASE = 120.0  # seconds a claimed callback is ours
NOTED_AT_ONCE = 200
GAUGES = 15.0


class Teller:
    """Runs in every process that delivers; a callback is claimed by one of them. Without a callback_url it is idle."""

    def __init__(
        self,
        config: GatewayConfig,
        *,
        store: Store,
        clock: Clock,
        poster: Poster | None = None,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._clock = clock
        self._stopping = threading.Event()
        self._something = threading.Event()
        self._settlements: list[Settlement] = []
        self._gauges_at = 0.0
        told = {name: source.callback for name, source in config.sources.items()}
        wanted = {name: address for name, address in told.items() if address is not None}
        poster = poster or (HttpPoster() if wanted else None)
        self.endpoints = {
            name: Endpoint(
                config.sources[name],
                address,
                public_url=config.public_url.rstrip("/"),
                poster=poster,
                clock=clock,
                dice=dice,
                wake=self._something.set,
            )
            for name, address in wanted.items()
            if poster is not None
        }
        self._thread = threading.Thread(target=self._run, name="callbacks", daemon=True)

    def start(self) -> None:
        if self.endpoints:
            self._thread.start()

    def stop(self, seconds: float) -> None:
        """What is under way is waited for so long; what is not over then is told again by another process."""
        self._stopping.set()
        self._something.set()
        if not self._thread.is_alive():
            return
        end = time.monotonic() + seconds
        for endpoint in self.endpoints.values():
            endpoint.stop()
        for endpoint in self.endpoints.values():
            endpoint.join(max(0.0, end - time.monotonic()))
        self._thread.join(max(0.1, end - time.monotonic()))
        if self._thread.is_alive():
            return
        try:
            self.write_down()
        except StoreUnavailable as error:
            log.warning("callbacks.not_written_down", reason=error.code, next_step="they are told once more")

    def turn(self) -> bool:
        """Write down what came of it, note what has ended, send what is due; whether there was anything to do."""
        busy = self.write_down()
        idle = {name: endpoint.room for name, endpoint in self.endpoints.items() if endpoint.room}
        now = self._clock.now()
        work = self._store.callbacks.look(sorted(idle), now=now)
        if work.untold:
            busy |= self._store.callbacks.note(now=now, limit=NOTED_AT_ONCE) > 0
        for name in work.due:
            lease = now + LEASE
            claimed = self._store.callbacks.claim(name, now=now, lease=lease, limit=idle[name])
            if claimed:
                self.endpoints[name].give(claimed, lease=lease)
        return busy

    def write_down(self) -> bool:
        """Keep what the endpoints have come to know; whether there was anything."""
        anything = bool(self._settlements)
        for name, endpoint in self.endpoints.items():
            done = endpoint.take_results()
            self._settlements += done.settlements
            anything |= bool(done.settlements or done.untried)
            if done.untried:
                until = self._clock.now() + endpoint.rest()
                self._store.callbacks.put_off(done.untried, until=until)
            if done.recovered:
                hastened = self._store.callbacks.hasten(name, now=self._clock.now())
                log.info("callbacks.taken_again", source=name, hastened=hastened)
        if self._settlements:
            self._store.callbacks.settle(self._settlements)
            self._settlements = []
        return anything

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = TICK
            try:
                self._gauges()
                if self.turn():
                    continue
            except StoreUnavailable as error:
                log.warning("callbacks.store_away", reason=error.code, next_step=error.message)
                pause = STORE_AWAY
            except Exception:
                log.exception("callbacks.broken")
                pause = STORE_AWAY
            self._something.wait(pause)
            self._something.clear()

    def _gauges(self) -> None:
        if self._clock.monotonic() >= self._gauges_at:
            self._gauges_at = self._clock.monotonic() + GAUGES
            counts.waiting(self.endpoints, self._store.callbacks.waiting())
