"""How far each source has been pulled, whose turn it is to pull, and which rows have been seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.store.database import Database
from gateway.store.purging import PORTION
from gateway.store.tables import identities, pulled_rows, pulls
from gateway.store.transaction import Bulk, Transaction

REMEMBERED = 30 * 86400.0  # seconds a row is known again
FAR = 6 * 3600.0  # a time further ahead than this was written by a clock that went wrong

ASKED_TOO_OFTEN = "pull.too_many"  # the one pause that nobody cuts short

_BEGIN = "INSERT INTO pulls (source, covered, next_at, failures) VALUES (?, ?, 0, 0) ON CONFLICT (source) DO NOTHING"
# One process takes a free turn: the others find it leased when their statement comes to look.
_TAKE = (
    "UPDATE pulls SET owner = ?, leased_until = ? WHERE source = ?"
    " AND (next_at <= ? OR next_at > ? OR (asked_at <= ? AND COALESCE(reason, '') <> ?))"
    " AND (owner IS NULL OR leased_until <= ? OR leased_until > ?)"
)
_ASK = "UPDATE pulls SET asked_at = ?, next_at = ?, leased_until = ? WHERE source = ? AND owner = ?"
# A window that begins after what is covered would leave a gap behind.
_COVER = (
    "UPDATE pulls SET covered = CASE WHEN covered >= ? AND covered < ? THEN ? ELSE covered END"
    " WHERE source = ? AND owner = ?"
)
_REST = (
    "UPDATE pulls SET owner = NULL, leased_until = NULL, next_at = ?, span = ?, failures = ?, reason = ?"
    " WHERE source = ? AND owner = ?"
)
_SEE = Bulk(
    "INSERT INTO pulled_rows (source, fingerprint, seen_at) VALUES",
    3,
    "ON CONFLICT (source, fingerprint) DO UPDATE SET seen_at = excluded.seen_at",
)
_FORGET = (
    "DELETE FROM pulled_rows WHERE (source, fingerprint) IN"  # noqa: S608
    f" (SELECT source, fingerprint FROM pulled_rows WHERE seen_at <= ? LIMIT {PORTION})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """Where the pulling of one source stands."""

    source: str
    covered: float
    span: float | None = None
    asked_at: float | None = None
    next_at: float = 0.0
    failures: int = 0
    reason: str | None = None
    owner: str | None = None
    leased_until: float | None = None

    def due(self, now: float) -> bool:
        """Whether the platform may be asked."""
        return not now < self.next_at <= now + FAR


class Pulls:
    """Reached as `store.pulls`; everything raises StoreUnavailable when the database is away.

    What changes a checkpoint is done in the name of its owner, and does nothing once the turn is another's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, source: str) -> Checkpoint | None:
        """Where one source stands; None before it was ever pulled."""
        return self._database.read(lambda connection: _of(connection, source))

    def take(
        self,
        source: str,
        owner: str,
        *,
        now: float,
        begin: float,
        lease: float,
        asked_before: float = -1.0,
    ) -> Checkpoint | None:
        """The turn to pull, for `lease` seconds; None while another has it, or before the platform may be asked.

        `begin`: what was before counts as kept, the first time.
        `asked_before`: also sooner than was planned, if the last question is as old as this.
        """
        return self._database.write(
            lambda transaction: _take(transaction, source, owner, begin, now, lease, asked_before)
        )

    def ask(self, source: str, owner: str, *, now: float, next_at: float, lease: float) -> bool:
        """Written down before each question, so that no crash makes the next one too early."""
        parameters = (now, next_at, now + lease, source, owner)
        return self._database.write(lambda transaction: bool(transaction.run(_ASK, parameters).rowcount))

    def known(self, source: str, fingerprints: Sequence[str], *, scope: str, now: float) -> frozenset[str]:
        """Which of them were seen by a pull, or came by push as the ids of leads under `scope`."""
        return self._database.read(lambda connection: _known(connection, source, fingerprints, scope, now))

    def see(self, source: str, fingerprints: Sequence[str], *, now: float) -> None:
        """Their leads are kept: they are known from now on."""
        rows = [(source, fingerprint, now) for fingerprint in dict.fromkeys(fingerprints)]
        if rows:
            self._database.write(lambda transaction: transaction.write(_SEE, rows))

    def cover(self, source: str, owner: str, *, start: float, end: float) -> bool:
        """Every lead of this window is kept."""
        parameters = (start, end, end, source, owner)
        return self._database.write(lambda transaction: bool(transaction.run(_COVER, parameters).rowcount))

    def rest(
        self,
        source: str,
        owner: str,
        *,
        next_at: float,
        span: float | None = None,
        failures: int = 0,
        reason: str | None = None,
    ) -> bool:
        """Give the turn back until `next_at`."""
        parameters = (next_at, span, failures, reason, source, owner)
        return self._database.write(lambda transaction: bool(transaction.run(_REST, parameters).rowcount))


def purge_rows(transaction: Transaction, now: float) -> int:
    """Forget rows that no pull asks for any more."""
    return transaction.run(_FORGET, (now - REMEMBERED,)).rowcount


def _of(connection: Connection, source: str) -> Checkpoint | None:
    row = connection.execute(select(pulls).where(pulls.c.source == source)).mappings().first()
    return Checkpoint(**row) if row is not None else None


def _take(
    transaction: Transaction,
    source: str,
    owner: str,
    begin: float,
    now: float,
    lease: float,
    asked_before: float,
) -> Checkpoint | None:
    transaction.run(_BEGIN, (source, begin))
    until = now + lease
    when = (now, now + FAR, asked_before, ASKED_TOO_OFTEN, now, now + FAR)
    if not transaction.run(_TAKE, (owner, until, source, *when)).rowcount:
        return None
    names = [column.name for column in pulls.columns]
    row = transaction.run(f"SELECT {', '.join(names)} FROM pulls WHERE source = ?", (source,)).one()  # noqa: S608
    return Checkpoint(**dict(zip(names, row, strict=True)))


def _known(
    connection: Connection, source: str, fingerprints: Sequence[str], scope: str, now: float
) -> frozenset[str]:
    seen = select(pulled_rows.c.fingerprint).where(
        pulled_rows.c.source == source, pulled_rows.c.fingerprint.in_(fingerprints)
    )
    pushed = select(identities.c.fingerprint).where(
        identities.c.scope == scope, identities.c.fingerprint.in_(fingerprints), identities.c.expires_at > now
    )
    return frozenset(connection.scalars(seen.union(pushed)))
