"""The queue of one dialer: which leads are due, whose turn it is, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from gateway.store.records import QueuedLead
from gateway.store.transaction import Row, Transaction

QUEUED_COLUMNS = "id, phone, list_id, fields, attempts, received_at, source, test"

# From source to source through the index, whatever any of them has waiting: a step for each, never one for each lead.
_SOURCES = """
WITH RECURSIVE waiting (source) AS (
    SELECT min(source) FROM leads WHERE state = 'queued' AND dialer = ?
    UNION ALL
    SELECT (SELECT min(source) FROM leads WHERE state = 'queued' AND dialer = ? AND source > waiting.source)
    FROM waiting WHERE waiting.source IS NOT NULL
)
SELECT waiting.source FROM waiting WHERE waiting.source IS NOT NULL AND EXISTS (
    SELECT 1 FROM leads WHERE state = 'queued' AND dialer = ? AND source = waiting.source
    AND next_at <= ? AND owner IS NULL
)
"""

# A list that is held is passed over: what belongs to it and is still queued waits for the release.
_CLAIM = f"""
UPDATE leads SET owner = ? WHERE id IN (
    SELECT id FROM leads AS due
    WHERE due.state = 'queued' AND due.owner IS NULL AND due.dialer = ? AND due.source = ? AND due.next_at <= ?
      AND NOT EXISTS (
          SELECT 1 FROM holds WHERE holds.dialer = due.dialer
          AND holds.scope IN ('login', 'line', 'list:' || due.list_id)
      )
    ORDER BY due.next_at LIMIT ? {{skip_locked}}
) RETURNING {QUEUED_COLUMNS}
"""  # noqa: S608 - our own text


class Turns:
    """Whose turn it is to be claimed; remembers which source of a dialer was served last."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def claim(
        self, transaction: Transaction, dialer: str, owner: str, limit: int, now: float
    ) -> list[QueuedLead]:
        """Make up to `limit` due leads ours: as many of each source, of each those that have waited longest.

        What one source has too few of goes to the others.
        """
        found = transaction.run(_SOURCES, (dialer, dialer, dialer, now)).fetchall()
        sources = self._in_order(dialer, [row[0] for row in found])
        statement = _CLAIM.format(skip_locked=transaction.skip_locked)
        rows: list[Row] = []
        while sources and len(rows) < limit:
            left = limit - len(rows)
            share = max(1, left // len(sources))
            asked, sources = sources[:left], sources[left:]
            for source in asked:
                claimed = transaction.run(statement, (owner, dialer, source, now, share)).fetchall()
                if claimed:
                    rows += claimed
                    self._last[dialer] = source
                if len(claimed) == share:
                    sources.append(source)
        return queued(sorted(rows))

    def _in_order(self, dialer: str, sources: Sequence[str]) -> list[str]:
        last = self._last.get(dialer, "")
        return sorted(sources, key=lambda source: (source <= last, source))


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
