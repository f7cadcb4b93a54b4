"""Delivery as the rest of the gateway sees it: admit, hand over, wait, start and stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from gateway.clock import Clock
from gateway.config import GatewayConfig
from gateway.delivery.arrivals import Arrivals
from gateway.delivery.batch import Departure
from gateway.delivery.breaker import Breaker
from gateway.delivery.calls import Calls
from gateway.delivery.gate import Gate, HostGate
from gateway.delivery.holds import Holds
from gateway.delivery.keeper import Keeper
from gateway.delivery.line import Line
from gateway.delivery.lookup import LookUp
from gateway.delivery.owner import Owner
from gateway.delivery.pausing import MESSAGE, PAUSED
from gateway.delivery.shared_gate import SharedGate
from gateway.delivery.shipping import Shipper
from gateway.delivery.sweeper import ALIVE_FOR, Sweeper
from gateway.delivery.waiting import Ticket, Waiters
from gateway.dialer.outcome import Dialer
from gateway.leads.lead import LeadStatus, State
from gateway.store import Store, StoreUnavailable
from gateway.store.operations import Release
from gateway.store.recorder import Recorder
from gateway.store.records import QueuedLead

log = structlog.get_logger("gateway.delivery")

# Fresh leads waiting per line and process, however many of one source: more are safer, and cheaper, in the store.
MOST_IN_MEMORY = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Admission:
    """How a new lead is to be stored: whose it is, in which state, and whether its caller may wait."""

    owner: str | None
    state: State
    hold_scope: str | None = None
    reason_code: str | None = None
    message: str | None = None

    @property
    def may_wait(self) -> bool:
        return self.owner is not None


class Delivery:
    """The lines of one process and everything around them."""

    def __init__(
        self,
        config: GatewayConfig,
        *,
        store: Store,
        recorder: Recorder,
        dialers: Mapping[str, Dialer],
        state_dir: Path,
        clock: Clock,
        sends: bool = True,
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._dialers = dialers
        self._clock = clock
        self._sends = sends
        self._owner = Owner.of_this_process()
        self._waiters = Waiters(self._look)
        self.arrivals = Arrivals()
        self._holds = Holds(store, clock)
        self._most_waiting = {name: dialer.max_waiting for name, dialer in config.dialers.items()}
        self._lines = {name: self._line(config, name, state_dir) for name in config.dialers} if sends else {}
        self._sweeper = Sweeper(
            owner=self._owner,
            lines=self._lines,
            store=store,
            recorder=recorder,
            holds=self._holds,
            waiters=self._waiters,
            look_ups={
                name: LookUp(dialer=dialer, store=store, clock=clock)
                for name, dialer in dialers.items()
                if dialer.can_look_up and name in self._lines
            },
            clock=clock,
        )
        self._keeper = Keeper(
            owner=self._owner.id, lines=self._lines, store=store, holds=self._holds, clock=clock
        )
        self.calls = Calls(
            dialers,
            open_gate=lambda name: self._gate(name, config, state_dir),
            store=store,
            clock=clock,
        )
        self._stopped = False

    @property
    def owner_id(self) -> str:
        """Under which name this process's leads stand in the store."""
        return self._owner.id

    # -- life ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Register with the others and begin to deliver."""
        if not self._sends:
            return
        self._store.register_process(self._owner.id, now=self._clock.now(), alive_for=ALIVE_FOR)
        self._keeper.start()
        self._sweeper.sweep()
        self._sweeper.start()

    def stop(self, seconds: float) -> None:
        """Finish what is under way, give the rest back to the store, and say goodbye to the others."""
        if self._stopped:
            return
        self._stopped = True
        self._keeper.stop()
        self._sweeper.stop()
        for line in self._lines.values():
            if not line.stop(seconds):
                log.warning(
                    "delivery.cut_short", dialer=line.config.name, next_step="leads become unconfirmed"
                )
        self._waiters.stop()
        try:
            self._give_back()
        except StoreUnavailable as error:
            log.error("delivery.not_given_back", reason=error.code, next_step="another process reaps them")
        self.calls.close()
        for dialer in self._dialers.values():
            dialer.close()

    def _give_back(self) -> None:
        ids = tuple(lead.id for line in self._lines.values() for lead in line.empty())
        if ids:
            self._recorder.record(Release(owner=self._owner.id, lead_ids=ids, next_at=self._clock.now()))
        if self._sends:
            # Whatever is still under way is reaped by the next process: its owner is no longer registered.
            self._store.leave_process(self._owner.id)

    # -- a lead ----------------------------------------------------------------------------------------------

    def admit(self, dialer: str, list_id: str, source: str) -> Admission:
        """Asked before a lead is stored: straight into this process's line, into the queue, or held."""
        line = self._lines.get(dialer)
        if line is None:
            return Admission(owner=None, state=State.QUEUED)
        hold = self._holds.of(dialer, list_id)
        if hold is not None:
            return Admission(
                owner=None,
                state=State.HELD,
                hold_scope=hold.scope,
                reason_code=hold.code,
                message=hold.message,
            )
        if line.halted:
            return Admission(owner=None, state=State.QUEUED, reason_code=PAUSED, message=MESSAGE)
        if self._stopped or not line.open or not line.has_room(source, MOST_IN_MEMORY):
            return Admission(owner=None, state=State.QUEUED)
        return Admission(owner=self._owner.id, state=State.QUEUED)

    def reserve(self, dialer: str) -> Departure | None:
        """A departure for one lead about to be stored, so that it need not be marked later; None: it queues."""
        line = self._lines.get(dialer)
        return line.reserve() if line is not None and not self._stopped else None

    def depart(self, dialer: str, departure: Departure, lead: QueuedLead, attempt_id: str) -> None:
        """The lead is on disk as sending under `attempt_id`."""
        self._lines[dialer].depart(departure, lead, attempt_id)

    def subscribe(self, lead_id: str, source: str = "") -> Ticket:
        """A place to wait for a lead; taken before `hand_over`, given up with `leave`."""
        return self._waiters.subscribe(lead_id, source)

    def leave(self, ticket: Ticket) -> None:
        self._waiters.leave(ticket)

    def hand_over(self, dialer: str, lead: QueuedLead) -> None:
        """The lead is on disk as ours: into the line, without another look at the store."""
        self._lines[dialer].put(lead, fresh=True)

    def follow(self, lead_id: str) -> None:
        """A lead that may belong to another process: the store is asked about it while somebody waits."""
        if not any(line.owns(lead_id) for line in self._lines.values()):
            self._waiters.watch(lead_id)

    def has_room_to_wait(self, dialer: str, source: str) -> bool:
        """Whether one more caller may wait; beyond the bound the answer is "pending" at once."""
        return not self._stopped and self._waiters.has_room(source, self._most_waiting[dialer])

    def lines(self) -> Mapping[str, Line]:
        return self._lines

    # -- parts -----------------------------------------------------------------------------------------------

    def _look(self, lead_ids: Iterable[str]) -> Mapping[str, LeadStatus]:
        try:
            return self._store.statuses(list(lead_ids))
        except StoreUnavailable:
            return {}

    def _line(self, config: GatewayConfig, name: str, state_dir: Path) -> Line:
        dialer_config = config.dialers[name]
        dialer = self._dialers[name]
        shipper = Shipper(
            owner=self._owner.id,
            dialer=dialer,
            recorder=self._recorder,
            waiters=self._waiters,
            holds=self._holds,
            clock=self._clock,
            arrivals=self.arrivals,
        )
        return Line(
            dialer_config,
            gate=self._gate(name, config, state_dir),
            breaker=Breaker(self._clock),
            clock=self._clock,
            fitting=lambda leads: dialer.fitting([lead.fields for lead in leads]),
            shipper=shipper,
        )

    def _gate(self, name: str, config: GatewayConfig, state_dir: Path) -> Gate:
        dialer = config.dialers[name]
        if self._store.shared:
            return SharedGate(
                self._store,
                name,
                owner=self._owner.id,
                max_concurrency=dialer.max_concurrency,
                max_per_second=dialer.max_per_second,
                timeout=dialer.timeout,
                clock=self._clock,
            )
        return HostGate(
            state_dir / "gates",
            name,
            max_concurrency=dialer.max_concurrency,
            max_per_second=dialer.max_per_second,
            clock=self._clock,
        )
