"""Every Click to Call that was asked for: written down before the dialer is asked, completed by its answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.store import purging
from gateway.store.claiming import take_one
from gateway.store.database import Database
from gateway.store.records import CallEntry, IdempotencyClaim, InFlight, Mismatched, Replayed
from gateway.store.tables import calls
from gateway.store.transaction import Transaction

CALL_LOCK = 3  # kinds are taken in ascending order within one transaction
ASKED = "asked"

# A call without an answer may ring as well as one that was placed.
_MAY_RING = (
    "SELECT count(*) FROM calls WHERE phone = ? AND asked_at > ?"
    " AND outcome IN ('asked', 'placed', 'unknown')"
)
_ASK = (
    "INSERT INTO calls (id, source, dialer, agent_user, phone, mode, lead_id, asked_by, asked_at, outcome)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_FINISH = (
    "UPDATE calls SET finished_at = ?, outcome = ?, reason_code = ?, message = ?, http_status = ?,"
    " response = ? WHERE id = ? AND outcome = 'asked'"
)


class Leave(StrEnum):
    """Whether a call may be asked for now."""

    GIVEN = "given"  # it is written down as asked
    REPEATED = "repeated"  # this number was called, or may have been, a moment ago
    SUPPRESSED = "suppressed"  # this number must not be called


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCall:
    """A call that is about to be asked for."""

    id: str
    source: str
    dialer: str
    agent_user: str
    phone: str
    mode: str
    lead_id: str | None
    asked_by: str
    asked_at: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CallEnd:
    """What came of a call."""

    outcome: str
    reason_code: str | None
    message: str | None
    http_status: int | None
    response: str
    finished_at: float


class CallLog:
    """The calls of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, call: NewCall, *, quiet: float = 0.0) -> Leave:
        """Write the call down, unless the number is suppressed or may have been called `quiet` seconds ago."""
        return self._database.write(lambda transaction: _ask(transaction, call, quiet))

    def ask_once(self, call: NewCall, claim: IdempotencyClaim) -> Leave | Replayed | InFlight | Mismatched:
        """As `ask`, if the claim was never used; both are written down in one commit."""
        return self._database.write(lambda transaction: _ask_once(transaction, call, claim))

    def find(self, call_id: str) -> CallEntry | None:
        """One call."""
        return self._database.read(lambda connection: _find(connection, call_id))

    def finish(self, call_id: str, end: CallEnd) -> None:
        """Write down what came of it, once."""
        self._database.write(lambda transaction: _finish(transaction, call_id, end))

    def latest_to(self, phone: str, *, since: float) -> CallEntry | None:
        """The last call to this number that was asked for after `since`."""
        return self._database.read(lambda connection: _latest_to(connection, phone, since))


def of_lead(connection: Connection, lead_id: str) -> tuple[CallEntry, ...]:
    """The calls asked for with this lead, in order."""
    rows = connection.execute(select(calls).where(calls.c.lead_id == lead_id).order_by(calls.c.id))
    return tuple(_entry(row) for row in rows)


def _find(connection: Connection, call_id: str) -> CallEntry | None:
    row = connection.execute(select(calls).where(calls.c.id == call_id)).first()
    return None if row is None else _entry(row)


def _latest_to(connection: Connection, phone: str, since: float) -> CallEntry | None:
    wanted = select(calls).where(calls.c.phone == phone, calls.c.asked_at > since)
    row = connection.execute(wanted.order_by(calls.c.asked_at.desc(), calls.c.id.desc()).limit(1)).first()
    return None if row is None else _entry(row)


def _entry(row: Any) -> CallEntry:
    return CallEntry(
        id=row.id,
        dialer=row.dialer,
        agent_user=row.agent_user,
        mode=row.mode,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        outcome=row.outcome,
        reason_code=row.reason_code,
        message=row.message,
        response=row.response,
    )


def _ask_once(
    transaction: Transaction, call: NewCall, claim: IdempotencyClaim
) -> Leave | Replayed | InFlight | Mismatched:
    told = take_one(transaction, claim, subject=call.id, now=call.asked_at)
    return _ask(transaction, call, 0.0) if told is None else told


def _ask(transaction: Transaction, call: NewCall, quiet: float) -> Leave:
    transaction.lock(CALL_LOCK, (call.phone,))  # two presses at once are one call
    if purging.is_suppressed(transaction, call.phone):
        return Leave.SUPPRESSED
    if quiet and transaction.run(_MAY_RING, (call.phone, call.asked_at - quiet)).scalar_one():
        return Leave.REPEATED
    transaction.run(
        _ASK,
        (
            call.id,
            call.source,
            call.dialer,
            call.agent_user,
            call.phone,
            call.mode,
            call.lead_id,
            call.asked_by,
            call.asked_at,
            ASKED,
        ),
    )
    return Leave.GIVEN


def _finish(transaction: Transaction, call_id: str, end: CallEnd) -> None:
    transaction.run(
        _FINISH,
        (
            end.finished_at,
            end.outcome,
            end.reason_code,
            end.message,
            end.http_status,
            end.response,
            call_id,
        ),
    )
