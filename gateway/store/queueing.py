"""The queue of one dialer: which leads are due, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from gateway.store.records import QueuedLead
from gateway.store.transaction import Transaction

QUEUED_COLUMNS = "id, phone, list_id, fields, attempts, received_at, source, test"

# A list that is held is passed over: what belongs to it and is still queued waits for the release.
_CLAIM = f"""
UPDATE leads SET owner = ? WHERE id IN (
    SELECT id FROM leads AS due
    WHERE due.state = 'queued' AND due.owner IS NULL AND due.dialer = ? AND due.next_at <= ?
      AND NOT EXISTS (
          SELECT 1 FROM holds WHERE holds.dialer = due.dialer
          AND holds.scope IN ('login', 'line', 'list:' || due.list_id)
      )
    ORDER BY due.next_at LIMIT ? {{skip_locked}}
) RETURNING {QUEUED_COLUMNS}
"""  # noqa: S608 - our own text


def claim_due(transaction: Transaction, dialer: str, owner: str, limit: int, now: float) -> list[QueuedLead]:
    """Make up to `limit` due leads ours, those that have waited longest first."""
    statement = _CLAIM.format(skip_locked=transaction.skip_locked)
    rows = transaction.run(statement, (owner, dialer, now, limit)).fetchall()
    return queued(sorted(rows))


def queued(rows: Iterable[Any]) -> list[QueuedLead]:
    """Rows of QUEUED_COLUMNS as leads."""
    return [
        QueuedLead(
            id=row[0],
            phone=row[1],
            list_id=row[2],
            fields=orjson.loads(row[3]),
            attempts=row[4],
            received_at=row[5],
            source=row[6],
            test=bool(row[7]),
        )
        for row in rows
    ]
