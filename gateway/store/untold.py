"""Notes what is to be told of leads that have ended, as they are at that moment.

A lead of a source with a callback_url carries the end that was noted last. Whoever ends it makes the two differ, and an
index holds exactly those: nothing that changes a lead has to know of callbacks, and nothing is lost between the two.
Only what takes a lead out of its end (a person who sends it again, say) notes that end first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from gateway.leads.identity import new_id
from gateway.store.transaction import Bulk, Row, Transaction

# {skip_locked}: another process may be noting the same leads.
_SOME = (
    "SELECT id FROM leads AS due WHERE due.told_at <> due.finished_at ORDER BY due.id LIMIT ? {skip_locked}"
)
_FACTS = Bulk(
    "FROM (VALUES",
    1,
    ") AS v JOIN leads ON leads.id = v.column1 LEFT JOIN leads AS first ON first.id = leads.duplicate_of"
    " WHERE leads.told_at <> leads.finished_at {lock}",
)
_FACT = (
    "leads.id, leads.source, leads.state, leads.finished_at, leads.reason_code, leads.message, leads.duplicate_of,"
    " leads.possible_duplicate, leads.test, leads.received_at, leads.dialer, leads.list_id, leads.fields,"
    # A repetition is answered with what became of the first.
    " coalesce(leads.dialer_lead_id, first.dialer_lead_id), coalesce(leads.dialer_list_id, first.dialer_list_id),"
    " coalesce(leads.dialer_status, first.dialer_status)"
)
_NOTE = Bulk(
    "INSERT INTO callbacks (id, source, lead_id, state, happened_at, facts, standing, since, attempts, next_at) VALUES",
    10,
)
# Not by its value: SQLite's JSON would round it.
_NOTED = Bulk(
    "UPDATE leads SET told_at = leads.finished_at FROM (VALUES",
    1,
    ") AS v WHERE leads.id = v.column1",
)


def note_some(transaction: Transaction, now: float, limit: int) -> int:
    """Note up to `limit` ends that nobody has noted; how many those were."""
    statement = _SOME.format(skip_locked=transaction.skip_locked)
    return note(transaction, [row[0] for row in transaction.run(statement, (limit,)).fetchall()], now)


def note(transaction: Transaction, ids: Sequence[str], now: float) -> int:
    """Note the ends of these leads, those that are to be told and have not been; how many those were."""
    rows = transaction.read(_FACT, _FACTS, [(lead_id,) for lead_id in sorted(set(ids))])
    transaction.write(_NOTE, [_noted(row, now) for row in rows])
    transaction.write(_NOTED, [(row[0],) for row in rows])
    return len(rows)


def _noted(row: Row, now: float) -> Row:
    lead_id, source, state, happened_at = row[:4]
    facts = orjson.dumps(_facts(row)).decode()
    return (new_id(now), source, lead_id, state, happened_at, facts, "waiting", now, 0, now)


def _facts(row: Row) -> dict[str, Any]:
    return {
        "reason_code": row[4],
        "message": row[5],
        "duplicate_of": row[6],
        "possible_duplicate": bool(row[7]),
        "test": bool(row[8]),
        "received_at": row[9],
        "dialer": row[10],
        "list_id": row[11],
        "prospects_id": orjson.loads(row[12]).get("prospects_id"),
        "dialer_lead_id": row[13],
        "dialer_list_id": row[14],
        "dialer_status": row[15],
    }
