"""Which processes are alive, and what becomes of the leads of those that are not."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.store.lines import forget_lines
from gateway.store.records import Reaped
from gateway.store.sending import RELEASE
from gateway.store.tables import leads, processes
from gateway.store.transaction import Bulk, Row, Transaction

PORTION = 500  # leads freed in one transaction, so that nobody waits long for the turn
CRASHED = "gateway.crashed"
CRASHED_MESSAGE = "The gateway stopped while the dialer was answering. The dialer may have the lead."

_HEARTBEAT = (
    "INSERT INTO processes (owner, started_at, alive_until) VALUES (?, ?, ?)"
    " ON CONFLICT (owner) DO UPDATE SET alive_until = excluded.alive_until"
)
_OWNED = (
    f"SELECT id, state, attempt_id, dialer, sent_at FROM leads WHERE owner = ? ORDER BY id LIMIT {PORTION}"  # noqa: S608
)
_PARK = Bulk(
    "UPDATE leads SET state = 'unconfirmed', owner = NULL, reason_code = v.column3, message = v.column4,"
    " next_at = CAST(v.column5 AS DOUBLE PRECISION), updated_at = CAST(v.column5 AS DOUBLE PRECISION) FROM"
    " (VALUES",
    5,
    ") AS v WHERE leads.id = v.column1 AND leads.attempt_id = v.column2 AND leads.state = 'sending'",
)
_ATTEMPTS = Bulk(
    "INSERT INTO attempts (lead_id, attempt_id, dialer, action, started_at, finished_at, told_by, outcome,"
    " state, reason_code, message) VALUES",
    11,
    "ON CONFLICT (lead_id, attempt_id) DO NOTHING",
)


def beat(transaction: Transaction, owner: str, now: float, alive_for: float) -> None:
    """This process lives; one that was believed dead is registered again."""
    transaction.run(_HEARTBEAT, (owner, now, now + alive_for))


def leave(transaction: Transaction, owner: str) -> None:
    """Whatever the owner still has is free from now on."""
    transaction.run("DELETE FROM processes WHERE owner = ?", (owner,))
    forget_lines(transaction, owner)


def dead_owners(connection: Connection, now: float, alive: Callable[[str], bool | None]) -> list[str]:
    """Owners that have leads or a registration and are certainly not running any more.

    Who registered is dead when `alive` knows it, or says nothing and the heartbeat has stopped. Who did not
    register, or has left, owns nothing.
    """
    # Owners first: who registers in between is then seen as registered.
    owning = set(connection.scalars(select(leads.c.owner).where(leads.c.owner.is_not(None)).distinct()))
    registered: dict[str, float] = {
        row[0]: row[1] for row in connection.execute(select(processes.c.owner, processes.c.alive_until))
    }
    dead = owning - registered.keys()
    for owner, alive_until in registered.items():
        known = alive(owner)
        if known is False or (known is None and alive_until < now):
            dead.add(owner)
    return sorted(dead)


def reap(transaction: Transaction, owner: str, now: float) -> tuple[Reaped, bool]:
    """Free one portion of a dead owner's leads; the bool tells whether that was all."""
    owned: list[Row] = transaction.run(_OWNED, (owner,)).fetchall()
    queued = [row for row in owned if row[1] == "queued"]
    sending = [row for row in owned if row[1] == "sending"]
    transaction.write(RELEASE, [(row[0], owner, now) for row in queued])
    transaction.write(_PARK, [(row[0], row[2], CRASHED, CRASHED_MESSAGE, now) for row in sending])
    transaction.write(_ATTEMPTS, [_attempt(row, now) for row in sending])
    finished = len(owned) < PORTION
    if finished:
        leave(transaction, owner)
    return Reaped(queued=len(queued), unconfirmed=len(sending)), finished


def _attempt(row: Row, now: float) -> Row:
    lead_id, _, attempt_id, dialer, sent_at = row
    known = (lead_id, attempt_id, dialer, "unknown", sent_at, now, lead_id)
    return (*known, "unknown", "unconfirmed", CRASHED, CRASHED_MESSAGE)
