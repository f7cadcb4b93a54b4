"""The slow heartbeat of delivery: claims what is due, frees what the dead left behind, probes what is held."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from gateway import metrics
from gateway.clock import Clock
from gateway.config import OnUnknown
from gateway.delivery.holds import Holds
from gateway.delivery.line import Line
from gateway.delivery.lookup import LookUp
from gateway.delivery.owner import Owner
from gateway.delivery.strays import Strays
from gateway.delivery.waiting import Waiters
from gateway.store import Store, StoreUnavailable
from gateway.store.operations import Release
from gateway.store.recorder import Recorder

log = structlog.get_logger("gateway.delivery")

TICK = 0.25  # seconds
HEARTBEAT = 5.0
ALIVE_FOR = 20.0  # a process silent for longer is dead to the others
REAP = 2.0
STRAYS = 5.0
HOLDS = 1.0
GAUGES = 5.0
PURGE = 3600.0
AT_MOST = 200  # leads claimed at once
BUSY = 0.5  # of a core: the process has its hands full with fresh leads
TRICKLE = 20  # then one old lead for so many fresh ones, so that neither waits for the other


@dataclass(frozen=True, kw_only=True, slots=True)
class Chore:
    """Something done every `every` seconds."""

    every: float
    do: Callable[[], None]


class Sweeper:
    """One per process; what several processes do at once here is harmless."""

    def __init__(
        self,
        *,
        owner: Owner,
        lines: Mapping[str, Line],
        store: Store,
        recorder: Recorder,
        holds: Holds,
        waiters: Waiters,
        look_ups: Mapping[str, LookUp],
        clock: Clock,
    ) -> None:
        self._owner = owner
        self._lines = lines
        self._store = store
        self._recorder = recorder
        self._holds = holds
        self._waiters = waiters
        self._look_ups = look_ups
        self._clock = clock
        self._strays = Strays(owner=owner.id, lines=lines, store=store, recorder=recorder, clock=clock)
        self._stopping = threading.Event()
        self._due: dict[str, float] = {}
        self._store_away = False
        self._load = 0.0  # of a core, a running average
        self._fresh: dict[str, int] = {}  # fresh leads each line had taken at the last claim
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._chores = {
            "heartbeat": Chore(every=HEARTBEAT, do=self._heartbeat),
            "reap": Chore(every=REAP, do=self._reap),
            "strays": Chore(every=STRAYS, do=self._strays.release),
            "holds": Chore(every=HOLDS, do=self._hold),
            "lines": Chore(every=TICK, do=self._serve_lines),
            "look_ups": Chore(every=1.0, do=self._look_up),
            "gauges": Chore(every=GAUGES, do=self._gauges),
            "purge": Chore(every=PURGE, do=self._purge),
        }

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def sweep(self) -> None:
        """Do every chore that is due; one that fails is tried again, and keeps no other from its turn."""
        now = self._clock.monotonic()
        for name, chore in self._chores.items():
            if self._due.get(name, 0.0) > now:
                continue
            self._due[name] = now + chore.every
            try:
                chore.do()
                self._store_away = False
            except StoreUnavailable as error:
                if not self._store_away:  # said once; the chores go on trying
                    log.warning("sweeper.store_away", chore=name, reason=error.code, next_step=error.message)
                self._store_away = True

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.sweep()
            except Exception:
                log.exception("sweeper.failed")
            self._sleep()

    def _sleep(self) -> None:
        began, spent = self._clock.monotonic(), time.process_time()
        self._stopping.wait(TICK)
        passed = max(TICK, self._clock.monotonic() - began)
        self._load += 0.3 * ((time.process_time() - spent) / passed - self._load)

    # -- chores ----------------------------------------------------------------------------------------------

    def _heartbeat(self) -> None:
        self._store.heartbeat(self._owner.id, now=self._clock.now(), alive_for=ALIVE_FOR)

    def _reap(self) -> None:
        reaped = self._store.reap(now=self._clock.now(), alive=self._owner.knows_alive)
        if reaped.queued or reaped.unconfirmed:
            log.warning("delivery.reaped", queued=reaped.queued, unconfirmed=reaped.unconfirmed)

    def _hold(self) -> None:
        now = self._clock.now()
        for name, line in self._lines.items():
            self._holds.refresh(line)
            for hold in self._holds.all_of(name):
                if hold.probe_at > now or line.halted:
                    continue
                probe = self._store.take_probe(name, hold.scope, owner=self._owner.id, now=now)
                if probe is not None:
                    log.info("dialer.probing", dialer=name, scope=hold.scope, lead=probe.id)
                    line.probe(probe)

    def _serve_lines(self) -> None:
        for line in self._lines.values():
            line.busy = self._load >= BUSY
            if not line.open and not line.probing:
                self._give_back(line)
            line.tick()
            room = min(line.room_for_backlog(), self._share_of_old(line))
            if room:
                self._claim(line, room)

    def _share_of_old(self, line: Line) -> int:
        """How many old leads may be taken up now: many when there is time, a few while there is none."""
        before = self._fresh.get(line.config.name, 0)
        self._fresh[line.config.name] = line.fresh
        if not line.busy:
            return AT_MOST
        return max(1, (line.fresh - before) // TRICKLE)

    def _claim(self, line: Line, limit: int) -> None:
        claimed = self._store.claim_due(
            line.config.name, owner=self._owner.id, limit=limit, now=self._clock.now()
        )
        for lead in claimed:
            line.put(lead, fresh=False)

    def _give_back(self, line: Line) -> None:
        """A closed line keeps nothing in memory; its callers are told "pending" now."""
        leads = line.empty()
        if not leads:
            return
        ids = tuple(lead.id for lead in leads)
        self._recorder.record(Release(owner=self._owner.id, lead_ids=ids, next_at=self._clock.now()))
        for lead in leads:
            self._waiters.wake(lead.id, None)
        hold = self._holds.whole_line(line.config.name)
        if hold is not None:
            # They came in while it was being set: nobody would say of them why they wait.
            self._store.hold(hold, known=True)

    def _look_up(self) -> None:
        for name, line in self._lines.items():
            if line.halted:
                continue
            if line.config.on_unknown is OnUnknown.LOOKUP and line.breaker.closed:
                self._look_ups[name].run_due()
            elif line.config.on_unknown is OnUnknown.RESEND:
                self._resend(name)

    def _resend(self, dialer: str) -> None:
        """What a dead process may have sent goes again, marked as a possible duplicate."""
        now = self._clock.now()
        parked = self._store.unconfirmed_due(dialer, now=now, limit=AT_MOST)
        if parked:
            self._store.retry([lead.id for lead in parked], now=now)
            log.warning("delivery.resent", dialer=dialer, leads=len(parked))

    def _gauges(self) -> None:
        for name, line in self._lines.items():
            backlog = self._store.backlog(name)
            by_state = {state.value: leads for state, leads in backlog.by_state.items()}
            metrics.backlog(name, by_state, backlog.oldest_age(self._clock.now()))
            metrics.circuit_open(name, is_open=not line.breaker.closed)

    def _purge(self) -> None:
        self._store.purge_idempotency(now=self._clock.now())
