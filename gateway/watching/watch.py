"""Looks at all sources once a minute, in one process for all of them, from what is stored and beside the requests."""

from __future__ import annotations

import threading

import structlog

from gateway.clock import Clock
from gateway.config import GatewayConfig
from gateway.store import Store, StoreUnavailable
from gateway.store.watching import FAR, HOUR, REMEMBERED, Hour, Turn
from gateway.watching.deliveries import Deliveries
from gateway.watching.silence import Silence

log = structlog.get_logger("gateway.watching")

EVERY = 60.0  # seconds
TICK = 5.0
SETTLED = (
    60.0  # seconds after which no more leads of a moment are expected, whatever the clocks of the machines
)
STRETCHES = 200  # of an hour at most, in one turn: the past is read bit by bit
FRESH = 2 * 86400.0  # seconds: older deliveries are counted, their fields are no news any more


class Watch:
    """One per process that delivers; whose turn it is stands in the database."""

    def __init__(self, config: GatewayConfig, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._silence = Silence(config, store)
        self._deliveries = Deliveries(config, store)
        self._stopping = threading.Event()
        self._store_away = False
        self._show_at = 0.0
        self._stretch = HOUR  # counted at once at most
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def look(self) -> bool:
        """Look at what has come since the last look, if it is this process's turn; show what is known anyway."""
        looked = self._look()
        if looked or self._clock.monotonic() >= self._show_at:
            self._show_at = self._clock.monotonic() + EVERY
            self._silence.show()
        return looked

    def _look(self) -> bool:
        now = self._clock.now()
        if not self._store.watching.is_due(now):
            return False
        turn = self._store.watching.take_turn(now=now, every=EVERY, begin=now - REMEMBERED)
        if turn is None:
            return False
        until = self._count(turn, now)
        # While the past is still being read, the latest lead that is known is not the latest there is.
        if until is not None and now - until <= SETTLED + EVERY:
            self._silence.judge(until=until, awake_since=turn.awake_since)
        return True

    def _count(self, turn: Turn, now: float) -> float | None:
        """Count stretch by stretch; how far that came, None if another process is at it."""
        start, goal = turn.looked_until, now - SETTLED
        if start > now + FAR:  # a clock that had run ahead has been put right
            return goal if self._store.watching.keep((), start=start, end=goal) else None
        for _ in range(STRETCHES):
            if start >= goal:
                self._stretch = HOUR
            if start >= goal or self._stopping.is_set():
                break
            end = self._end_of_stretch(start, goal)
            if not self._store.watching.keep(self._leads(start, end), start=start, end=end):
                return None
            if end > now - FRESH:
                self._deliveries.look(start, end, now=now)
            start = end
        return start

    def _leads(self, start: float, end: float) -> list[Hour]:
        if end - start > self._stretch:  # leapt over: nothing is there
            return []
        try:
            return self._store.watching.count(start, end)
        except StoreUnavailable:
            # Perhaps there are too many for one question: the next one asks for less, until all are counted.
            self._stretch = max(EVERY, self._stretch / 4)
            raise

    def _end_of_stretch(self, start: float, goal: float) -> float:
        """Within the hour, or at the beginning of the next one that has a lead."""
        end = min((start // HOUR + 1) * HOUR, start + self._stretch)
        if end >= goal:
            return goal
        following = self._store.watching.next_lead_at(start)
        if following is None:
            return goal
        return end if following < end else min(goal, max(end, following // HOUR * HOUR))

    def _run(self) -> None:
        while not self._stopping.wait(TICK):
            try:
                self.look()
                self._store_away = False
            except StoreUnavailable as error:
                if not self._store_away:  # said once; it goes on trying
                    log.warning("watch.store_away", reason=error.code, next_step=error.message)
                self._store_away = True
            except Exception:
                log.exception("watch.failed")
