"""How many of the leads that wait one request carries: alone, a fair part of them, or all it can hold."""

from __future__ import annotations

from collections.abc import Callable

from gateway.clock import Clock
from gateway.config import Batching, DialerConfig
from gateway.delivery.batch import Batch
from gateway.delivery.breaker import Breaker
from gateway.delivery.pulse import Pulse
from gateway.delivery.queue import LineQueue
from gateway.store.records import QueuedLead

SINGLY = 600.0  # seconds without add_multi_lead after the dialer did not take one


class Loading:
    """Not thread-safe by itself: the line holds its lock around `take`."""

    def __init__(
        self,
        config: DialerConfig,
        queue: LineQueue,
        *,
        pulse: Pulse,
        breaker: Breaker,
        clock: Clock,
        fitting: Callable[[tuple[QueuedLead, ...]], int],
    ) -> None:
        self._config = config
        self._queue = queue
        self._pulse = pulse
        self._breaker = breaker
        self._clock = clock
        self._fitting = fitting
        self._singly_until = 0.0

    def singly(self) -> None:
        """Single calls for a while."""
        self._singly_until = self._clock.monotonic() + SINGLY

    def limit(self, *, proven: bool) -> int:
        """The most leads a request may carry now; `proven`: the dialer has answered lately."""
        if self._config.batch is Batching.NEVER or not proven or not self._breaker.closed:
            return 1
        return 1 if self._clock.monotonic() < self._singly_until else self._config.batch_max

    def take(self, *, proven: bool, active: int, scarce: bool) -> Batch | None:
        """What the next request carries, out of the queue; `active` senders are at work, slots are `scarce` or not."""
        limit = self.limit(proven=proven)
        leads = self._queue.take(max(1, min(limit, self._share(active, scarce=scarce))))
        if not leads:
            return None
        fit = self._fitting(tuple(leads)) if len(leads) > 1 else 1
        if fit < len(leads):
            self._queue.put_back(leads[fit:])
            leads = leads[:fit]
        multi = len(leads) > 1 or (self._config.batch is Batching.ALWAYS and limit > 1)
        return Batch(leads=tuple(leads), multi=multi)

    def _share(self, active: int, *, scarce: bool) -> int:
        """How many leads this request should carry: all that wait where slots are scarce, else a fair part."""
        if scarce or not self._pulse.slow:
            return len(self._queue)
        free = max(1, self._config.max_concurrency - active + 1)
        return -(-len(self._queue) // free)
