"""What the console shows of sources: what was set aside and why, what waits for a person, what repeats whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.engine import Connection

from gateway.leads.identity import first_id
from gateway.leads.lead import State
from gateway.store.caps import DAY, cap_counts
from gateway.store.database import Database
from gateway.store.records import Identity
from gateway.store.remaking import TIME_CHARACTERS
from gateway.store.tables import ASIDE, PARKED, identities, leads
from gateway.store.watching_tables import source_fields

# Set aside or refused; a duplicate and a test are as they should be.
TROUBLE = (
    State.REJECTED,
    State.QUARANTINED,
    State.HELD,
    State.UNCONFIRMED,
    State.DEAD,
    State.SUPPRESSED,
)
# `coalesce` keeps an engine from the index of all leads of a source: few of them are set aside.
SAME_ENQUIRY = 1000  # leads of one delivery at most

# What waits for its platform is nobody's to mend.
_QUARANTINE = text(
    f"SELECT source, count(*) FROM leads WHERE {PARKED} AND state = 'quarantined'"  # noqa: S608
    " AND hold_scope IS NULL GROUP BY source"
)
_LAST_LEAD = text(
    "SELECT received_at FROM leads WHERE source = :source AND test = 0 ORDER BY id DESC LIMIT 1"
)
_LAST_QUARANTINED = text(
    f"SELECT id FROM leads WHERE {ASIDE} AND state = 'quarantined'"  # noqa: S608
    " AND coalesce(source, '') = :source AND hold_scope IS NULL ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """How many leads of a source have one reason beside their state."""

    state: State
    code: str
    message: str
    leads: int


class SourceFacts:
    """Reached as `store.console.sources`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def in_quarantine(self) -> dict[str, int]:
        """How many leads of each source wait for a person now."""
        return self._database.read(
            lambda connection: {row[0]: int(row[1]) for row in connection.execute(_QUARANTINE)}
        )

    def last_lead(self, source: str) -> float | None:
        """When the newest lead of a source came; tests do not count."""
        return self._database.read(lambda connection: _last_lead(connection, source))

    def changed_fields(self, *, since: float) -> dict[str, int]:
        """How many fields of each source have come, gone or changed since then."""
        return self._database.read(lambda connection: _changed_fields(connection, since))

    def reasons(self, source: str, *, since: float) -> list[Reason]:
        """Why leads of a source that came since then are not with their dialer, most first."""
        return self._database.read(lambda connection: _reasons(connection, source, since))

    def last_quarantined(self, source: str) -> str | None:
        """The newest lead of a source that waits for a person."""
        return self._database.read(lambda connection: _last_quarantined(connection, source))

    def of_enquiry(self, enquiry_id: str) -> tuple[str, ...]:
        """The leads that were made of one enquiry, in their order there, soon after it came."""
        return self._database.read(lambda connection: _of_enquiry(connection, enquiry_id))

    def repeated(self, wanted: Sequence[Identity], *, now: float) -> dict[str, str]:
        """The first lead of each identity that is remembered, by the identity's scope."""
        return self._database.read(lambda connection: _repeated(connection, wanted, now))

    def cap_used(self, source: str, *, now: float) -> int:
        """How many leads of the day count against a source's daily cap."""
        return self._database.read(lambda connection: _cap_used(connection, source, now))


def _last_lead(connection: Connection, source: str) -> float | None:
    found: float | None = connection.scalar(_LAST_LEAD, {"source": source})
    return found


def _changed_fields(connection: Connection, since: float) -> dict[str, int]:
    fields = source_fields.c
    wanted = select(fields.source, func.count()).where(fields.change.is_not(None), fields.changed_at > since)
    return {row[0]: int(row[1]) for row in connection.execute(wanted.group_by(fields.source))}


def _reasons(connection: Connection, source: str, since: float) -> list[Reason]:
    number = func.count()
    wanted = (
        select(leads.c.state, leads.c.reason_code, func.max(leads.c.message), number)
        .where(
            text(ASIDE),
            leads.c.state.in_([state.value for state in TROUBLE]),
            leads.c.id >= first_id(since),
            func.coalesce(leads.c.source, "") == source,
            leads.c.reason_code.is_not(None),
        )
        .group_by(leads.c.state, leads.c.reason_code)
        .order_by(number.desc(), leads.c.reason_code)
    )
    return [
        Reason(state=State(state), code=code, message=message or "", leads=found)
        for state, code, message, found in connection.execute(wanted)
    ]


def _last_quarantined(connection: Connection, source: str) -> str | None:
    found: str | None = connection.scalar(_LAST_QUARANTINED, {"source": source})
    return found


def _of_enquiry(connection: Connection, enquiry_id: str) -> tuple[str, ...]:
    moment = enquiry_id[:TIME_CHARACTERS]
    wanted = select(leads.c.id).where(
        leads.c.id.between(moment, moment.ljust(len(enquiry_id), "Z")), leads.c.enquiry_id == enquiry_id
    )
    return tuple(connection.scalars(wanted.order_by(leads.c.id).limit(SAME_ENQUIRY)))


def _repeated(connection: Connection, wanted: Sequence[Identity], now: float) -> dict[str, str]:
    if not wanted:
        return {}
    pairs = [(each.scope, each.fingerprint) for each in wanted]
    rows = connection.execute(
        select(identities.c.scope, identities.c.lead_id).where(
            tuple_(identities.c.scope, identities.c.fingerprint).in_(pairs), identities.c.expires_at > now
        )
    )
    return {row.scope: row.lead_id for row in rows}


def _cap_used(connection: Connection, source: str, now: float) -> int:
    wanted = select(cap_counts.c.leads).where(
        cap_counts.c.source == source, cap_counts.c.day == int(now // DAY)
    )
    return int(connection.scalar(wanted) or 0)
