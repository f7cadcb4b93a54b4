"""What stands beside one lead: its hold, its dialer's pause, other leads of its number and of its enquiry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from gateway.leads.lead import State
from gateway.store import reading, remaking
from gateway.store.audit import Entry, entries
from gateway.store.console_tables import alerts, audit, pauses
from gateway.store.records import Hold
from gateway.store.tables import holds, leads

OTHERS_SHOWN = 20
_WHOLE_LINE = ("login", "line")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A person has stopped the dialer of this lead."""

    since: float
    actor: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """Something that was wrong with the dialer or the source while the lead was on its way."""

    subject: str
    since: float
    until: float | None
    summary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """Another lead, as a line that leads to it."""

    id: str
    source: str
    state: State
    received_at: float
    dialer_lead_id: str | None
    duplicate_of: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """All of it, as of one look."""

    finished_at: float | None
    test: bool
    taken: bool  # a process has it in hand: it is about to be sent
    hold_scope: str | None
    hold: Hold | None  # what keeps it from being sent now
    pause: Pause | None
    suppressed: bool  # its number must not be called
    others: tuple[Other, ...]  # of the same number, newest first
    more_others: bool
    siblings: tuple[str, ...]  # the leads of the same enquiry, this one among them
    first: Other | None  # which it repeats
    troubles: tuple[Trouble, ...]  # that explain a wait
    dialer_deeds: tuple[Entry, ...]  # what people did with its dialer meanwhile


def beside(connection: Connection, lead_id: str) -> Beside | None:
    """None when there is no such lead."""
    wanted = select(
        leads.c.dialer,
        leads.c.list_id,
        leads.c.phone,
        leads.c.owner,
        leads.c.test,
        leads.c.hold_scope,
        leads.c.finished_at,
        leads.c.duplicate_of,
        leads.c.received_at,
        leads.c.source,
    )
    row = connection.execute(wanted.where(leads.c.id == lead_id)).first()
    if row is None:
        return None
    others = _others(connection, lead_id, row.phone)
    return Beside(
        finished_at=row.finished_at,
        test=bool(row.test),
        taken=row.owner is not None,
        hold_scope=row.hold_scope,
        hold=_hold(connection, row),
        pause=_pause(connection, row.dialer),
        suppressed=bool(row.phone) and reading.is_suppressed(connection, row.phone),
        others=others[:OTHERS_SHOWN],
        more_others=len(others) > OTHERS_SHOWN,
        siblings=remaking.siblings(connection, lead_id),
        first=_one(connection, row.duplicate_of) if row.duplicate_of else None,
        troubles=_troubles(connection, row),
        dialer_deeds=_dialer_deeds(connection, row),
    )


def _hold(connection: Connection, row: Any) -> Hold | None:
    """The one the lead stands under, else one that would stop it."""
    mine = (*_WHOLE_LINE, f"list:{row.list_id}")
    wanted = select(holds).where(
        holds.c.dialer == row.dialer,
        holds.c.scope == row.hold_scope if row.hold_scope else holds.c.scope.in_(mine),
    )
    found = connection.execute(wanted.order_by(holds.c.since).limit(1)).first()
    if found is None:
        return None
    return Hold(
        dialer=found.dialer,
        scope=found.scope,
        code=found.code,
        message=found.message,
        since=found.since,
        probe_at=found.probe_at,
    )


def _pause(connection: Connection, dialer: str) -> Pause | None:
    row = connection.execute(select(pauses).where(pauses.c.dialer == dialer)).first()
    return None if row is None else Pause(since=row.since, actor=row.actor, reason=row.reason)


def _troubles(connection: Connection, row: Any) -> tuple[Trouble, ...]:
    wanted = select(alerts).where(
        alerts.c.subject.in_((row.dialer, row.source)),
        or_(alerts.c.closed_at.is_(None), alerts.c.closed_at > row.received_at),
    )
    if row.finished_at is not None:
        wanted = wanted.where(alerts.c.opened_at < row.finished_at)
    return tuple(
        Trouble(subject=each.subject, since=each.opened_at, until=each.closed_at, summary=each.summary)
        for each in connection.execute(wanted.order_by(alerts.c.opened_at).limit(OTHERS_SHOWN))
    )


def _dialer_deeds(connection: Connection, row: Any) -> tuple[Entry, ...]:
    wanted = select(audit).where(
        audit.c.subject == "dialer", audit.c.subject_id == row.dialer, audit.c.at >= row.received_at
    )
    if row.finished_at is not None:
        wanted = wanted.where(audit.c.at <= row.finished_at)
    return tuple(entries(connection, wanted.order_by(audit.c.id).limit(OTHERS_SHOWN)))


_OTHER = select(
    leads.c.id,
    leads.c.source,
    leads.c.state,
    leads.c.received_at,
    leads.c.dialer_lead_id,
    leads.c.duplicate_of,
)


def _others(connection: Connection, lead_id: str, phone: str) -> tuple[Other, ...]:
    if not phone:
        return ()
    wanted = _OTHER.where(leads.c.phone == phone, leads.c.id != lead_id)
    rows = connection.execute(wanted.order_by(leads.c.id.desc()).limit(OTHERS_SHOWN + 1))
    return tuple(_other(row) for row in rows)


def _one(connection: Connection, lead_id: str) -> Other | None:
    row = connection.execute(_OTHER.where(leads.c.id == lead_id)).first()
    return None if row is None else _other(row)


def _other(row: Any) -> Other:
    return Other(
        id=row.id,
        source=row.source,
        state=State(row.state),
        received_at=row.received_at,
        dialer_lead_id=row.dialer_lead_id,
        duplicate_of=row.duplicate_of,
    )
