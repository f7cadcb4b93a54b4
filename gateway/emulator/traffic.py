"""How requests come in: how many, how many at once, when, and whether one phone was in flight twice."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class TrafficReport:
    """Times are of the monotonic clock, in the order of arrival."""

    total: int
    by_action: dict[str, int]
    faults: dict[str, int]
    in_flight: int
    max_concurrent: int
    max_concurrent_per_phone: int
    phone_overlaps: int
    max_in_any_second: int
    starts: list[float]

    def as_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__slots__}


class Traffic:
    """Counts requests; also the door that lets only so many be served together."""

    def __init__(self, *, keep: int, at_a_time: int) -> None:
        self._lock = threading.Lock()
        self._free = threading.Condition(self._lock)
        self._starts: deque[float] = deque(maxlen=keep)
        self._by_action: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._phones: Counter[str] = Counter()
        self._in_flight = 0
        self._served = 0
        self._max_concurrent = 0
        self._max_per_phone = 0
        self._overlaps = 0
        self._at_a_time = at_a_time

    @contextmanager
    def visit(self, action: str, phones: Sequence[str]) -> Iterator[None]:
        """One request from arrival to answer; waits here for a free place when places are limited."""
        started = time.monotonic()
        with self._lock:
            self._arrive(action, phones, started)
            while self._at_a_time and self._served >= self._at_a_time:
                self._free.wait()
            self._served += 1
        try:
            yield
        finally:
            with self._lock:
                self._leave(phones)

    def limit(self, at_a_time: int) -> None:
        with self._lock:
            self._at_a_time = at_a_time
            self._free.notify_all()

    def count_fault(self, name: str) -> None:
        with self._lock:
            self._faults[name] += 1

    @property
    def total(self) -> int:
        return self._by_action.total()

    def report(self) -> TrafficReport:
        with self._lock:
            starts = list(self._starts)
            return TrafficReport(
                total=self._by_action.total(),
                by_action=dict(self._by_action),
                faults=dict(self._faults),
                in_flight=self._in_flight,
                max_concurrent=self._max_concurrent,
                max_concurrent_per_phone=self._max_per_phone,
                phone_overlaps=self._overlaps,
                max_in_any_second=most_in_any_second(starts),
                starts=starts,
            )

    def _arrive(self, action: str, phones: Sequence[str], started: float) -> None:
        self._starts.append(started)
        self._by_action[action] += 1
        self._in_flight += 1
        self._max_concurrent = max(self._max_concurrent, self._in_flight)
        for phone in set(phones):
            self._phones[phone] += 1
            if self._phones[phone] > 1:
                self._overlaps += 1
            self._max_per_phone = max(self._max_per_phone, self._phones[phone])

    def _leave(self, phones: Sequence[str]) -> None:
        self._in_flight -= 1
        self._served -= 1
        for phone in set(phones):
            self._phones[phone] -= 1
            if not self._phones[phone]:
                del self._phones[phone]
        if self._at_a_time:
            self._free.notify()


def most_in_any_second(starts: Sequence[float]) -> int:
    """The largest number of starts inside any sliding second, its end left out."""
    most = first = 0
    for last, start in enumerate(starts):
        while start - starts[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most
