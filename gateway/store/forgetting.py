"""Everything that is forgotten after its time, a portion at once, so that no lead waits behind it."""

from __future__ import annotations

from collections.abc import Callable

from gateway.store import purging
from gateway.store.alert_messages import purge_messages
from gateway.store.alerts import purge_alerts
from gateway.store.callbacks import expire_callbacks, purge_callbacks
from gateway.store.database import Database
from gateway.store.jobs import purge_job_leads
from gateway.store.pulls import purge_rows
from gateway.store.shapes import purge_fields
from gateway.store.spam_marks import purge_proofs, purge_texts
from gateway.store.suppression_lists import purge_lines
from gateway.store.transaction import Transaction
from gateway.store.watching import purge_hours

PURGES: tuple[purging.Purge, ...] = (
    purging.purge_claims,
    purging.purge_identities,
    purge_proofs,
    purge_texts,
    purge_rows,
    purge_hours,
    purge_fields,
    expire_callbacks,
    purge_callbacks,
    purge_lines,
    purge_job_leads,
    purge_alerts,
    purge_messages,
)


def forget(database: Database, now: float) -> int:
    """How many rows went."""
    removed = 0
    for purge in PURGES:
        portion = purging.PORTION
        while portion == purging.PORTION:
            portion = database.write(_at(purge, now))
            removed += portion
    return removed


def _at(purge: purging.Purge, now: float) -> Callable[[Transaction], int]:
    return lambda transaction: purge(transaction, now)
