"""What a person or a look-up decides about parked leads: there, send again, leave it, look once more."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from gateway.store.records import UnconfirmedLead
from gateway.store.tables import PARKED, leads
from gateway.store.transaction import Bulk, Transaction
from gateway.store.untold import note

DISCARDED = "operator.discarded"

# A quarantined lead without a number could not be dialed: nothing was made of what arrived.
_RETRYABLE = "('unconfirmed', 'held', 'rejected', 'dead', 'quarantined')"
_DISCARDABLE = "('queued', 'held', 'unconfirmed', 'quarantined', 'dead')"
_LOCKED = Bulk("FROM leads WHERE id IN (VALUES", 1, ") {lock}")
_RETRY = Bulk(
    "UPDATE leads SET state = 'queued', owner = NULL, hold_scope = NULL, finished_at = NULL,"
    " reason_code = NULL, message = NULL, next_at = CAST(v.column2 AS DOUBLE PRECISION),"
    " updated_at = CAST(v.column2 AS DOUBLE PRECISION),"
    # A dead lead begins anew: counted on, its first failure would end it again.
    " attempts = CASE WHEN leads.state = 'dead' THEN 0 ELSE leads.attempts END,"
    # Looked up and not found: the dialer does not have it.
    " possible_duplicate = CASE WHEN leads.state = 'unconfirmed' AND leads.looked_up = 0 THEN 1"
    " ELSE leads.possible_duplicate END FROM (VALUES",
    2,
    f") AS v WHERE leads.id = v.column1 AND leads.state IN {_RETRYABLE} AND leads.phone <> ''",
)
_DISCARD = Bulk(
    "UPDATE leads SET state = 'rejected', owner = NULL, hold_scope = NULL, next_at = NULL,"
    " reason_code = v.column2, message = v.column3, updated_at = CAST(v.column4 AS DOUBLE PRECISION),"
    " finished_at = CAST(v.column4 AS DOUBLE PRECISION) FROM (VALUES",
    4,
    f") AS v WHERE leads.id = v.column1 AND leads.state IN {_DISCARDABLE}",
)
_END_IDENTITIES = Bulk("DELETE FROM identities WHERE lead_id IN (VALUES", 1, ")")
_RESOLVE = (
    "UPDATE leads SET state = 'delivered', reason_code = 'resolved', message = ?, owner = NULL,"
    " next_at = NULL, dialer_lead_id = coalesce(?, dialer_lead_id), updated_at = ?,"
    " finished_at = ? WHERE id = ? AND state = 'unconfirmed'"
)
_RESOLVED = (
    "INSERT INTO attempts (lead_id, attempt_id, dialer, action, started_at, finished_at, told_by, outcome,"
    " state, reason_code, message) SELECT id, ?, dialer, 'resolve', ?, ?, id, 'resolved', 'delivered',"
    " 'resolved', ? FROM leads WHERE id = ?"
)


def resolve(
    transaction: Transaction,
    lead_id: str,
    *,
    dialer_lead_id: str | None,
    reason: str,
    now: float,
    entry_id: str,
) -> bool:
    """The dialer has this unconfirmed lead; False when it is not unconfirmed any more."""
    if not transaction.run(_RESOLVE, (reason, dialer_lead_id, now, now, lead_id)).rowcount:
        return False
    transaction.run(_RESOLVED, (entry_id, now, now, reason, lead_id))
    return True


def retry(transaction: Transaction, ids: Sequence[str], now: float) -> frozenset[str]:
    """Send again; the leads that stood in a state from which that is possible."""
    found = _in_states(transaction, ids, _RETRYABLE, with_phone=True)
    note(transaction, found, now)
    transaction.write(_RETRY, [(lead_id, now) for lead_id in found])
    return frozenset(found)


def discard(transaction: Transaction, ids: Sequence[str], reason: str, now: float) -> frozenset[str]:
    """Never send; the leads stay, as rejected by a person, and the same person may enquire again."""
    found = _in_states(transaction, ids, _DISCARDABLE)
    note(transaction, found, now)
    transaction.write(_DISCARD, [(lead_id, DISCARDED, reason, now) for lead_id in found])
    transaction.write(_END_IDENTITIES, [(lead_id,) for lead_id in found])
    return frozenset(found)


def look_again(transaction: Transaction, lead_id: str, at: float) -> None:
    """The dialer did not know the lead; ask once more at `at`."""
    transaction.run(
        "UPDATE leads SET looked_up = 1, next_at = ? WHERE id = ? AND state = 'unconfirmed'", (at, lead_id)
    )


def unconfirmed_due(connection: Connection, dialer: str, now: float, limit: int) -> list[UnconfirmedLead]:
    """Unconfirmed leads whose next look is due, oldest look first."""
    wanted = (
        select(
            leads.c.id,
            leads.c.phone,
            leads.c.list_id,
            leads.c.fields,
            leads.c.attempts,
            leads.c.received_at,
            leads.c.looked_up,
        )
        .where(text(f"{PARKED} AND state = 'unconfirmed'"), leads.c.dialer == dialer, leads.c.next_at <= now)
        .order_by(leads.c.next_at)
        .limit(limit)
    )
    return [
        UnconfirmedLead(
            id=row.id,
            phone=row.phone,
            list_id=row.list_id,
            fields=orjson.loads(row.fields),
            attempts=row.attempts,
            received_at=row.received_at,
            looked_up=bool(row.looked_up),
        )
        for row in connection.execute(wanted)
    ]


def _in_states(
    transaction: Transaction, ids: Sequence[str], states: str, *, with_phone: bool = False
) -> list[str]:
    rows = transaction.read("id, state, phone", _LOCKED, [(lead_id,) for lead_id in sorted(set(ids))])
    return [lead_id for lead_id, state, phone in rows if f"'{state}'" in states and (phone or not with_phone)]
