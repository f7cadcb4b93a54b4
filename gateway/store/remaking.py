"""Makes real leads, in place, of quarantined ones: what was wrong with them has been mended, or has come later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.leads.lead import State
from gateway.store import accepting
from gateway.store.columns import clean, notes_to_json, to_json
from gateway.store.records import AcceptedLead, NewLead
from gateway.store.tables import leads
from gateway.store.transaction import Bulk, Transaction
from gateway.store.untold import note

TIME_CHARACTERS = 8  # of an id: all leads of one enquiry begin with the moment it was received
ACTIONS = ("fetch", "remake", "edit", "withdraw")  # entries beside a lead's attempts at a dialer

_QUARANTINED = Bulk("FROM leads WHERE id IN (VALUES", 1, ") AND state = 'quarantined' {lock}")
_ENQUIRY_OF = Bulk("FROM leads WHERE id IN (VALUES", 1, ")")
_REMAKE = (
    "UPDATE leads SET state = ?, reason_code = ?, message = ?, duplicate_of = ?, dialer = ?, list_id = ?,"
    " phone = ?, fields = ?, extra = ?, warnings = ?, problems = ?, test = ?, updated_at = ?, finished_at = ?,"
    " next_at = ?, hold_scope = ?, owner = NULL, attempts = 0 WHERE id = ? AND state = 'quarantined'"
)
_ENTRY = (
    "INSERT INTO attempts (lead_id, attempt_id, dialer, action, started_at, finished_at, http_status, told_by,"
    " response, outcome, state, reason_code, message) SELECT id, ?, dialer, ?, ?, ?, ?, id, ?, ?, state, ?, ?"
    " FROM leads WHERE id = ?"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Something that was done with a lead and is no attempt at its dialer; it stands in the lead's history."""

    id: str
    action: str  # one of ACTIONS
    outcome: str
    started_at: float
    finished_at: float
    http_status: int | None = None
    response: str | None = None
    reason_code: str | None = None
    message: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Remake:
    """`lead` has the id of a quarantined lead and is what it becomes; still quarantined, if need be.

    `others` are leads that nobody had seen in the same enquiry before.
    """

    lead: NewLead
    entry: Entry
    others: tuple[NewLead, ...] = ()


def remake(transaction: Transaction, remakes: Sequence[Remake], now: float) -> list[AcceptedLead | None]:
    """What each has become; None for those that were no longer quarantined, which stay as they are."""
    accepting.lock_identities(transaction, [lead for each in remakes for lead in (each.lead, *each.others)])
    ids = sorted({each.lead.id for each in remakes})
    waiting = {row[0] for row in transaction.read("id", _QUARANTINED, [(each,) for each in ids])}
    done = [each for each in remakes if each.lead.id in waiting]
    note(transaction, sorted(waiting), now)
    # Windows are open or not as of now: the enquiry may have waited here for days.
    judged = iter(
        accepting.judge(
            transaction,
            [replace(lead, received_at=now) for each in done for lead in (each.lead, *each.others)],
        )
    )
    results: list[AcceptedLead | None] = []
    for each in remakes:
        if each.lead.id not in waiting:
            results.append(None)
            continue
        kept = next(judged)
        _change(transaction, each.lead, kept, now)
        _add(transaction, each, tuple(next(judged) for _ in each.others))
        write_entry(transaction, each.lead.id, each.entry)
        results.append(kept)
    return results


def write_entry(transaction: Transaction, lead_id: str, entry: Entry) -> None:
    """Add to a lead's history, with the state it has now."""
    transaction.run(
        _ENTRY,
        (
            entry.id,
            entry.action,
            entry.started_at,
            entry.finished_at,
            entry.http_status,
            None if entry.response is None else clean(entry.response),
            entry.outcome,
            entry.reason_code,
            entry.message,
            lead_id,
        ),
    )


def siblings(connection: Connection, lead_id: str) -> tuple[str, ...]:
    """The leads of the same enquiry, this one included, in the order in which they stood in it."""
    enquiry_id = connection.scalar(select(leads.c.enquiry_id).where(leads.c.id == lead_id))
    moment = lead_id[:TIME_CHARACTERS]
    # By the primary key: enquiries have no index of their own on leads.
    wanted = select(leads.c.id).where(
        leads.c.id.between(moment, moment.ljust(len(lead_id), "Z")), leads.c.enquiry_id == enquiry_id
    )
    return tuple(connection.scalars(wanted.order_by(leads.c.id)))


def _change(transaction: Transaction, lead: NewLead, kept: AcceptedLead, now: float) -> None:
    reason_code, message = accepting.reason_of(lead, kept)
    waits = accepting.waits(lead, kept)
    transaction.run(
        _REMAKE,
        (
            kept.state.value,
            reason_code,
            message,
            kept.duplicate_of,
            lead.dialer,
            lead.list_id,
            lead.phone,
            to_json(lead.fields),
            to_json(lead.extra),
            notes_to_json(lead.warnings),
            notes_to_json(lead.problems),
            int(lead.test),
            now,
            None if waits else now,
            lead.next_at if waits else None,
            lead.hold_scope if kept.state in (State.HELD, State.QUARANTINED) else None,
            lead.id,
        ),
    )


def _add(transaction: Transaction, remake: Remake, kept: Sequence[AcceptedLead]) -> None:
    if not remake.others:
        return
    rows = transaction.read("enquiry_id", _ENQUIRY_OF, [(remake.lead.id,)])
    accepting.write_leads(
        transaction, [(rows[0][0], *pair) for pair in zip(remake.others, kept, strict=True)]
    )
