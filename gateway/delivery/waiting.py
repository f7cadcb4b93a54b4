"""Callers that wait for a lead's end: each is woken alone, by this process's line or by a look at the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

from gateway.delivery.fair_share import may_have_more
from gateway.leads.lead import LeadStatus, State

PARKED = frozenset(State) - {State.QUEUED, State.SENDING}  # states a caller need not wait in
FIRST_LOOK = 0.02
LONGEST_LOOK = 0.25


class Ticket:
    """One caller's wait for one lead."""

    __slots__ = ("_ended", "_woken", "lead_id", "source", "status")

    def __init__(self, lead_id: str, source: str) -> None:
        self.lead_id = lead_id
        self.source = source
        self.status: LeadStatus | None = None
        self._woken = False
        self._ended = threading.Lock()  # held until somebody wakes us; much cheaper than an Event
        self._ended.acquire()

    def wait(self, seconds: float) -> LeadStatus | None:
        """The lead's status once it has ended or is parked; None when the time is up first."""
        self._ended.acquire(timeout=max(0.0, seconds))
        return self.status

    def wake(self, status: LeadStatus | None) -> None:
        """The end, or `None`: it will not come soon. Only the first one counts."""
        if not self._woken:
            self._woken = True
            self.status = status
            self._ended.release()


class Waiters:
    """All tickets of this process; leads of other processes are watched in the store, in one query for all."""

    def __init__(self, look: Callable[[Iterable[str]], Mapping[str, LeadStatus]]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._tickets: dict[str, list[Ticket]] = {}
        self._callers: dict[str, int] = {}  # by source; none is 0
        self._watched: set[str] = set()
        self._wanted = threading.Event()
        self._stopped = False
        self._watcher: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._tickets)

    def has_room(self, source: str, room: int) -> bool:
        """Whether one more caller of this source may wait where `room` callers should."""
        here = self._callers.get(source, 0)
        others = len(self._callers) - (here > 0)
        return may_have_more(has=here, taken=len(self), room=room, others=others)

    def subscribe(self, lead_id: str, source: str = "") -> Ticket:
        """A ticket for `lead_id`; subscribe before the lead is handed over, and `leave` in any case."""
        ticket = Ticket(lead_id, source)
        with self._lock:
            self._tickets.setdefault(lead_id, []).append(ticket)
            self._callers[source] = self._callers.get(source, 0) + 1
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """The caller no longer waits."""
        with self._lock:
            others = self._tickets.get(ticket.lead_id)
            if others is None or ticket not in others:
                return  # woken already; whoever waits for this lead now came later
            others.remove(ticket)
            self._forget(ticket)
            if not others:
                del self._tickets[ticket.lead_id]
                self._watched.discard(ticket.lead_id)

    def watch(self, lead_id: str) -> None:
        """Another process has this lead: look at the store for it while somebody here waits."""
        with self._lock:
            if lead_id in self._tickets:
                self._watched.add(lead_id)
                if self._watcher is None:
                    self._watcher = threading.Thread(target=self._run, name="lead-watcher", daemon=True)
                    self._watcher.start()
        self._wanted.set()

    def wake(self, lead_id: str, status: LeadStatus | None) -> None:
        """The lead has ended, is parked, or (`None`) will not end soon."""
        if lead_id not in self._tickets:
            return
        with self._lock:
            tickets = self._tickets.pop(lead_id, [])
            self._watched.discard(lead_id)
            for ticket in tickets:
                self._forget(ticket)
        for ticket in tickets:
            ticket.wake(status)

    def _forget(self, ticket: Ticket) -> None:
        left = self._callers[ticket.source] - 1
        if left:
            self._callers[ticket.source] = left
        else:
            del self._callers[ticket.source]

    def wake_all(self) -> None:
        """Nothing will end soon: everybody gets the honest "pending" now."""
        for lead_id in list(self._tickets):
            self.wake(lead_id, None)

    def stop(self) -> None:
        self._stopped = True
        self._wanted.set()
        self.wake_all()

    def _run(self) -> None:
        pause = FIRST_LOOK
        while not self._stopped:
            if not self._watched:
                self._wanted.clear()
                if not self._watched:
                    self._wanted.wait()
                pause = FIRST_LOOK
                continue
            pause = FIRST_LOOK if self._look_once() else min(pause * 1.5, LONGEST_LOOK)
            _sleep(pause)

    def _look_once(self) -> bool:
        with self._lock:
            wanted = list(self._watched)
        ended = [status for status in self._look(wanted).values() if status.state in PARKED]
        for status in ended:
            self.wake(status.id, status)
        return bool(ended)


def _sleep(seconds: float) -> None:
    threading.Event().wait(seconds)
