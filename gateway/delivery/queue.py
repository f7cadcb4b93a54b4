"""The leads of one line that wait in this process: fresh before old, every source in turn, one number in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Set

from gateway.delivery.fair_share import may_have_more
from gateway.store.records import QueuedLead

BACKLOG_TURN = 8  # every eighth request looks at old leads first, so that a busy day cannot starve them
LOOK_AHEAD = 64  # leads of one source skipped at most because their numbers are in flight


class Lane:
    """Leads of many sources: each gives one in turn, so that a burst of one delays only its own (RFC 970)."""

    def __init__(self) -> None:
        self._leads: dict[str, deque[QueuedLead]] = {}  # by source; none is empty
        self._turns: deque[str] = deque()  # the sources, the one whose turn it is first
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[QueuedLead]:
        return (lead for leads in self._leads.values() for lead in leads)

    @property
    def sources(self) -> Set[str]:
        """Whose leads wait here."""
        return self._leads.keys()

    def size_of(self, source: str) -> int:
        """How many leads of one source wait here."""
        return len(self._leads.get(source, ()))

    def append(self, lead: QueuedLead) -> None:
        """Wait behind the other leads of the same source."""
        self._size += 1
        leads = self._leads.get(lead.source)
        if leads is not None:
            leads.append(lead)
            return
        self._leads[lead.source] = deque((lead,))
        self._turns.append(lead.source)

    def give_back(self, lead: QueuedLead) -> None:
        """Wait at the head again; its source has its turn back."""
        self._size += 1
        leads = self._leads.get(lead.source)
        if leads is not None:
            leads.appendleft(lead)
            self._turns.remove(lead.source)
        else:
            self._leads[lead.source] = deque((lead,))
        self._turns.appendleft(lead.source)

    def take(self, limit: int, busy: Set[str]) -> Iterator[QueuedLead]:
        """Up to `limit` leads whose numbers are not in `busy`, which is looked at anew for each of them."""
        passed: list[str] = []
        while limit > 0 and self._turns:
            source = self._turns[0]
            lead = self._next_of(source, busy)
            if lead is None:
                passed.append(self._turns.popleft())
                continue
            limit -= 1
            yield lead
        self._turns.extendleft(reversed(passed))

    def _next_of(self, source: str, busy: Set[str]) -> QueuedLead | None:
        leads = self._leads[source]
        for place in range(min(len(leads), LOOK_AHEAD)):
            lead = leads[place]
            if lead.phone in busy:
                continue
            del leads[place]
            self._size -= 1
            if leads:
                self._turns.rotate(-1)
            else:
                del self._leads[source]
                self._turns.popleft()
            return lead
        return None

    def clear(self) -> None:
        self._leads.clear()
        self._turns.clear()
        self._size = 0


class LineQueue:
    """Not thread-safe by itself: the line holds its lock around every call."""

    def __init__(self) -> None:
        self._fresh = Lane()
        self._backlog = Lane()
        self._phones: set[str] = set()
        self._known: set[str] = set()
        self._old: set[str] = set()  # those in flight that came from the backlog
        self._turn = 0

    def __len__(self) -> int:
        return len(self._fresh) + len(self._backlog)

    @property
    def backlog_size(self) -> int:
        """Old leads waiting here."""
        return len(self._backlog)

    def has_room(self, source: str, room: int) -> bool:
        """Whether one more fresh lead of this source may wait where `room` of them should."""
        waiting = self._fresh.size_of(source)
        others = len(self._fresh.sources) - (waiting > 0)
        return may_have_more(has=waiting, taken=len(self), room=room, others=others)

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
            old = lead.id in self._old
            self._old.discard(lead.id)
            (self._backlog if old else self._fresh).give_back(lead)

    def take(self, limit: int) -> list[QueuedLead]:
        """Up to `limit` leads of different numbers, none of them in flight."""
        self._turn += 1
        old_first = self._turn % BACKLOG_TURN == 0
        lanes = (self._backlog, self._fresh) if old_first else (self._fresh, self._backlog)
        taken: list[QueuedLead] = []
        for lane in lanes:
            for lead in lane.take(limit - len(taken), self._phones):
                self._phones.add(lead.phone)
                taken.append(lead)
                if lane is self._backlog:
                    self._old.add(lead.id)
        return taken

    def finish(self, lead: QueuedLead) -> None:
        """The lead's request is over: its number is free again and the lead is no longer ours."""
        self._phones.discard(lead.phone)
        self._known.discard(lead.id)
        self._old.discard(lead.id)

    def empty(self) -> list[QueuedLead]:
        """Give up everything that waits (not what is in flight)."""
        leads = [*self._fresh, *self._backlog]
        self._fresh.clear()
        self._backlog.clear()
        self._known.difference_update(lead.id for lead in leads)
        return leads
