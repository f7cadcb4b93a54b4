"""Carries out different operations in one transaction, all of one type together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.store.accepting import accept
from gateway.store.claiming import save_answers
from gateway.store.operations import Accept, MarkSending, Operation, RecordAttempt, Release, SaveAnswer
from gateway.store.sending import mark_sending, record_attempts, release
from gateway.store.transaction import Transaction

# In this order: outcomes free the numbers that marks wait for, and locks are always taken in one order.
HANDLERS: Mapping[type[Operation[Any]], Callable[[Transaction, Any], Sequence[Any]]] = {
    Accept: accept,
    RecordAttempt: record_attempts,
    MarkSending: mark_sending,
    Release: release,
    SaveAnswer: save_answers,
}


def carry_out(transaction: Transaction, operations: Sequence[Operation[Any]]) -> list[Any]:
    """The result of each operation, in the order given."""
    results: list[Any] = [None] * len(operations)
    for kind, handler in HANDLERS.items():
        places = [place for place, operation in enumerate(operations) if type(operation) is kind]
        if not places:
            continue
        outcomes = handler(transaction, [operations[place] for place in places])
        for place, outcome in zip(places, outcomes, strict=True):
            results[place] = outcome
    return results
