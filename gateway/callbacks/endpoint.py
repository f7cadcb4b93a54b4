"""One callback_url in one process: what is to be posted there now, by a few threads, and how it bears up."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from gateway.callbacks import counts, message
from gateway.callbacks.policy import Judgement, judge
from gateway.callbacks.post import PATIENCE, Answered, Poster, Unanswered
from gateway.clock import Clock
from gateway.config import Callback as Address
from gateway.config import SourceConfig
from gateway.store.callbacks import Callback, Settlement, Standing

log = structlog.get_logger("gateway.callbacks")

AT_ONCE = 4  # messages to one address under way
PORTION = 100  # claimed at once while it works
TROUBLE = 3  # failures in a row after which it is left alone, but for one message now and then
SHORTEST, LONGEST = 5.0, 300.0  # seconds of rest
LONGEST_ASKED_FOR = 3600.0
MARGIN = PATIENCE + 5.0  # seconds of its lease that a message needs


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What came of what was given since the last time."""

    settlements: tuple[Settlement, ...] = ()
    untried: tuple[tuple[str, float], ...] = ()  # ids with their leases
    recovered: bool = False  # it takes messages again after trouble


class Endpoint:
    """A slow or broken one has only itself to wait for: no thread here serves another."""

    def __init__(
        self,
        source: SourceConfig,
        address: Address,
        *,
        public_url: str,
        poster: Poster,
        clock: Clock,
        dice: Callable[[], float],
        wake: Callable[[], None],
    ) -> None:
        self.source = source
        self._address = address
        self._public_url = public_url
        self._poster = poster
        self._clock = clock
        self._dice = dice
        self._wake = wake
        self._lock = threading.Lock()
        self._queue: deque[Callback] = deque()
        self._lease = 0.0
        self._threads: list[threading.Thread] = []
        self._at_work = 0
        self._stopped = False
        self._settlements: list[Settlement] = []
        self._untried: list[tuple[str, float]] = []
        self._recovered = False
        self._failures = 0
        self._rests_until = 0.0  # on the monotonic clock

    @property
    def room(self) -> int:
        """How many callbacks to claim now; none before those of the last time are through."""
        if self._at_work or self.rest():
            return 0
        return 1 if self._failures >= TROUBLE else PORTION

    def rest(self) -> float:
        """Seconds until it is tried again."""
        return max(0.0, self._rests_until - self._clock.monotonic())

    def give(self, callbacks: Sequence[Callback], *, lease: float) -> None:
        """Post these; they are ours until `lease`."""
        self._queue = deque(callbacks)
        self._lease = lease
        self._at_work = min(AT_ONCE, len(callbacks))
        self._threads = [
            threading.Thread(target=self._work, name=f"callback-{self.source.name}-{number}", daemon=True)
            for number in range(self._at_work)
        ]
        for thread in self._threads:
            thread.start()

    def take_results(self) -> Done:
        """Each result is given out once."""
        with self._lock:
            done = Done(
                settlements=tuple(self._settlements),
                untried=tuple(self._untried),
                recovered=self._recovered,
            )
            self._settlements, self._untried, self._recovered = [], [], False
        return done

    def stop(self) -> None:
        """Post no more; what is under way goes on."""
        with self._lock:
            self._stopped = True

    def join(self, seconds: float) -> None:
        for thread in self._threads:
            thread.join(seconds)

    def _work(self) -> None:
        try:
            while (callback := self._next()) is not None:
                self._keep(callback, self._post(callback))
        except Exception:
            log.exception("callback.broken", source=self.source.name)  # its lease brings the callback back
        with self._lock:
            self._at_work -= 1
        self._wake()

    def _next(self) -> Callback | None:
        with self._lock:
            if self._stopped or self.rest() or self._clock.now() > self._lease - MARGIN:
                self._untried += [(each.id, self._lease) for each in self._queue]
                self._queue.clear()
            return self._queue.popleft() if self._queue else None

    def _post(self, callback: Callback) -> Answered | Unanswered:
        content = message.body(callback, self.source, public_url=self._public_url)
        headers = message.headers(callback.id, content, self._address.secrets, now=self._clock.now())
        return self._poster.post(self._address, headers=headers, body=content)

    def _keep(self, callback: Callback, answer: Answered | Unanswered) -> None:
        now = self._clock.now()
        judgement = judge(answer, attempts=callback.attempts + 1, now=now, dice=self._dice())
        settlement = Settlement(
            id=callback.id,
            lease=self._lease,
            standing=judgement.standing,
            at=now,
            next_at=judgement.next_at,
            http_status=judgement.http_status,
            problem=judgement.problem,
        )
        with self._lock:
            self._settlements.append(settlement)
            self._learn(answer, judgement)
        _tell(callback, judgement, now)

    def _learn(self, answer: Answered | Unanswered, judgement: Judgement) -> None:
        if judgement.standing is Standing.SENT:
            self._recovered |= self._failures >= TROUBLE
            self._failures, self._rests_until = 0, 0.0
            return
        self._failures += 1
        rest = 0.0
        if self._failures >= TROUBLE:
            rest = min(LONGEST, SHORTEST * 2.0 ** min(self._failures - TROUBLE, 10))
        if isinstance(answer, Answered):
            rest = max(rest, min(answer.retry_after, LONGEST_ASKED_FOR))
        if rest:
            self._rests_until = max(self._rests_until, self._clock.monotonic() + rest)


def _tell(callback: Callback, judgement: Judgement, now: float) -> None:
    counts.attempted(callback.source, judgement.standing)
    facts = {
        "source": callback.source,
        "callback": callback.id,
        "lead": callback.lead_id,
        "state": callback.state,
        "attempt": callback.attempts + 1,
        "http_status": judgement.http_status,
    }
    if judgement.standing is Standing.SENT:
        counts.told(callback.source, now - callback.happened_at)
        log.info("callback.sent", **facts)
    elif judgement.standing is Standing.WAITING:
        again = round((judgement.next_at or now) - now)
        log.warning("callback.failed", problem=judgement.problem, again_in_seconds=again, **facts)
    else:
        next_step = f"gateway callbacks replay {callback.id}"
        log.error("callback.given_up", problem=judgement.problem, next_step=next_step, **facts)
