"""Many leads of one request in one commit: each has an enquiry of its own, and may have a key of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from gateway.store.accepting import accept
from gateway.store.claiming import Claims, lock_claims, save_answers
from gateway.store.doubts import Doubts
from gateway.store.errors import StoreUnavailable
from gateway.store.operations import Accept, SaveAnswer
from gateway.store.records import Accepted, IdempotencyClaim, InFlight, Mismatched, Replayed
from gateway.store.transaction import Transaction

T = TypeVar("T")


class Settles(Protocol):
    """Writes in one transaction, after what is in doubt was undone."""

    def __call__(self, work: Callable[[Transaction], T]) -> T: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """The rows to keep, one lead each and at least one; with a claim that was used before, none of them."""

    rows: tuple[Accept, ...]
    claim: IdempotencyClaim | None = None

    @property
    def gate(self) -> Accept:
        """What the claim of the whole is asked for with: it remembers the first lead."""
        return replace(self.rows[0], claim=self.claim)


@dataclass(frozen=True, kw_only=True, slots=True)
class Batched:
    """What became of a batch; with `idempotency` set nothing was stored."""

    rows: tuple[Accepted, ...] = ()
    idempotency: Replayed | InFlight | Mismatched | None = None


class Batches:
    """Reached as `store.batches`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, settling: Settles, doubts: Doubts) -> None:
        self._settling = settling
        self._doubts = doubts

    def accept(self, batch: Batch) -> Batched:
        """Keep all rows and the claim, or nothing; the rows' results stand in their order."""
        try:
            return self._settling(lambda transaction: _accept(transaction, batch))
        except StoreUnavailable as error:
            if error.in_doubt:
                self._doubts.add((*batch.rows, batch.gate))
            raise

    def answer(self, answers: Sequence[SaveAnswer]) -> None:
        """Keep what was answered under the claims of a batch and of its rows."""
        self._settling(lambda transaction: save_answers(transaction, answers))


def _accept(transaction: Transaction, batch: Batch) -> Batched:
    # All at once and in one order: two batches must never wait for each other's keys.
    lock_claims(transaction, (batch.gate, *batch.rows))
    gate = Claims.take(transaction, (batch.gate,))
    if gate.answers[0] is not None:
        return Batched(idempotency=gate.answers[0])
    rows = tuple(accept(transaction, batch.rows))
    if not all(row.over_cap for row in rows):  # else the same batch may come again tomorrow
        gate.write(transaction)
    return Batched(rows=rows)
