"""Idempotency keys: who uses one first, what the others are told, and the answer that is replayed."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.store.columns import to_json
from gateway.store.operations import Accept, SaveAnswer
from gateway.store.records import IdempotencyClaim, InFlight, Mismatched, Replayed
from gateway.store.transaction import Bulk, Row, Transaction

RETENTION = 30 * 86400.0  # seconds a key is remembered
ANSWER_WITHIN = 60.0  # seconds after which a claim without an answer is told by its lead's state
CLAIM_LOCK = 0
_LEAD = 4  # place of the lead in a row of claims

_CLAIMS = Bulk(
    "INSERT INTO idempotency (owner, route, key, fingerprint, lead_id, claimed_at) VALUES",
    6,
    "ON CONFLICT (owner, route, key) DO UPDATE SET fingerprint = excluded.fingerprint,"
    " lead_id = excluded.lead_id, claimed_at = excluded.claimed_at, status = NULL, headers = NULL,"
    " body = NULL",
)
_KNOWN = Bulk(
    "SELECT i.owner, i.route, i.key, i.fingerprint, i.lead_id, i.claimed_at, i.status, i.headers, i.body"
    " FROM (VALUES",
    3,
    ") AS v JOIN idempotency AS i ON i.owner = v.column1 AND i.route = v.column2 AND i.key = v.column3",
)
_ANSWER = (
    "UPDATE idempotency SET status = ?, headers = ?, body = ?, lead_id = coalesce(?, lead_id)"
    " WHERE owner = ? AND route = ? AND key = ? AND fingerprint = ? AND status IS NULL"
)

Key = tuple[str, str, str]
Answer = Replayed | InFlight | Mismatched | None


@dataclass(frozen=True, slots=True)
class Claims:
    """For each operation of a batch: None when it may go on, else what its caller is told."""

    answers: list[Answer]
    new: list[Row]

    @classmethod
    def take(cls, transaction: Transaction, operations: Sequence[Accept]) -> Claims:
        """Claim every key that is free; of two claims in one batch the first wins."""
        keys = {_key(each.claim): None for each in operations if each.claim is not None}
        if not keys:
            return cls(answers=[None] * len(operations), new=[])
        lock_claims(transaction, operations)
        known = {tuple(row[:3]): row[3:] for row in transaction.select(_KNOWN, list(keys))}
        answers: list[Answer] = []
        new: list[Row] = []
        for operation in operations:
            claim, now = operation.claim, operation.enquiry.received_at
            row = known.get(_key(claim)) if claim is not None else None
            if claim is None or (row is not None and row[2] > now - RETENTION):
                answers.append(None if claim is None else _told(claim, row, now))
                continue
            lead_id = operation.leads[0].id if operation.leads else None
            known[_key(claim)] = (claim.fingerprint, lead_id, now, None, None, None)
            new.append((*_key(claim), claim.fingerprint, lead_id, now))
            answers.append(None)
        return cls(answers=answers, new=new)

    def write(self, transaction: Transaction, *, without: Set[str] = frozenset()) -> None:
        """Keep the new claims, except those for leads that are not kept."""
        transaction.write(_CLAIMS, [row for row in self.new if row[_LEAD] not in without])


def take_one(transaction: Transaction, claim: IdempotencyClaim, *, subject: str, now: float) -> Answer:
    """Claim a key for something that is no lead; None when it is ours now, and remembers `subject`."""
    transaction.lock(CLAIM_LOCK, ["\0".join(_key(claim))])
    for row in transaction.select(_KNOWN, [_key(claim)]):
        if row[5] > now - RETENTION:
            return _told(claim, row[3:], now)
    transaction.write(_CLAIMS, [(*_key(claim), claim.fingerprint, subject, now)])
    return None


def lock_claims(transaction: Transaction, operations: Sequence[Accept]) -> None:
    """Nobody else takes one of these keys before this transaction has ended."""
    keys = {_key(each.claim) for each in operations if each.claim is not None}
    transaction.lock(CLAIM_LOCK, ("\0".join(key) for key in keys))


def save_answers(transaction: Transaction, operations: Sequence[SaveAnswer]) -> list[None]:
    """The first answer under a claim stays; a later one changes nothing."""
    for operation in operations:
        transaction.run(
            _ANSWER,
            (
                operation.status,
                to_json(operation.headers),
                operation.body,
                operation.lead_id,
                *_key(operation.claim),
                operation.claim.fingerprint,
            ),
        )
    return [None] * len(operations)


def _key(claim: IdempotencyClaim) -> Key:
    return claim.owner, claim.route, claim.key


def _told(claim: IdempotencyClaim, row: Any, now: float) -> Answer:
    fingerprint, lead_id, claimed_at, status, headers, body = row
    if fingerprint != claim.fingerprint:
        return Mismatched()
    if status is not None:
        return Replayed(status=status, headers=orjson.loads(headers), body=bytes(body))
    return InFlight(lead_id=lead_id if now - claimed_at >= ANSWER_WITHIN else None)
