"""One dialer's line in this process: its senders take what waits, coalesce it, and send it within the caps."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import structlog

from gateway.clock import Clock
from gateway.config import Batching, DialerConfig
from gateway.delivery.batch import Batch, Departure, LastRequest, Marked, Ready, Ships
from gateway.delivery.breaker import Breaker, Circuit
from gateway.delivery.gate import Gate, Permit
from gateway.delivery.loading import Loading
from gateway.delivery.pulse import Pulse
from gateway.delivery.queue import LineQueue
from gateway.store.records import QueuedLead

log = structlog.get_logger("gateway.delivery")

DEFER = 0.2  # seconds before a lead is tried again whose number another process has in flight
GATHER = 0.025  # seconds a lead waits for company at most, and never longer than an answer takes
COMPANY = 16  # leads that are enough to leave together at once


class Line:
    """Who sends, when, and how many at once; what is sent and what comes of it is the shipper's business."""

    def __init__(
        self,
        config: DialerConfig,
        *,
        gate: Gate,
        breaker: Breaker,
        clock: Clock,
        fitting: Callable[[tuple[QueuedLead, ...]], int],
        shipper: Ships,
    ) -> None:
        self.config = config
        self.breaker = breaker
        self.pulse = Pulse(clock)
        self.paused = False  # a hold on the whole line
        self.halted = False  # a person has paused the dialer: nothing leaves, whatever else would let it
        self.last = LastRequest()
        self.proven = False  # has answered since it was started or paused: until then one request at a time
        self.busy = False  # this process has more to do than time
        self.fresh = 0  # fresh leads taken since the start
        self._gate = gate
        self._clock = clock
        self._shipper = shipper
        self._queue = LineQueue()
        self._loading = Loading(
            config, self._queue, pulse=self.pulse, breaker=breaker, clock=clock, fitting=fitting
        )
        self._deferred: list[tuple[float, QueuedLead]] = []
        self._departing: deque[Ready] = deque()  # stored as sending already, with their permits
        self._changed = threading.Condition()
        self._released = threading.Event()
        self._company = threading.Event()
        self._had_to_wait = False  # the sender at the gate found no slot free
        self._active = 0  # senders with a batch or on the way to one
        self._at_the_gate = False  # one sender waits for a permit; more would only ask the same question
        self._idle = 0
        self._senders: list[threading.Thread] = []
        self._probes = 0
        self._stopping = False
        # Some senders more than slots: a slot is free again while its last sender still writes the outcome down.
        self._most_senders = config.max_concurrency + config.max_concurrency // 2 + 1

    # -- taking leads in -------------------------------------------------------------------------------------

    @property
    def open(self) -> bool:
        """Whether a new lead would leave soon; when not, its caller is told "kept, pending" at once."""
        return self.breaker.closed and not self.paused and not self.halted and not self.pulse.stalled

    @property
    def probing(self) -> bool:
        """Whether a held lead is about to try if the cause is mended."""
        return self._probes > 0 and not self.halted

    def waiting(self) -> int:
        """Leads waiting in this process."""
        return len(self._queue) + len(self._deferred)

    def room_for_backlog(self) -> int:
        """How many old leads the line would take from the store now; some even behind many fresh ones."""
        if self._stopping or self.paused or self.halted or self.breaker.circuit is Circuit.OPEN:
            return 0
        if self.breaker.circuit is Circuit.HALF_OPEN or not self.proven:
            return max(0, 1 - self.waiting())
        room = 2 * self.config.batch_max * self.config.max_concurrency - self.waiting()
        return max(0, room, self.config.batch_max - self._queue.backlog_size)

    def halt(self, *, halted: bool) -> None:
        """A person has paused the dialer, or lets it go on: then one request first, as after any standstill."""
        with self._changed:
            self.halted = halted
            if halted:
                self.proven = False
        self._released.set()  # who waits at the gate looks again

    def has_room(self, source: str, room: int) -> bool:
        return self._queue.has_room(source, room)

    def owns(self, lead_id: str) -> bool:
        return self._queue.owns(lead_id)

    def put(self, lead: QueuedLead, *, fresh: bool) -> None:
        """Let a lead of ours wait for its request; at once when a sender is free."""
        with self._changed:
            self.fresh += fresh
            self._queue.put(lead, fresh=fresh)
            if self._at_the_gate and len(self._queue) >= COMPANY:
                self._company.set()
            self._wake_sender()

    def reserve(self) -> Departure | None:
        """A sender and a permit for one new lead, where nothing waits: it can be stored as leaving, in one commit.

        None where it should queue: then it is marked in a commit of its own, together with others.
        """
        with self._changed:
            if not self._is_quiet() or self._active >= self.pulse.senders_wanted(self._most_senders):
                return None
            permit = self._gate.enter()
            if isinstance(permit, float):
                return None
            self._active += 1
        return Departure(permit=permit, give_back=self._not_needed)

    def _is_quiet(self) -> bool:
        if not self._gate.instant or self.config.batch is Batching.ALWAYS or self._stopping:
            return False
        if self._at_the_gate or len(self._queue) or self._departing:
            return False
        # In a busy process others soon come along, and go together with less work for each.
        return self.proven and self.open and not (self.busy and self._active)

    def depart(self, departure: Departure, lead: QueuedLead, attempt_id: str) -> None:
        """The lead is on disk as sending under `attempt_id`: it leaves at once."""
        marked = Marked(attempt_id=attempt_id, leads=(lead,), multi=False)
        with self._changed:
            self._queue.hold(lead)
            self._departing.append(Ready(marked=marked, permit=departure.use()))
            self._call_sender()

    def _not_needed(self) -> None:
        with self._changed:
            self._active -= 1
            self._wake_another()

    def probe(self, lead: QueuedLead) -> None:
        """One held lead tries whether the cause is mended, although the line is paused."""
        with self._changed:
            self._probes += 1
            self._queue.put(lead, fresh=True)
            self._wake_sender()

    def put_back(self, leads: tuple[QueuedLead, ...]) -> None:
        """Leads that were taken and could not be marked return to the head of the queue."""
        with self._changed:
            self._queue.put_back(leads)

    def defer(self, leads: tuple[QueuedLead, ...]) -> None:
        """Leads whose number another process has in flight wait a moment."""
        at = self._clock.monotonic() + DEFER
        with self._changed:
            for lead in leads:
                self._queue.finish(lead)
                self._deferred.append((at, lead))

    def finish(self, leads: tuple[QueuedLead, ...]) -> None:
        """The leads are done with here, whatever became of them."""
        with self._changed:
            for lead in leads:
                self._queue.finish(lead)
            self._wake_sender()

    def empty(self) -> list[QueuedLead]:
        """Give up everything that waits, so that the store's queue has it again."""
        with self._changed:
            leads = self._queue.empty() + [lead for _, lead in self._deferred]
            self._deferred.clear()
            self._probes = 0
            return leads

    def tick(self) -> None:
        """Called a few times a second: deferred leads come back, senders that held back look again."""
        now = self._clock.monotonic()
        with self._changed:
            due = [lead for at, lead in self._deferred if at <= now]
            self._deferred = [(at, lead) for at, lead in self._deferred if at > now]
            for lead in due:
                self._queue.put(lead, fresh=True)
            if len(self._queue):
                self._wake_sender()

    def send_singly(self) -> None:
        """The dialer did not take an add_multi_lead: single calls for a while."""
        self._loading.singly()

    def stop(self, seconds: float) -> bool:
        """No new request; wait for those under way. False when some did not end in time."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        end = self._clock.monotonic() + seconds
        for sender in self._senders:
            sender.join(max(0.0, end - self._clock.monotonic()))
        return not any(sender.is_alive() for sender in self._senders)

    # -- sending ---------------------------------------------------------------------------------------------

    def _wake_sender(self) -> None:
        # A sender that would find nothing it may do costs as much as a lead; the tick asks again soon.
        if self._may_send() and (self._idle or len(self._senders) < self._most_senders):
            self._call_sender()

    def _call_sender(self) -> None:
        if self._idle:
            self._changed.notify()
        elif self._departing or not self._stopping:
            sender = threading.Thread(
                target=self._run, name=f"{self.config.name}-sender-{len(self._senders)}", daemon=True
            )
            self._senders.append(sender)
            sender.start()

    def _run(self) -> None:
        while self._wait_for_work():
            try:
                self._serve()
            except Exception:
                # A sender that died would take its place at the gate, or its slot, with it.
                log.exception("delivery.sender_failed", dialer=self.config.name)
            finally:
                with self._changed:
                    self._active -= 1
                    self._wake_another()

    def _wake_another(self) -> None:
        if len(self._queue):
            self._wake_sender()

    def _wait_for_work(self) -> bool:
        with self._changed:
            while self._departing or not self._stopping:
                if self._departing:
                    return True
                if len(self._queue) and self._may_send():
                    self._active += 1
                    self._at_the_gate = True
                    return True
                self._idle += 1
                self._changed.wait()
                self._idle -= 1
            return False

    def _may_send(self) -> bool:
        if self._at_the_gate or self.halted or (self.paused and not self._probes):
            return False
        circuit = self.breaker.circuit
        if circuit is Circuit.OPEN:
            return False
        if circuit is Circuit.HALF_OPEN or not self.proven:
            return self._active == 0
        if self._loading.limit(proven=self.proven) == 1:
            return True
        return self._active < self.pulse.senders_wanted(self._most_senders)

    def _serve(self) -> None:
        """Send one batch. Where slots are scarce it is marked while it waits for one, so that no slot waits for it."""
        ready = self._next_departing()
        if ready is not None:
            self._shipper.ship(self, ready.marked, ready.permit)
            return
        try:
            self._gather()
            entered = self._gate.enter()
            self._had_to_wait = isinstance(entered, float)
            batch = self._take_batch()
            if isinstance(entered, float) and batch is not None:
                ready = self._wait_marked(batch, entered)
        finally:
            self._leave_gate()
        if not isinstance(entered, float):
            ready = self._mark(batch, entered)
        if ready is not None:
            self._shipper.ship(self, ready.marked, ready.permit)

    def _next_departing(self) -> Ready | None:
        with self._changed:
            return self._departing.popleft() if self._departing else None

    def _mark(self, batch: Batch | None, permit: Permit) -> Ready | None:
        marked = self._shipper.mark(self, batch) if batch else None
        if marked is None:
            permit.cancel()
            return None
        return Ready(marked=marked, permit=permit)

    def _wait_marked(self, batch: Batch, wait: float) -> Ready | None:
        """Mark, then wait at the gate for a permit, however long it takes: what is marked has to leave.

        Unless a person pauses the dialer meanwhile: then it returns to the queue.
        """
        marked = self._shipper.mark(self, batch)
        if marked is None:
            return None
        entered: Permit | float = wait
        while isinstance(entered, float):
            if self.halted:
                self._shipper.take_back(self, marked)
                return None
            self._released.clear()
            self._released.wait(entered)
            entered = self._gate.enter()
        return Ready(marked=marked, permit=entered)

    def _gather(self) -> None:
        """In a process that is busy, and while a request is under way, let others join this one for a moment.

        Fewer requests then leave more time for everybody. A lead that meets an idle line, or a process that has time,
        leaves at once: a quiet system adds nothing (the idea of RFC 896).
        """
        limit = min(self._loading.limit(proven=self.proven), COMPANY)
        if not self.busy or limit == 1 or self._active <= 1 or len(self._queue) >= limit:
            return
        self._company.clear()
        self._company.wait(min(GATHER, self.pulse.average))

    def _leave_gate(self) -> None:
        with self._changed:
            self._at_the_gate = False
            self._wake_another()

    def permit_released(self) -> None:
        """A request of this process is over: the sender at the gate need not wait for its next look."""
        self._released.set()

    def _take_batch(self) -> Batch | None:
        with self._changed:
            self._probes = max(0, self._probes - 1)
            if self.halted:
                return None
            return self._loading.take(proven=self.proven, active=self._active, scarce=self._had_to_wait)
