"""Leads whose number must not be called: taken out of wherever they wait, whichever process has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.store.transaction import Bulk, Transaction
from gateway.store.untold import note

# In the order of their ids, as marks lock them: two transactions never wait for each other both ways. What is being
# sent is not locked: whoever writes its outcome down may go on to mark others, and wait for us.
_WAITING = Bulk(
    "FROM (VALUES",
    1,
    ") AS v JOIN leads ON leads.phone = v.column1"
    " WHERE leads.state IN ('queued', 'held', 'quarantined', 'dead') ORDER BY leads.id {lock}",
)
_LEAVING = Bulk(
    "FROM (VALUES", 1, ") AS v JOIN leads ON leads.phone = v.column1 WHERE leads.state = 'sending'"
)
SUPPRESS = Bulk(
    "UPDATE leads SET state = 'suppressed', reason_code = 'suppressed', message = NULL, owner = NULL,"
    " hold_scope = NULL, next_at = NULL, updated_at = CAST(v.column2 AS DOUBLE PRECISION),"
    " finished_at = CAST(v.column2 AS DOUBLE PRECISION) FROM (VALUES",
    2,
    ") AS v WHERE leads.id = v.column1",
)
_END_IDENTITIES = Bulk("DELETE FROM identities WHERE lead_id IN (VALUES", 1, ")")

DIALER_LOCK = 2  # kinds are taken in ascending order within one transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopped:
    """What became of the leads of numbers that must not be called from now on."""

    lead_ids: tuple[str, ...] = ()  # suppressed now
    leaving: int = 0  # on their way in this very moment: nobody can call them back


def stop_waiting(transaction: Transaction, phones: Sequence[str], now: float) -> Stopped:
    """Suppress what waits for these numbers; a line that has such a lead in memory finds it gone when it marks it.

    Call it with `lock_departures`: then a lead is either stopped here, or was committed as leaving before.
    """
    numbers = [(phone,) for phone in sorted(set(phones)) if phone]
    waiting = [row[0] for row in transaction.read("leads.id", _WAITING, numbers)]
    suppress(transaction, waiting, now)
    leaving = transaction.read("leads.id", _LEAVING, numbers)
    return Stopped(lead_ids=tuple(waiting), leaving=len(leaving))


def lock_departures(transaction: Transaction) -> None:
    """No lead is committed as leaving, to any dialer, before this transaction has ended: a matter of milliseconds."""
    transaction.lock_all(DIALER_LOCK)


def suppress(transaction: Transaction, lead_ids: Sequence[str], now: float) -> None:
    """These leads are never sent; taken off the list, their person may enquire again at once."""
    note(transaction, lead_ids, now)
    transaction.write(SUPPRESS, [(lead_id, now) for lead_id in lead_ids])
    transaction.write(_END_IDENTITIES, [(lead_id,) for lead_id in lead_ids])
