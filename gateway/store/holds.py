"""Leads that wait because the dialer refuses us: held together, tried with one, released together."""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.engine import Connection

from gateway.store.queueing import QUEUED_COLUMNS, queued
from gateway.store.records import Hold, QueuedLead
from gateway.store.tables import PARKED, holds, leads
from gateway.store.transaction import Transaction

PORTION = 500  # leads moved in one transaction
AMONG = 1000  # queued leads among which one behind a hold is looked for: those of other lists go on their way
LIST = "list:"

_SET = (
    "INSERT INTO holds (dialer, scope, code, message, since, probe_at, pause) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (dialer, scope) DO UPDATE SET code = excluded.code, message = excluded.message,"
    " probe_at = excluded.probe_at, pause = excluded.pause"
)
_HELD = f"{PARKED} AND state = 'held'"
_HOLD_LEADS = (
    "UPDATE leads SET state = 'held', hold_scope = ?, reason_code = ?, message = ?, updated_at = ?, owner"
    " = NULL"
    " WHERE id IN (SELECT id FROM leads WHERE state = 'queued' AND dialer = ? {which} LIMIT ?)"
    " AND state = 'queued'"
)
_RELEASE_LEADS = (
    "UPDATE leads SET state = 'queued', hold_scope = NULL, reason_code = NULL, message = NULL,"  # noqa: S608
    " updated_at = ?, next_at = ?, owner = NULL WHERE id IN (SELECT id FROM leads"
    f" WHERE {_HELD} AND dialer = ? AND hold_scope = ? LIMIT ?) AND state = 'held'"
)
_PROBE = (
    "UPDATE leads SET state = 'queued', owner = ?, updated_at = ?, next_at = ? WHERE id = ("  # noqa: S608
    f"SELECT id FROM leads WHERE {_HELD} AND dialer = ? AND hold_scope = ? ORDER BY received_at, id LIMIT 1)"
    f" AND state = 'held' RETURNING {QUEUED_COLUMNS}"
)
_PUT_OFF = (
    "UPDATE holds SET probe_at = CAST(? AS DOUBLE PRECISION) + pause"
    " WHERE dialer = ? AND scope = ? AND probe_at <= ?"
)
_TAKE = (
    f"{_PUT_OFF} AND EXISTS (SELECT 1 FROM leads WHERE"  # noqa: S608
    f" {_HELD} AND leads.dialer = holds.dialer AND leads.hold_scope = holds.scope)"
)
_STRANDED = (
    "SELECT id FROM (SELECT id, list_id FROM leads WHERE state = 'queued' AND dialer = ? AND owner IS NULL"  # noqa: S608
    f" AND next_at <= ? LIMIT {AMONG}) AS waiting {{which}} LIMIT 1"
)
_TRY_STRANDED = (
    "UPDATE leads SET owner = ?, updated_at = ?, next_at = ?"  # noqa: S608
    f" WHERE id = ? AND state = 'queued' AND owner IS NULL RETURNING {QUEUED_COLUMNS}"
)


def set_hold(transaction: Transaction, hold: Hold, *, known: bool = False) -> None:
    """Begin a hold, or put off the probe of one that exists, which keeps its beginning; a known one stays as it is."""
    if known:
        return
    pause = max(1.0, hold.probe_at - hold.since)
    transaction.run(
        _SET, (hold.dialer, hold.scope, hold.code, hold.message, hold.since, hold.probe_at, pause)
    )


def hold_leads(transaction: Transaction, hold: Hold) -> bool:
    """Hold one portion of the queued leads behind this cause, whoever has them; True when that was all."""
    of_list = hold.scope.startswith(LIST)
    parameters = [hold.scope, hold.code, hold.message, hold.since, hold.dialer]
    if of_list:
        parameters.append(hold.scope.removeprefix(LIST))
    statement = _HOLD_LEADS.format(which="AND list_id = ?" if of_list else "")
    return transaction.run(statement, (*parameters, PORTION)).rowcount < PORTION


def lift_hold(transaction: Transaction, dialer: str, scope: str) -> None:
    """End a hold; its leads are released after it, so that none can be held behind a cause that is gone."""
    transaction.run("DELETE FROM holds WHERE dialer = ? AND scope = ?", (dialer, scope))


def release_leads(transaction: Transaction, dialer: str, scope: str, now: float) -> int:
    """Put one portion of the leads held for `scope` back into the queue; how many those were."""
    return transaction.run(_RELEASE_LEADS, (now, now, dialer, scope, PORTION)).rowcount


def take_probe(
    transaction: Transaction, dialer: str, scope: str, owner: str, now: float
) -> QueuedLead | None:
    """Make the oldest held lead ours to try with, unless another process has begun the same probe."""
    taken = transaction.run(_TAKE, (now, dialer, scope, now))
    if taken.rowcount == 0:
        return _take_stranded(transaction, dialer, scope, owner, now)
    found = queued(transaction.run(_PROBE, (owner, now, now, dialer, scope)).fetchall())
    return found[0] if found else None


def _take_stranded(
    transaction: Transaction, dialer: str, scope: str, owner: str, now: float
) -> QueuedLead | None:
    """Nothing is held, and yet something may wait: a lead sent again by hand, a probe that came to nothing.

    It stands in the queue, where the hold keeps it from being claimed: without this nobody would ever try it.
    """
    of_list = scope.startswith(LIST)
    values = (dialer, now, scope.removeprefix(LIST)) if of_list else (dialer, now)
    statement = _STRANDED.format(which="WHERE waiting.list_id = ?" if of_list else "")
    waiting = transaction.run(statement, values).fetchall()
    if not waiting or not transaction.run(_PUT_OFF, (now, dialer, scope, now)).rowcount:
        return None
    found = queued(transaction.run(_TRY_STRANDED, (owner, now, now, waiting[0][0])).fetchall())
    return found[0] if found else None


def all_holds(connection: Connection, dialer: str) -> list[Hold]:
    """What is held now, oldest first."""
    rows = connection.execute(select(holds).where(holds.c.dialer == dialer).order_by(holds.c.since))
    return [
        Hold(
            dialer=row.dialer,
            scope=row.scope,
            code=row.code,
            message=row.message,
            since=row.since,
            probe_at=row.probe_at,
        )
        for row in rows
    ]


def orphaned(connection: Connection) -> list[tuple[str, str]]:
    """Where leads are held that nothing holds: they were accepted while their hold was being lifted."""
    behind = (
        select(leads.c.dialer, leads.c.hold_scope)
        .where(text(f"{_HELD} AND hold_scope IS NOT NULL"))
        .distinct()
        .subquery()
    )
    held = select(holds.c.scope).where(
        holds.c.dialer == behind.c.dialer, holds.c.scope == behind.c.hold_scope
    )
    return [(row[0], row[1]) for row in connection.execute(select(behind).where(~held.exists()))]
