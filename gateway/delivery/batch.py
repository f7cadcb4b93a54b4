"""What one request to the dialer carries, from what waits for it to what is committed as sending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from gateway.delivery.gate import Permit
from gateway.store.records import QueuedLead

if TYPE_CHECKING:
    from gateway.delivery.line import Line


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What one request to the dialer will carry."""

    leads: tuple[QueuedLead, ...]
    multi: bool  # through add_multi_lead


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """A batch that is committed as sending."""

    attempt_id: str
    leads: tuple[QueuedLead, ...]
    multi: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A marked batch and its permit."""

    marked: Marked
    permit: Permit


@dataclass(frozen=True, kw_only=True, slots=True)
class LastRequest:
    """What came of the request that ended last, and when the dialer last gave an answer one can read."""

    outcome: str | None = None
    answered_at: float | None = None


class Ships(Protocol):
    """What a line's senders do with what they took."""

    def mark(self, line: Line, batch: Batch) -> Marked | None:
        """Commit that the batch is about to leave; None when nothing of it may."""

    def ship(self, line: Line, marked: Marked, permit: Permit) -> None:
        """Send it, and see to what comes of it."""

    def take_back(self, line: Line, marked: Marked) -> None:
        """It was marked and does not leave: back into the queue."""


class Departure:
    """A sender and a permit kept for one lead that is being stored; what is not used goes back."""

    def __init__(self, *, permit: Permit, give_back: Callable[[], None]) -> None:
        self._permit: Permit | None = permit
        self._give_back = give_back

    def use(self) -> Permit:
        """The permit, once."""
        permit, self._permit = self._permit, None
        if permit is None:
            raise RuntimeError("this departure was used, or given back, before")
        return permit

    def cancel(self) -> None:
        """Nothing leaves with it; harmless after `use`."""
        permit, self._permit = self._permit, None
        if permit is not None:
            permit.cancel()
            self._give_back()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()
