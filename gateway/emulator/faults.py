"""Faults on demand: for whom and for how long each is set, and which one meets the next request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.emulator.catalogue import Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A fault as somebody asks for it; without a limit it stays until it is cleared."""

    fault: Fault
    count: int | None = None  # for the next so many requests it fits
    seconds: float | None = None  # for so long
    share: float = 1.0  # for this part of the requests it fits, spread evenly
    action: str = ""  # only for this action of the API
    phone: str = ""  # only for requests that carry this number


@dataclass(kw_only=True, slots=True)
class ActiveFault:
    """An order that is being carried out."""

    number: int
    order: Order
    left: int | None
    until: float | None
    owed: float = 0.0
    met: int = 0

    def fits(self, action: str, phones: Sequence[str]) -> bool:
        order = self.order
        return (not order.action or order.action == action) and (not order.phone or order.phone in phones)

    def is_due(self) -> bool:
        """Every n-th request for a share of 1/n: exact numbers, so that a rehearsal can be repeated."""
        self.owed += self.order.share
        if self.owed < 1.0 - 1e-9:
            return False
        self.owed -= 1.0
        return True

    def as_json(self, now: float) -> dict[str, object]:
        return {
            "id": self.number,
            "fault": str(self.order.fault),
            "count_left": self.left,
            "seconds_left": None if self.until is None else max(0.0, round(self.until - now, 1)),
            "share": self.order.share,
            "action": self.order.action,
            "phone": self.order.phone,
            "met": self.met,
        }


class FaultBoard:
    """Thread-safe; the oldest order that fits a request is the one it meets."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._active: list[ActiveFault] = []
        self._numbered = 0

    def set(self, order: Order) -> ActiveFault:
        with self._lock:
            self._numbered += 1
            until = None if order.seconds is None else self._clock() + order.seconds
            active = ActiveFault(number=self._numbered, order=order, left=order.count, until=until)
            self._active.append(active)
            return active

    def clear(self, number: int | None = None) -> int:
        """Ends one fault, or all of them; says how many were ended."""
        with self._lock:
            kept = [one for one in self._active if number is not None and one.number != number]
            ended = len(self._active) - len(kept)
            self._active = kept
            return ended

    def meet(self, action: str, phones: Sequence[str]) -> Fault | None:
        if not self._active:
            return None
        with self._lock:
            self._drop_finished()
            for one in self._active:
                if one.fits(action, phones) and one.is_due():
                    one.met += 1
                    if one.left is not None:
                        one.left -= 1
                    return one.order.fault
        return None

    def active(self) -> list[dict[str, object]]:
        with self._lock:
            self._drop_finished()
            now = self._clock()
            return [one.as_json(now) for one in self._active]

    def _drop_finished(self) -> None:
        now = self._clock()
        self._active = [
            one
            for one in self._active
            if (one.left is None or one.left > 0) and (one.until is None or one.until > now)
        ]
