"""The leads of one line that wait in this process: fresh before old, one phone number in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from gateway.store.records import QueuedLead

BACKLOG_TURN = 8  # every eighth request looks at old leads first, so that a busy day cannot starve them
LOOK_AHEAD = 64  # leads skipped at most for one request because their number is in flight


class LineQueue:
    """Not thread-safe by itself: the line holds its lock around every call."""

    def __init__(self) -> None:
        self._fresh: deque[QueuedLead] = deque()
        self._backlog: deque[QueuedLead] = deque()
        self._phones: set[str] = set()
        self._known: set[str] = set()
        self._turn = 0

    def __len__(self) -> int:
        return len(self._fresh) + len(self._backlog)

    @property
    def backlog_size(self) -> int:
        """Old leads waiting here."""
        return len(self._backlog)

    def owns(self, lead_id: str) -> bool:
        """Whether this process has the lead, waiting or in flight."""
        return lead_id in self._known

    def put(self, lead: QueuedLead, *, fresh: bool) -> None:
        """Let a lead wait; fresh ones go before old ones."""
        self._known.add(lead.id)
        (self._fresh if fresh else self._backlog).append(lead)

    def hold(self, lead: QueuedLead) -> None:
        """The lead is in flight without having waited here."""
        self._known.add(lead.id)
        self._phones.add(lead.phone)

    def put_back(self, leads: Iterable[QueuedLead]) -> None:
        """Leads that were taken and not sent return to the head."""
        for lead in reversed(list(leads)):
            self._phones.discard(lead.phone)
            self._fresh.appendleft(lead)

    def take(self, limit: int) -> list[QueuedLead]:
        """Up to `limit` leads of different numbers, none of them in flight."""
        self._turn += 1
        old_first = self._turn % BACKLOG_TURN == 0
        lanes = (self._backlog, self._fresh) if old_first else (self._fresh, self._backlog)
        taken: list[QueuedLead] = []
        for lane in lanes:
            self._take_from(lane, limit, taken)
        return taken

    def _take_from(self, lane: deque[QueuedLead], limit: int, taken: list[QueuedLead]) -> None:
        skipped: list[QueuedLead] = []
        while lane and len(taken) < limit and len(skipped) < LOOK_AHEAD:
            lead = lane.popleft()
            if lead.phone in self._phones:
                skipped.append(lead)
                continue
            self._phones.add(lead.phone)
            taken.append(lead)
        lane.extendleft(reversed(skipped))

    def finish(self, lead: QueuedLead) -> None:
        """The lead's request is over: its number is free again and the lead is no longer ours."""
        self._phones.discard(lead.phone)
        self._known.discard(lead.id)

    def empty(self) -> list[QueuedLead]:
        """Give up everything that waits (not what is in flight)."""
        leads = [*self._fresh, *self._backlog]
        self._fresh.clear()
        self._backlog.clear()
        self._known.difference_update(lead.id for lead in leads)
        return leads
