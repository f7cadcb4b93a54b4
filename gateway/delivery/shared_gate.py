"""Keeps one dialer's caps over several machines: a permit is a row of the database they share."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

import structlog

from gateway.clock import Clock
from gateway.delivery.gate import STALE
from gateway.leads.identity import new_id
from gateway.store import StoreUnavailable

log = structlog.get_logger("gateway.delivery")

AWAY = 0.5  # seconds until a database that is away is asked again
# Between permit and request the lead is committed as sending, which may wait for locks of others.
LEASE_MARGIN = 20.0


class Permits(Protocol):
    """What the gate needs of the store."""

    def take_permit(
        self,
        permit_id: str,
        dialer: str,
        *,
        owner: str,
        max_concurrency: int,
        max_per_second: int,
        lease: float,
    ) -> float:
        """Zero when the permit is ours, else the seconds to wait."""

    def end_permit(self, permit_id: str) -> None:
        """The request is over."""

    def cancel_permit(self, permit_id: str) -> None:
        """Nothing was sent."""


class SharedGate:
    """Nothing leaves without a permit in the database; one that cannot be given back ends with its lease."""

    instant = False

    def __init__(
        self,
        permits: Permits,
        dialer: str,
        *,
        owner: str,
        max_concurrency: int,
        max_per_second: int,
        timeout: float,
        clock: Clock,
    ) -> None:
        self._permits = permits
        self._dialer = dialer
        self._owner = owner
        self._max_concurrency = max_concurrency
        self._max_per_second = max_per_second
        self._lease = timeout + LEASE_MARGIN
        self._clock = clock
        self._entering = threading.Lock()  # one asks at a time: two must not take up the same place
        self._lock = threading.Lock()
        self._asking: str | None = None  # the id under which our turn comes
        self._given: set[str] = set()
        self._late: deque[Callable[[], None]] = deque()  # what the database could not be told yet
        self._away = False

    @property
    def paced(self) -> bool:
        """Whether starts are counted at all."""
        return self._max_per_second > 0

    def enter(self) -> _SharedPermit | float:
        """A permit by the database's word; while it is away nobody may send, and it is asked again."""
        with self._entering:
            return self._enter()

    def _enter(self) -> _SharedPermit | float:
        try:
            self._tell_late()
        except StoreUnavailable as error:
            return self._wait_out(error)
        permit_id = self._asking or new_id(self._clock.now())
        self._asking = None
        try:
            wait = self._take(permit_id)
        except StoreUnavailable as error:
            # The row may have been written all the same: it would hold a slot until it expires.
            self._late.append(lambda: self._permits.cancel_permit(permit_id))
            return self._wait_out(error)
        self._away = False
        if wait > 0:
            self._asking = permit_id
            return wait
        with self._lock:
            self._given.add(permit_id)
        return _SharedPermit(self, permit_id, self._clock)

    def close(self) -> None:
        with self._lock:
            given = list(self._given)
        for permit_id in given:
            self.end(permit_id)

    def end(self, permit_id: str) -> None:
        self._give_back(permit_id, lambda: self._permits.end_permit(permit_id))

    def cancel(self, permit_id: str) -> None:
        self._give_back(permit_id, lambda: self._permits.cancel_permit(permit_id))

    def _take(self, permit_id: str) -> float:
        return self._permits.take_permit(
            permit_id,
            self._dialer,
            owner=self._owner,
            max_concurrency=self._max_concurrency,
            max_per_second=self._max_per_second,
            lease=self._lease,
        )

    def _give_back(self, permit_id: str, tell: Callable[[], None]) -> None:
        with self._lock:
            if permit_id not in self._given:
                return
            self._given.remove(permit_id)
        try:
            tell()
        except StoreUnavailable as error:
            self._late.append(tell)
            self._wait_out(error)

    def _tell_late(self) -> None:
        while self._late:
            self._late[0]()
            self._late.popleft()

    def _wait_out(self, error: StoreUnavailable) -> float:
        """How long to wait; logged once per outage, because the line asks again twice a second."""
        if not self._away:
            self._away = True
            log.warning("gate.store_away", dialer=self._dialer, reason=error.code, next_step=error.message)
        return AWAY


class _SharedPermit:
    __slots__ = ("_clock", "_gate", "_given_at", "_id")

    def __init__(self, gate: SharedGate, permit_id: str, clock: Clock) -> None:
        self._gate = gate
        self._id: str | None = permit_id  # None: given back, and not yet given again
        self._given_at = clock.monotonic()
        self._clock = clock

    def depart(self) -> float:
        if self._id is not None:
            if not self._gate.paced or self._clock.monotonic() - self._given_at <= STALE:
                return 0.0
            self._gate.cancel(self._id)
            self._id = None
        entered = self._gate.enter()
        if isinstance(entered, float):
            return entered
        self._id, self._given_at = entered._id, entered._given_at  # noqa: SLF001 - ours now
        return 0.0

    def release(self) -> None:
        if self._id is not None:
            self._gate.end(self._id)

    def cancel(self) -> None:
        if self._id is not None:
            self._gate.cancel(self._id)
