"""Leads on their way out: marked before a request leaves, recorded after it, or given back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.leads.lead import State
from gateway.store import stopping
from gateway.store.operations import LeadResult, Mark, MarkSending, RecordAttempt, Release
from gateway.store.stopping import DIALER_LOCK
from gateway.store.transaction import Bulk, Row, Transaction

ENDS_IDENTITY = frozenset({State.REJECTED, State.DEAD})  # the same person may enquire again at once

# `{lock}` is FOR UPDATE where rows have locks.
_CANDIDATES = Bulk("FROM (VALUES", 1, ") AS v JOIN leads ON leads.id = v.column1 {lock}")
_CANDIDATE = (
    "leads.id, leads.state, leads.owner, leads.dialer, leads.phone,"
    " EXISTS (SELECT 1 FROM leads AS other WHERE other.state = 'sending' AND other.dialer = leads.dialer"
    " AND other.phone = leads.phone),"
    " EXISTS (SELECT 1 FROM suppressions WHERE suppressions.phone = leads.phone)"
)
_SEND = Bulk(
    "UPDATE leads SET state = 'sending', attempt_id = v.column2,"
    " sent_at = CAST(v.column3 AS DOUBLE PRECISION), updated_at = CAST(v.column3 AS DOUBLE PRECISION),"
    " attempts = leads.attempts + 1, looked_up = 0 FROM (VALUES",
    3,
    ") AS v WHERE leads.id = v.column1",
)
_STILL_ITS_ATTEMPT = Bulk(
    "FROM (VALUES",
    2,
    ") AS v JOIN leads ON leads.id = v.column1 AND leads.attempt_id = v.column2"
    " WHERE leads.state IN ('sending', 'unconfirmed') {lock}",
)
_ATTEMPTS = Bulk(
    "INSERT INTO attempts (lead_id, attempt_id, dialer, action, started_at, finished_at, http_status,"
    " told_by, response, outcome, state, reason_code, message) VALUES",
    13,
    # A sender that was believed dead and comes back knows better than the one who wrote for it.
    "ON CONFLICT (lead_id, attempt_id) DO UPDATE SET action = excluded.action,"
    " started_at = excluded.started_at, finished_at = excluded.finished_at,"
    " http_status = excluded.http_status, told_by = excluded.told_by, response = excluded.response,"
    " outcome = excluded.outcome, state = excluded.state, reason_code = excluded.reason_code,"
    " message = excluded.message",
)
_RESULTS = Bulk(
    "UPDATE leads SET state = v.column2, reason_code = v.column3, message = v.column4,"
    " dialer_lead_id = coalesce(v.column5, leads.dialer_lead_id),"
    " dialer_list_id = coalesce(v.column6, leads.dialer_list_id),"
    " dialer_status = coalesce(v.column7, leads.dialer_status),"
    " next_at = CAST(v.column8 AS DOUBLE PRECISION), hold_scope = v.column9,"
    " possible_duplicate = CASE WHEN v.column10 = 1 THEN 1 ELSE leads.possible_duplicate END,"
    " updated_at = CAST(v.column11 AS DOUBLE PRECISION), finished_at = CAST(v.column12 AS DOUBLE PRECISION),"
    " owner = NULL FROM (VALUES",
    12,
    ") AS v WHERE leads.id = v.column1",
)
_END_IDENTITIES = Bulk("DELETE FROM identities WHERE lead_id IN (VALUES", 1, ")")
RELEASE = Bulk(
    "UPDATE leads SET owner = NULL, next_at = CAST(v.column3 AS DOUBLE PRECISION) FROM (VALUES",
    3,
    ") AS v WHERE leads.id = v.column1 AND leads.owner = v.column2 AND leads.state = 'queued'",
)


def mark_sending(transaction: Transaction, operations: Sequence[MarkSending]) -> list[dict[str, Mark]]:
    """SENDING for every lead that may leave; the first of two with one number wins."""
    transaction.lock(DIALER_LOCK, (operation.dialer for operation in operations))
    ids = sorted({lead_id for operation in operations for lead_id in operation.lead_ids})
    candidates = {
        row[0]: row[1:] for row in transaction.read(_CANDIDATE, _CANDIDATES, [(each,) for each in ids])
    }
    in_flight: set[tuple[str, str]] = set()
    send: list[Row] = []
    suppressed: list[str] = []
    results: list[dict[str, Mark]] = []
    for operation in operations:
        marks: dict[str, Mark] = {}
        for lead_id in operation.lead_ids:
            mark = _mark(operation, candidates.get(lead_id), in_flight)
            marks[lead_id] = mark
            if mark is Mark.SENT_OK:
                send.append((lead_id, operation.attempt_id, operation.now))
            elif mark is Mark.SUPPRESSED:
                suppressed.append(lead_id)
        results.append(marks)
    transaction.write(_SEND, send)
    if suppressed:
        stopping.suppress(transaction, suppressed, max(operation.now for operation in operations))
    return results


def _mark(operation: MarkSending, candidate: Row | None, in_flight: set[tuple[str, str]]) -> Mark:
    if candidate is None:
        return Mark.LOST
    state, owner, dialer, phone, busy, suppressed = candidate
    if state != State.QUEUED or owner != operation.owner or dialer != operation.dialer:
        return Mark.LOST
    if suppressed:
        return Mark.SUPPRESSED
    if busy or (dialer, phone) in in_flight:
        return Mark.PHONE_BUSY
    in_flight.add((dialer, phone))
    return Mark.SENT_OK


def record_attempts(transaction: Transaction, operations: Sequence[RecordAttempt]) -> list[frozenset[str]]:
    """The outcome of each attempt, applied only to leads that are still in this very attempt."""
    wanted = [(each.lead_id, operation.attempt_id) for operation in operations for each in operation.results]
    still = {
        (lead_id, attempt_id)
        for lead_id, attempt_id in transaction.read(
            "leads.id, leads.attempt_id", _STILL_ITS_ATTEMPT, sorted(set(wanted))
        )
    }
    rows = {
        (result.lead_id, operation.attempt_id): _attempt_row(operation, result)
        for operation in operations
        for result in operation.results
    }
    transaction.write(_ATTEMPTS, [rows[key] for key in sorted(rows)])
    results: list[frozenset[str]] = []
    updates: list[Row] = []
    ended: list[Row] = []
    for operation in operations:
        applied = [each for each in operation.results if (each.lead_id, operation.attempt_id) in still]
        updates += [_result_row(each, operation.finished_at) for each in applied]
        ended += [(each.lead_id,) for each in applied if each.state in ENDS_IDENTITY]
        results.append(frozenset(each.lead_id for each in applied))
    transaction.write(_RESULTS, updates)
    transaction.write(_END_IDENTITIES, ended)
    return results


def _attempt_row(operation: RecordAttempt, result: LeadResult) -> tuple[Any, ...]:
    told_by = operation.results[0].lead_id
    return (
        result.lead_id,
        operation.attempt_id,
        operation.dialer,
        operation.action,
        operation.started_at,
        operation.finished_at,
        operation.http_status,
        told_by,
        operation.response if result.lead_id == told_by else None,
        result.outcome,
        result.state.value,
        result.reason_code,
        result.message,
    )


def _result_row(result: LeadResult, now: float) -> tuple[Any, ...]:
    return (
        result.lead_id,
        result.state.value,
        result.reason_code,
        result.message,
        result.dialer_lead_id,
        result.dialer_list_id,
        result.dialer_status,
        result.next_at,
        result.hold_scope,
        int(result.possible_duplicate),
        now,
        now if result.state.final else None,
    )


def release(transaction: Transaction, operations: Sequence[Release]) -> list[None]:
    """Back to the queue, unowned; leads that are no longer queued as theirs stay as they are."""
    rows = {
        lead_id: (lead_id, operation.owner, operation.next_at)
        for operation in operations
        for lead_id in operation.lead_ids
    }
    transaction.write(RELEASE, [rows[lead_id] for lead_id in sorted(rows)])
    return [None] * len(operations)
