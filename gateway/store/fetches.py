"""The queue of leads whose platform has sent only an id: who asks for which, when again, and what stops it all.

They stand in quarantine under the hold scope `fetch:<source>`. A claim is nothing but a later `next_at`: whoever
dies with one loses it by itself, and who comes too late changes nothing, because `next_at` has moved on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from gateway.store.columns import from_json
from gateway.store.holds import all_holds
from gateway.store.records import Hold
from gateway.store.remaking import Entry, write_entry
from gateway.store.tables import PARKED, leads
from gateway.store.transaction import Transaction
from gateway.store.untold import note

FETCH = "fetch:"
PORTION = 500  # leads changed in one transaction

_WAITING = f"{PARKED} AND state = 'quarantined'"
_DUE = (
    "SELECT id FROM leads AS due"  # noqa: S608
    f" WHERE {_WAITING} AND dialer = ? AND hold_scope = ? AND next_at <= ?"
    " AND {free} ORDER BY next_at LIMIT ? {skip_locked}"
)
_FREE = "NOT EXISTS (SELECT 1 FROM holds WHERE holds.dialer = due.dialer AND holds.scope = due.hold_scope)"
_CLAIM = (
    "UPDATE leads SET next_at = ?, attempts = attempts + 1 WHERE id IN ({due})"
    " RETURNING id, dialer, extra, attempts, received_at"
)
_PUT_OFF = (
    "UPDATE leads SET next_at = ?, reason_code = ?, message = ?, updated_at = ?, attempts = attempts - ?"
    " WHERE id = ? AND state = 'quarantined' AND next_at = ?"
)
_END = (
    "UPDATE leads SET next_at = NULL, hold_scope = NULL, reason_code = ?, message = ?, updated_at = ?,"
    " finished_at = ? WHERE id = ? AND state = 'quarantined' AND next_at = ?"
)
_TELL = (
    "UPDATE leads SET reason_code = ?, message = ?, updated_at = ?"  # noqa: S608
    f" WHERE id IN (SELECT id FROM leads AS due WHERE {_WAITING}"
    " AND dialer = ? AND hold_scope = ? AND reason_code <> ? LIMIT ? {skip_locked})"
)
_TAKE_PROBE = (
    "UPDATE holds SET probe_at = CAST(? AS DOUBLE PRECISION) + pause"
    " WHERE dialer = ? AND scope = ? AND probe_at <= ?"
)
_SOONER = "UPDATE holds SET probe_at = ? WHERE scope = ? AND probe_at > ?"
_AT_ONCE = (
    "UPDATE leads SET next_at = ?, attempts = 0 WHERE id IN (SELECT id FROM leads AS due"  # noqa: S608
    f" WHERE {_WAITING} AND dialer = ? AND hold_scope = ? AND next_at > ? LIMIT ? {{skip_locked}})"
)
_FIRST = "SELECT lead_id FROM identities WHERE scope = ? AND fingerprint = ?"
_STOP = (
    "UPDATE leads SET state = 'rejected', owner = NULL, hold_scope = NULL, next_at = NULL, duplicate_of = ?,"
    " reason_code = ?, message = ?, updated_at = ?, finished_at = ? WHERE id = ?"
    " AND state IN ('queued', 'held', 'quarantined', 'dead')"
)
_END_IDENTITIES = "DELETE FROM identities WHERE lead_id = ?"


def scope_of(source: str) -> str:
    """Under which scope leads of `source` wait for their platform."""
    return FETCH + source


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingLead:
    """A lead to be asked for; `lease` is until when it is ours, and proves it."""

    id: str
    dialer: str
    asked: Mapping[str, Any]  # what the webhook said: the platform's ids
    tries: int  # this one included
    received_at: float
    lease: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PutOff:
    """Not now: again at `at`, or never by itself when that is None."""

    lead: WaitingLead
    at: float | None
    entry: Entry
    counts: bool = True  # False: the lead is not to blame, so this try does not count


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawal:
    """The platform says that a person took a lead back; `notice` is the row that keeps this message."""

    notice: WaitingLead
    scope: str  # of the identity by which the lead itself is known
    fingerprint: str
    entry: Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn:
    """Which lead it was, if it ever came, and whether it could still be stopped."""

    lead_id: str | None
    stopped: bool


def due(connection: Connection, source: str, dialers: Sequence[str], now: float) -> bool:
    """Whether there is anything to claim; a look that disturbs nobody."""
    wanted = select(leads.c.id).where(*_of(source, dialers), leads.c.next_at <= now).limit(1)
    return connection.execute(wanted).first() is not None


def waiting(connection: Connection, source: str, dialers: Sequence[str]) -> int:
    """How many leads of `source` wait for their platform."""
    wanted = select(func.count()).select_from(leads).where(*_of(source, dialers))
    return int(connection.execute(wanted).scalar_one())


def held(connection: Connection, source: str, dialers: Sequence[str]) -> list[Hold]:
    """The holds on this source, one for each dialer that its leads go to."""
    return [
        hold for dialer in dialers for hold in all_holds(connection, dialer) if hold.scope == scope_of(source)
    ]


def claim(
    transaction: Transaction, source: str, dialers: Sequence[str], *, now: float, lease: float, limit: int
) -> list[WaitingLead]:
    """Up to `limit` due leads, those that have waited longest first; none while the source is held."""
    found: list[WaitingLead] = []
    for dialer in dialers:
        if len(found) < limit:
            found += _claim(transaction, source, dialer, _FREE, now, lease, limit - len(found))
    return found


def take_probe(
    transaction: Transaction, source: str, dialer: str, *, now: float, lease: float
) -> WaitingLead | None:
    """One lead of a held source to try with; None while another process does, or when it is too early."""
    if not transaction.run(_TAKE_PROBE, (now, dialer, scope_of(source), now)).rowcount:
        return None
    found = _claim(transaction, source, dialer, "1 = 1", now, lease, 1)
    return found[0] if found else None


def put_off(transaction: Transaction, wanted: PutOff) -> bool:
    """Write down why not; False when the claim had run out and somebody else has the lead."""
    lead, entry = wanted.lead, wanted.entry
    told = (entry.reason_code, entry.message, entry.finished_at)
    if wanted.at is None:
        changed = transaction.run(_END, (*told, entry.finished_at, lead.id, lead.lease))
    else:
        changed = transaction.run(_PUT_OFF, (wanted.at, *told, int(not wanted.counts), lead.id, lead.lease))
    if changed.rowcount:
        write_entry(transaction, lead.id, entry)
    return bool(changed.rowcount)


def withdraw(transaction: Transaction, wanted: Withdrawal) -> Withdrawn | None:
    """Stop the lead that was taken back, if it can be stopped; None when the claim had run out."""
    entry, notice = wanted.entry, wanted.notice
    found = transaction.run(_FIRST, (wanted.scope, wanted.fingerprint)).fetchall()
    first = found[0][0] if found else None
    told = (entry.reason_code, entry.message, entry.finished_at, entry.finished_at)
    if not transaction.run(f"{_STOP} AND next_at = ?", (first, *told, notice.id, notice.lease)).rowcount:
        return None
    write_entry(transaction, notice.id, entry)
    if first is None:
        return Withdrawn(lead_id=None, stopped=False)
    note(transaction, [first], entry.finished_at)
    stopped = transaction.run(_STOP, (None, *told, first)).rowcount == 1
    if stopped:
        transaction.run(_END_IDENTITIES, (first,))
    write_entry(transaction, first, entry)
    return Withdrawn(lead_id=first, stopped=stopped)


def tell(transaction: Transaction, hold: Hold) -> bool:
    """Give one portion of the waiting leads the reason of `hold`; True when that was all."""
    parameters = (hold.code, hold.message, hold.since, hold.dialer, hold.scope, hold.code, PORTION)
    # Two processes that meet a dead token at the same moment tell the same leads.
    statement = _TELL.format(skip_locked=transaction.skip_locked)
    return transaction.run(statement, parameters).rowcount < PORTION


def probe_soon(transaction: Transaction, source: str, now: float) -> None:
    """Whatever holds this source may be mended: try again without waiting for the time that was set."""
    transaction.run(_SOONER, (now, scope_of(source), now))


def at_once(transaction: Transaction, source: str, dialer: str, now: float) -> int:
    """Make one portion of the waiting leads due now, as if never tried; how many those were."""
    statement = _AT_ONCE.format(skip_locked=transaction.skip_locked)
    return transaction.run(statement, (now, dialer, scope_of(source), now, PORTION)).rowcount


def _of(source: str, dialers: Sequence[str]) -> tuple[Any, ...]:
    return text(_WAITING), leads.c.dialer.in_(dialers), leads.c.hold_scope == scope_of(source)


def _claim(
    transaction: Transaction, source: str, dialer: str, free: str, now: float, lease: float, limit: int
) -> list[WaitingLead]:
    statement = _CLAIM.format(due=_DUE.format(free=free, skip_locked=transaction.skip_locked))
    found = transaction.run(statement, (lease, dialer, scope_of(source), now, limit)).fetchall()
    return [
        WaitingLead(
            id=row[0],
            dialer=row[1],
            asked=from_json(row[2]).get("fetch", {}),
            tries=row[3],
            received_at=row[4],
            lease=lease,
        )
        for row in sorted(found, key=itemgetter(0))
    ]
