"""What the alert rules look at, read from the database in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, literal_column, select, text
from sqlalchemy.engine import Connection

from gateway.leads.identity import first_id
from gateway.leads.lead import State
from gateway.store.callback_tables import callbacks
from gateway.store.database import Database
from gateway.store.records import Hold
from gateway.store.tables import ASIDE, PARKED, api_keys, holds, leads, pulls
from gateway.store.watching_tables import source_fields, watched_sources

MOST_LEADS = 100_000  # looked at for what became of them


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """The leads of one dialer that are in one state, under one hold."""

    dialer: str
    state: State
    hold_scope: str
    leads: int
    oldest: float = 0.0  # when the first of them was received; only of what is queued


@dataclass(frozen=True, kw_only=True, slots=True)
class Aside:
    """Leads of one source that came lately and went nowhere, for one reason."""

    source: str
    state: State
    reason: str
    leads: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulled:
    """How pulling a source goes."""

    source: str
    covered: float
    failures: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """How far back what is counted reaches."""

    aside: float
    dead: float
    changed: float
    given_up: float
    keys_until: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The whole look."""

    waiting: tuple[Waiting, ...] = ()
    holds: tuple[Hold, ...] = ()
    aside: tuple[Aside, ...] = ()
    came: Mapping[str, int] = field(default_factory=dict)  # leads of the sources in `aside`, all states
    silent: Mapping[str, float] = field(default_factory=dict)  # source → its last lead
    changed: Mapping[str, int] = field(default_factory=dict)  # source → fields that went or changed
    pulled: tuple[Pulled, ...] = ()
    given_up: Mapping[str, int] = field(default_factory=dict)  # source → callbacks
    dead: Mapping[str, int] = field(default_factory=dict)  # dialer → leads given up lately
    keys: Mapping[str, tuple[str, float]] = field(default_factory=dict)  # public id → source, end


class AlertFacts:
    """Reached as `store.console.alert_facts`; raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def look(self, since: Since, *, now: float) -> Facts:
        """Everything at one moment."""
        return self._database.read(lambda connection: _look(connection, since, now))

    def became(self, dialer: str, *, start: float, end: float) -> dict[State, int]:
        """What the leads that came for a dialer between `start` and `end` are now."""
        return self._database.read(lambda connection: _became(connection, dialer, start, end))


def _look(connection: Connection, since: Since, now: float) -> Facts:
    aside = _aside(connection, since.aside)
    return Facts(
        waiting=_waiting(connection),
        holds=tuple(
            Hold(
                dialer=row.dialer,
                scope=row.scope,
                code=row.code,
                message=row.message,
                since=row.since,
                probe_at=row.probe_at,
            )
            for row in connection.execute(select(holds).order_by(holds.c.since))
        ),
        aside=aside,
        came={name: _came(connection, name, since.aside) for name in {each.source for each in aside}},
        silent=_silent(connection),
        changed=_changed(connection, since.changed),
        pulled=tuple(
            Pulled(source=row.source, covered=row.covered, failures=row.failures, reason=row.reason or "")
            for row in connection.execute(select(pulls))
        ),
        given_up=_given_up(connection, since.given_up),
        dead=_dead(connection, since.dead),
        keys=_keys(connection, now, since.keys_until),
    )


def _waiting(connection: Connection) -> tuple[Waiting, ...]:
    """From the indexes alone: a day's backlog is counted every few seconds."""
    found = list(_queued(connection))
    for state in (State.HELD, State.UNCONFIRMED):
        wanted = (
            select(leads.c.dialer, leads.c.hold_scope, func.count())
            .where(text(f"{PARKED} AND state = '{state.value}'"))
            .group_by(leads.c.dialer, leads.c.hold_scope)
        )
        found += [
            Waiting(dialer=dialer, state=state, hold_scope=scope or "", leads=number)
            for dialer, scope, number in connection.execute(wanted)
        ]
    return tuple(found)


