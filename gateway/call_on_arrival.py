"""USE CASE: a lead has just reached the dialer, and the agent its source names is to call it at once."""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass

import structlog

from gateway.click_to_call import Order, Parts, leave_out, ring
from gateway.config import CallOnArrival
from gateway.store import StoreUnavailable
from gateway.store.records import QueuedLead

log = structlog.get_logger("gateway.calls")

AT_ONCE = 2  # calls of one process under way: the dialer's slots are for leads first
MOST_WAITING = 100
PATIENCE = 20.0  # seconds a call may wait behind others; then it is no longer one on arrival
QUIET = 600.0  # seconds in which the same number is not called a second time, as on the thank-you page
ASKED_BY = "arrival"

_TOO_MANY = "Too many leads arrived at once. This call was left out: call the lead by hand."
_TOO_OLD = "The lead had waited too long for the dialer. This call was left out: call the lead by hand."
_STOPPING = "The gateway was stopped. This call was left out: call the lead by hand."


@dataclass(frozen=True, kw_only=True, slots=True)
class _Waiting:
    """A call that is about to be asked for."""

    order: Order
    since: float


class CallsOnArrival:
    """Beside the delivery of one process: a call may take seconds, and no lead waits for one."""

    def __init__(self, services: Parts) -> None:
        self._services = services
        self._waiting: queue.Queue[_Waiting | None] = queue.Queue()
        self._threads: list[threading.Thread] = []
        self._stopping = False
        services.delivery.arrivals.listen(self._arrived)

    def start(self) -> None:
        """Nothing runs where no source wants it."""
        if not any(each.call_on_arrival for each in self._services.config.sources.values()):
            return
        for number in range(AT_ONCE):
            thread = threading.Thread(target=self._run, name=f"call-on-arrival-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self, seconds: float) -> None:
        """What is under way may end; what waits is written down as left out."""
        self._stopping = True
        for _ in self._threads:
            self._waiting.put(None)
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _arrived(self, dialer: str, lead: QueuedLead) -> None:
        source = self._services.config.sources.get(lead.source)
        wanted = source.call_on_arrival if source is not None else None
        if wanted is None:
            return
        order = _order(dialer, lead, wanted)
        if self._services.clock.now() - lead.received_at > wanted.within:
            self._leave_out(order, _TOO_OLD)
        elif self._stopping or not self._threads:
            self._leave_out(order, _STOPPING)
        elif self._waiting.qsize() >= MOST_WAITING:
            self._leave_out(order, _TOO_MANY)
        else:
            self._waiting.put(_Waiting(order=order, since=time.monotonic()))

    def _run(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            try:
                self._call(waiting)
            except Exception:
                # Whatever one call meets, the next lead is still to be called.
                log.exception("call.broken", lead=waiting.order.lead_id)

    def _call(self, waiting: _Waiting) -> None:
        if self._stopping:
            self._leave_out(waiting.order, _STOPPING)
        elif time.monotonic() - waiting.since > PATIENCE:
            self._leave_out(waiting.order, _TOO_MANY)
        else:
            try:
                ring(self._services, waiting.order, quiet=QUIET)
            except StoreUnavailable as error:
                log.error("call.not_asked", lead=waiting.order.lead_id, reason=error.code)

    def _leave_out(self, order: Order, why: str) -> None:
        """The lead's timeline says why nobody was called."""
        try:
            leave_out(self._services, order, why)
        except StoreUnavailable as error:
            log.error("call.not_asked", lead=order.lead_id, reason=error.code)


def _order(dialer: str, lead: QueuedLead, wanted: CallOnArrival) -> Order:
    return Order(
        dialer=dialer,
        agent_user=wanted.agent_user,
        phone=lead.phone,
        mode=wanted.mode,
        source=lead.source,
        asked_by=ASKED_BY,
        lead_id=lead.id,
        prospects_id=lead.fields.get("prospects_id", ""),
    )
