"""What may have been committed although nobody was told: undone before the same process goes on.

A connection that is cut after COMMIT was sent leaves its callers without an answer. The leads of an Accept
would stand in the store as ours while no line has them, and those of a MarkSending as sent while none was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.store.claiming import ANSWER_WITHIN
from gateway.store.operations import Accept, MarkSending, Operation
from gateway.store.records import IdempotencyClaim
from gateway.store.sending import RELEASE
from gateway.store.transaction import Bulk, Transaction

MOST = (
    10_000  # a disk that fails every commit for long must not fill the memory too; the rest is reaped later
)

_UNMARK = Bulk(
    "UPDATE leads SET state = 'queued', attempt_id = NULL, sent_at = NULL, attempts = leads.attempts - 1"
    " FROM (VALUES",
    2,
    ") AS v WHERE leads.id = v.column1 AND leads.attempt_id = v.column2 AND leads.state = 'sending'",
)
# Its caller was told "not stored" and nobody else will answer: a repetition is told the lead's state at once.
_UNANSWER = (
    f"UPDATE idempotency SET claimed_at = claimed_at - {ANSWER_WITHIN}"  # noqa: S608
    " WHERE owner = ? AND route = ? AND key = ? AND lead_id = ? AND status IS NULL"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """One lead that may have been accepted, or marked under an attempt."""

    lead_id: str
    owner: str | None = None
    received_at: float = 0.0
    claim: IdempotencyClaim | None = None
    attempt_id: str | None = None


class Doubts:
    """Those of one process."""

    def __init__(self) -> None:
        self._open: dict[Doubt, None] = {}

    def add(self, operations: Sequence[Operation[Any]]) -> None:
        """The commit of these was never answered."""
        for doubt in _doubts(operations):
            if len(self._open) < MOST:
                self._open[doubt] = None

    def settle(self, transaction: Transaction) -> Sequence[Doubt]:
        """Undo what is there of them; whoever has committed this passes the result to `settled`."""
        doubts = tuple(self._open)
        transaction.write(
            _UNMARK, [(each.lead_id, each.attempt_id) for each in doubts if each.attempt_id is not None]
        )
        transaction.write(
            RELEASE,
            [(each.lead_id, each.owner, each.received_at) for each in doubts if each.owner is not None],
        )
        for each in doubts:
            if each.claim is not None:
                claim = each.claim
                transaction.run(_UNANSWER, (claim.owner, claim.route, claim.key, each.lead_id))
        return doubts

    def settled(self, doubts: Sequence[Doubt]) -> None:
        for doubt in doubts:
            self._open.pop(doubt, None)


def _doubts(operations: Sequence[Operation[Any]]) -> Iterator[Doubt]:
    for operation in operations:
        if isinstance(operation, MarkSending):
            for lead_id in operation.lead_ids:
                yield Doubt(lead_id=lead_id, attempt_id=operation.attempt_id)
        elif isinstance(operation, Accept):
            for lead in operation.leads:
                yield Doubt(
                    lead_id=lead.id,
                    owner=lead.owner,
                    received_at=lead.received_at,
                    claim=operation.claim,
                    attempt_id=lead.attempt_id,
                )