def _queued(connection: Connection) -> list[Waiting]:
    """Ids sort by time, so the first of a dialer's is its oldest lead."""
    wanted = (
        select(leads.c.dialer, func.count(), func.min(leads.c.id))
        .where(text("state = 'queued'"))
        .group_by(leads.c.dialer)
    )
    rows = connection.execute(wanted).all()
    received = select(leads.c.id, leads.c.received_at).where(leads.c.id.in_([row[2] for row in rows]))
    oldest = {row[0]: row[1] for row in connection.execute(received)} if rows else {}
    return [
        Waiting(dialer=dialer, state=State.QUEUED, hold_scope="", leads=number, oldest=oldest[first])
        for dialer, number, first in rows
        if first in oldest
    ]


def _aside(connection: Connection, since: float) -> tuple[Aside, ...]:
    """Leads that wait for their platform are set aside too, and are all right."""
    # A literal in the statement: PostgreSQL does not see that two bound values are the same.
    reason = func.coalesce(leads.c.reason_code, literal_column("''"))
    wanted = (
        select(leads.c.source, leads.c.state, reason, func.count())
        .where(
            text(ASIDE),
            leads.c.state.in_([State.REJECTED.value, State.QUARANTINED.value]),
            leads.c.id >= first_id(since),
            leads.c.hold_scope.is_(None),
        )
        .group_by(leads.c.source, leads.c.state, reason)
    )
    return tuple(
        Aside(source=source, state=State(state), reason=why, leads=number)
        for source, state, why, number in connection.execute(wanted)
    )


def _came(connection: Connection, source: str, since: float) -> int:
    wanted = (
        select(func.count()).select_from(leads).where(leads.c.source == source, leads.c.id >= first_id(since))
    )
    return int(connection.execute(wanted).scalar_one())


def _silent(connection: Connection) -> dict[str, float]:
    wanted = select(watched_sources.c.source, watched_sources.c.silent_since).where(
        watched_sources.c.silent_since.is_not(None)
    )
    return _pairs(connection, wanted)


def _changed(connection: Connection, since: float) -> dict[str, int]:
    wanted = (
        select(source_fields.c.source, func.count())
        .where(source_fields.c.change.in_(["missing", "retyped"]), source_fields.c.changed_at >= since)
        .group_by(source_fields.c.source)
    )
    return _pairs(connection, wanted)


def _given_up(connection: Connection, since: float) -> dict[str, int]:
    wanted = (
        select(callbacks.c.source, func.count())
        .where(text("standing = 'given_up'"), callbacks.c.last_at >= since)
        .group_by(callbacks.c.source)
    )
    return _pairs(connection, wanted)


def _dead(connection: Connection, since: float) -> dict[str, int]:
    wanted = (
        select(leads.c.dialer, func.count())
        .where(text(f"{PARKED} AND state = 'dead'"), leads.c.updated_at >= since)
        .group_by(leads.c.dialer)
    )
    return _pairs(connection, wanted)


def _keys(connection: Connection, now: float, until: float) -> dict[str, tuple[str, float]]:
    wanted = select(api_keys.c.public_id, api_keys.c.source, api_keys.c.expires_at).where(
        api_keys.c.revoked_at.is_(None), api_keys.c.expires_at > now, api_keys.c.expires_at <= until
    )
    return {public_id: (source, end) for public_id, source, end in connection.execute(wanted)}


def _became(connection: Connection, dialer: str, start: float, end: float) -> dict[State, int]:
    some = (
        select(leads.c.state)
        .where(leads.c.id >= first_id(start), leads.c.id < first_id(end), leads.c.dialer == dialer)
        .limit(MOST_LEADS)
        .subquery()
    )
    wanted = select(some.c.state, func.count()).group_by(some.c.state)
    return {State(state): number for state, number in connection.execute(wanted)}


def _pairs(connection: Connection, wanted: Select[tuple[str, Any]]) -> dict[str, Any]:
    return {row[0]: row[1] for row in connection.execute(wanted)}
