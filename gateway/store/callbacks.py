"""What waits to be told to callback_urls, whose it is to send now, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from gateway.leads.identity import first_id
from gateway.leads.lead import State
from gateway.store.callback_tables import callbacks
from gateway.store.columns import from_json
from gateway.store.database import Database
from gateway.store.purging import PORTION
from gateway.store.tables import UNTOLD, leads
from gateway.store.transaction import Bulk, Transaction
from gateway.store.untold import note_some

PATIENCE = 7 * 86400.0  # seconds after which nothing is tried any more
KEPT = 30 * 86400.0  # seconds a callback can be looked at and replayed
EXPIRED = "expired"

_CLAIM = (
    "UPDATE callbacks SET leased_until = ? WHERE id IN (SELECT id FROM callbacks AS due WHERE due.source = ?"
    " AND due.next_at <= ? AND (due.leased_until IS NULL OR due.leased_until <= ?)"
    " ORDER BY due.next_at LIMIT ? {skip_locked})"
    " RETURNING id, source, lead_id, state, happened_at, facts, attempts"
)
# The lease proves that it is still ours; a person may have asked for it again meanwhile, and then it is not over.
_SETTLE = Bulk(
    "UPDATE callbacks SET standing = v.column3, next_at = CAST(v.column4 AS DOUBLE PRECISION), leased_until = NULL,"
    " attempts = callbacks.attempts + 1, last_at = CAST(v.column5 AS DOUBLE PRECISION),"
    " http_status = CAST(v.column6 AS INTEGER), problem = v.column7 FROM (VALUES",
    7,
    ") AS v WHERE callbacks.id = v.column1 AND callbacks.leased_until = CAST(v.column2 AS DOUBLE PRECISION)",
)
_PUT_OFF = Bulk(
    "UPDATE callbacks SET next_at = CAST(v.column3 AS DOUBLE PRECISION), leased_until = NULL FROM (VALUES",
    3,
    ") AS v WHERE callbacks.id = v.column1 AND callbacks.leased_until = CAST(v.column2 AS DOUBLE PRECISION)",
)
_HASTEN = (
    "UPDATE callbacks SET next_at = ? WHERE id IN (SELECT id FROM callbacks AS due WHERE due.source = ?"  # noqa: S608
    f" AND due.next_at > ? AND due.leased_until IS NULL LIMIT {PORTION} {{skip_locked}})"
)
_REPLAY = Bulk(
    "UPDATE callbacks SET standing = 'waiting', attempts = 0, since = CAST(v.column2 AS DOUBLE PRECISION),"
    " next_at = CAST(v.column2 AS DOUBLE PRECISION), leased_until = NULL FROM (VALUES",
    2,
    ") AS v WHERE callbacks.id = v.column1",
)
_EXPIRE = (
    "UPDATE callbacks SET standing = 'given_up', next_at = NULL, leased_until = NULL, problem = ?"  # noqa: S608
    " WHERE id IN (SELECT id FROM callbacks WHERE next_at IS NOT NULL AND since <= ?"
    f" LIMIT {PORTION}) AND next_at IS NOT NULL"
)
_FORGET = (
    "DELETE FROM callbacks WHERE id IN"  # noqa: S608
    f" (SELECT id FROM callbacks WHERE id < ? AND next_at IS NULL AND since <= ? LIMIT {PORTION})"
)


class Standing(StrEnum):
    """Whether something has been told."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class Callback:
    """One end of one lead, as it is told."""

    id: str
    source: str
    lead_id: str
    state: State
    happened_at: float
    facts: Mapping[str, Any]
    attempts: int = 0  # before the one that this is claimed for


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptCallback:
    """A callback with what has come of it."""

    callback: Callback
    standing: Standing
    next_at: float | None
    last_at: float | None
    http_status: int | None
    problem: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What came of one attempt; `next_at` while there will be another."""

    id: str
    lease: float
    standing: Standing
    at: float
    next_at: float | None = None
    http_status: int | None = None
    problem: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What there is to do now."""

    untold: bool
    due: tuple[str, ...]  # sources


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which callbacks to find; what is None does not matter."""

    source: str | None = None
    standing: Standing | None = None
    lead_id: str | None = None
    since: float | None = None


class Callbacks:
    """Reached as `store.callbacks`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def look(self, sources: Sequence[str], *, now: float) -> Work:
        """What there is to do for these sources; a look that disturbs nobody."""
        return self._database.read(lambda connection: _look(connection, sources, now))

    def note(self, *, now: float, limit: int) -> int:
        """Make callbacks of up to `limit` leads that have ended; how many those were."""
        return self._database.write(lambda transaction: note_some(transaction, now, limit))

    def claim(self, source: str, *, now: float, lease: float, limit: int) -> list[Callback]:
        """Up to `limit` due callbacks, ours until `lease`; those that have waited longest first."""
        return self._database.write(lambda transaction: _claim(transaction, source, now, lease, limit))

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Write down what came of them; a lease that has run out changes nothing any more."""
        rows = [
            (each.id, each.lease, each.standing.value, each.next_at, each.at, each.http_status, each.problem)
            for each in settlements
        ]
        self._database.write(lambda transaction: transaction.write(_SETTLE, rows))

    def put_off(self, claims: Sequence[tuple[str, float]], *, until: float) -> None:
        """Give claimed callbacks, each an id and its lease, back untried."""
        rows = [(*each, until) for each in claims]
        self._database.write(lambda transaction: transaction.write(_PUT_OFF, rows))

    def hasten(self, source: str, *, now: float) -> int:
        """The other side works again: whatever waits for its next attempt need not wait. How many those were."""
        hastened, portion = 0, PORTION
        while portion == PORTION:
            portion = self._database.write(lambda transaction: _hasten(transaction, source, now))
            hastened += portion
        return hastened

    def replay(self, ids: Sequence[str], *, now: float) -> int:
        """Tell these again from the first attempt on, under the ids they have; how many there were."""
        known = [each.callback.id for each in self.named(ids)]
        self._database.write(
            lambda transaction: transaction.write(_REPLAY, [(callback_id, now) for callback_id in known])
        )
        return len(known)

    def named(self, ids: Sequence[str]) -> list[KeptCallback]:
        """These callbacks; unknown ids are left out."""
        wanted = select(callbacks).where(callbacks.c.id.in_(ids)).order_by(callbacks.c.id)
        return self._database.read(
            lambda connection: [_kept(row) for row in connection.execute(wanted).mappings()]
        )

    def find(self, wanted: Wanted, *, limit: int, after: str | None = None) -> list[KeptCallback]:
        """Newest first; `after` is the last id of the page before."""
        return self._database.read(lambda connection: _find(connection, wanted, limit, after))

    def waiting(self) -> dict[str, int]:
        """How many callbacks of each source wait."""
        counted = (
            select(callbacks.c.source, func.count())
            .where(callbacks.c.next_at.is_not(None))
            .group_by(callbacks.c.source)
        )
        return self._database.read(lambda connection: {row[0]: row[1] for row in connection.execute(counted)})


def purge_callbacks(transaction: Transaction, now: float) -> int:
    """Forget what was told, or given up, long ago."""
    return transaction.run(_FORGET, (first_id(now - KEPT), now - KEPT)).rowcount


def expire_callbacks(transaction: Transaction, now: float) -> int:
    """Give up what nobody would take for long; it can be replayed."""
    return transaction.run(_EXPIRE, (EXPIRED, now - PATIENCE)).rowcount


def _look(connection: Connection, sources: Sequence[str], now: float) -> Work:
    untold = connection.execute(select(leads.c.id).where(text(UNTOLD)).limit(1)).first() is not None
    due = (source for source in sources if connection.execute(_due(source, now)).first() is not None)
    return Work(untold=untold, due=tuple(due))


def _due(source: str, now: float) -> Any:
    lease = callbacks.c.leased_until
    return (
        select(callbacks.c.id)
        .where(callbacks.c.source == source, callbacks.c.next_at <= now, lease.is_(None) | (lease <= now))
        .limit(1)
    )


def _claim(transaction: Transaction, source: str, now: float, lease: float, limit: int) -> list[Callback]:
    statement = _CLAIM.format(skip_locked=transaction.skip_locked)
    found = transaction.run(statement, (lease, source, now, now, limit)).fetchall()
    return [
        Callback(
            id=row[0],
            source=row[1],
            lead_id=row[2],
            state=State(row[3]),
            happened_at=row[4],
            facts=from_json(row[5]),
            attempts=row[6],
        )
        for row in sorted(found, key=itemgetter(0))
    ]


def _hasten(transaction: Transaction, source: str, now: float) -> int:
    statement = _HASTEN.format(skip_locked=transaction.skip_locked)
    return transaction.run(statement, (now, source, now)).rowcount


def _find(connection: Connection, wanted: Wanted, limit: int, after: str | None) -> list[KeptCallback]:
    query = select(callbacks).order_by(callbacks.c.id.desc()).limit(limit)
    if wanted.source is not None:
        query = query.where(callbacks.c.source == wanted.source)
    if wanted.standing is not None:
        query = query.where(callbacks.c.standing == wanted.standing.value)
    if wanted.lead_id is not None:
        query = query.where(callbacks.c.lead_id == wanted.lead_id)
    if wanted.since is not None:
        query = query.where(callbacks.c.id >= first_id(wanted.since))
    if after is not None:
        query = query.where(callbacks.c.id < after)
    return [_kept(row) for row in connection.execute(query).mappings()]


def _kept(row: Any) -> KeptCallback:
    return KeptCallback(
        callback=Callback(
            id=row["id"],
            source=row["source"],
            lead_id=row["lead_id"],
            state=State(row["state"]),
            happened_at=row["happened_at"],
            facts=from_json(row["facts"]),
            attempts=row["attempts"],
        ),
        standing=Standing(row["standing"]),
        next_at=row["next_at"],
        last_at=row["last_at"],
        http_status=row["http_status"],
        problem=row["problem"],
    )
