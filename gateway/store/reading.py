"""What is known about leads: one status, many, a page of them, the whole story of one, and the backlog."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, TextClause, func, or_, select, text
from sqlalchemy.engine import Connection

from gateway.leads.lead import Enquiry, LeadStatus, State
from gateway.store import calls, columns, consents
from gateway.store.records import Attempt, Backlog, Page, Story
from gateway.store.tables import PARKED, attempts, enquiries, leads, suppressions

OPEN = (State.QUEUED, State.SENDING)
WAITING = (State.HELD, State.UNCONFIRMED, State.QUARANTINED, State.DEAD)
MOST_IDS = 500

_STATUS = tuple(
    leads.c[name]
    for name in [
        "id",
        "source",
        "state",
        "received_at",
        "dialer",
        "list_id",
        "reason_code",
        "message",
        "duplicate_of",
        "dialer_lead_id",
        "dialer_list_id",
        "dialer_status",
        "possible_duplicate",
        "warnings",
        "updated_at",
        "attempts",
        "next_at",
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """Which leads are wanted; what is None does not matter."""

    states: tuple[State, ...] = ()
    source: str | None = None
    dialer: str | None = None
    phone: str | None = None
    since: float | None = None
    until: float | None = None


def statuses(connection: Connection, ids: Sequence[str]) -> dict[str, LeadStatus]:
    """Where each lead stands; ids that do not exist are left out."""
    found: dict[str, LeadStatus] = {}
    for start in range(0, len(ids), MOST_IDS):
        wanted = select(*_STATUS).where(leads.c.id.in_(ids[start : start + MOST_IDS]))
        found |= {row.id: _status(row) for row in connection.execute(wanted)}
    return found


def find(connection: Connection, search: Search, *, after: str | None, limit: int) -> Page:
    """One page, newest first; `after` is what the page before said, so that new leads shift nothing."""
    wanted = matching(select(*_STATUS), search)
    if after is not None:
        wanted = wanted.where(leads.c.id < after)
    rows = connection.execute(wanted.order_by(leads.c.id.desc()).limit(limit + 1)).all()
    page = tuple(_status(row) for row in rows[:limit])
    return Page(leads=page, after=page[-1].id if len(rows) > limit else None)


def matching(wanted: Select[Any], search: Search) -> Select[Any]:
    """`wanted` without the leads that were not searched for."""
    if search.states:
        wanted = wanted.where(or_(*(_in_state(state) for state in search.states)))
    for column in ("source", "dialer", "phone"):
        value = getattr(search, column)
        if value is not None:
            wanted = wanted.where(leads.c[column] == value)
    if search.since is not None:
        wanted = wanted.where(leads.c.received_at >= search.since)
    if search.until is not None:
        wanted = wanted.where(leads.c.received_at < search.until)
    return wanted


def story(connection: Connection, lead_id: str) -> Story | None:
    """The enquiry as received, the lead as it was made, every attempt, consent and call, in order."""
    row = connection.execute(select(leads).where(leads.c.id == lead_id)).first()
    if row is None:
        return None
    return Story(
        enquiry=_enquiry(connection, row.enquiry_id),
        lead=_status(row),
        phone=row.phone,
        fields=json.loads(row.fields),
        extra=columns.from_json(row.extra),
        problems=columns.problems(row.problems),
        attempts=_attempts(connection, lead_id),
        consents=consents.of_lead(connection, lead_id),
        calls=calls.of_lead(connection, lead_id),
    )


def _enquiry(connection: Connection, enquiry_id: str) -> Enquiry | None:
    row = connection.execute(select(enquiries).where(enquiries.c.id == enquiry_id)).mappings().first()
    if row is None:
        return None
    return Enquiry(**{**row, "headers": json.loads(row["headers"]), "body": bytes(row["body"])})


def _attempts(connection: Connection, lead_id: str) -> tuple[Attempt, ...]:
    # One request may carry many leads: its response is kept once, in the row of the lead that tells it.
    told = attempts.alias("told")
    both = attempts.join(
        told,
        (told.c.lead_id == attempts.c.told_by) & (told.c.attempt_id == attempts.c.attempt_id),
        isouter=True,
    )
    rows = connection.execute(
        select(attempts, told.c.response.label("told_response"))
        .select_from(both)
        .where(attempts.c.lead_id == lead_id)
        .order_by(attempts.c.started_at, attempts.c.attempt_id)
    )
    return tuple(
        Attempt(
            attempt_id=row.attempt_id,
            dialer=row.dialer,
            action=row.action,
            started_at=row.started_at,
            finished_at=row.finished_at,
            http_status=row.http_status,
            response=row.told_response,
            outcome=row.outcome,
            state=State(row.state),
            reason_code=row.reason_code,
            message=row.message,
        )
        for row in rows
    )


def backlog(connection: Connection, dialer: str) -> Backlog:
    """How many leads wait for this dialer or for a person."""
    by_state: dict[State, int] = {}
    for state in OPEN + WAITING:
        wanted = select(func.count()).select_from(leads).where(_in_state(state), leads.c.dialer == dialer)
        number: int = connection.execute(wanted).scalar_one()
        if number:
            by_state[state] = number
    oldest = connection.scalar(
        select(func.min(leads.c.received_at)).where(_in_state(State.QUEUED), leads.c.dialer == dialer)
    )
    return Backlog(by_state=by_state, oldest=oldest)


def waiting_of(connection: Connection, owner: str) -> frozenset[str]:
    """The queued leads of one owner."""
    wanted = select(leads.c.id).where(leads.c.owner == owner, _in_state(State.QUEUED))
    return frozenset(connection.scalars(wanted))


def is_suppressed(connection: Connection, phone: str) -> bool:
    """Whether this number must not be called."""
    found = connection.execute(select(suppressions.c.phone).where(suppressions.c.phone == phone))
    return found.first() is not None


def _in_state(state: State) -> TextClause:
    """The condition in the words of the partial indexes; a bound value would not match them."""
    parked = f"{PARKED} AND " if state in WAITING else ""
    return text(f"{parked}state = '{state.value}'")


def _status(row: Any) -> LeadStatus:
    return LeadStatus(
        id=row.id,
        source=row.source,
        state=State(row.state),
        received_at=row.received_at,
        dialer=row.dialer,
        list_id=row.list_id,
        reason_code=row.reason_code,
        message=row.message,
        duplicate_of=row.duplicate_of,
        dialer_lead_id=row.dialer_lead_id,
        dialer_list_id=row.dialer_list_id,
        dialer_status=row.dialer_status,
        possible_duplicate=bool(row.possible_duplicate),
        warnings=columns.notes(row.warnings),
        updated_at=row.updated_at,
        attempts=row.attempts,
        next_at=row.next_at,
    )
