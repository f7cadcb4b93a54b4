"""Finding leads among millions: a page through an index, or as far back as a short time allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import bindparam, text
from sqlalchemy.engine import Connection

from gateway.leads.lead import State
from gateway.store.database import Database
from gateway.store.found import FoundPage, Tried, Walked
from gateway.store.searching import OneSearch, codes_in_use
from gateway.store.tables import ASIDE
from gateway.store.wanted import OPEN, Wanted

T = TypeVar("T")

# The threads that look are those that store leads, too: however many people search, most of them stay free.
AT_ONCE = 3
BUDGET = 0.18  # seconds that are spent on what no index answers, before a page says how far it has looked
_TRIED = text(
    "SELECT lead_id, outcome, reason_code, message, started_at FROM attempts WHERE lead_id IN :ids"
    " ORDER BY lead_id, started_at"
).bindparams(bindparam("ids", expanding=True))


class Finding:
    """Reached as `store.console.finding`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._monotonic = monotonic
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def page(
        self,
        wanted: Wanted,
        *,
        after: str | None = None,
        newer_than: str | None = None,
        limit: int = 50,
        budget: float = BUDGET,
    ) -> FoundPage:
        """One page, newest first; `after` is what the page before said, so that new leads shift nothing."""
        return self._look(
            lambda connection: OneSearch(connection, wanted, self._monotonic, budget).page(
                after=after, newer_than=newer_than, limit=limit
            )
        )

    def walk(
        self, wanted: Wanted, *, position: str = "", upto: str | None = None, limit: int = 500
    ) -> Walked:
        """Some of all that is wanted, oldest first, none later than the id `upto`: one short look at a time."""
        return self._look(
            lambda connection: OneSearch(connection, wanted, self._monotonic, BUDGET).walk(
                position=position, upto=upto, limit=limit
            )
        )

    def all_ids(self, wanted: Wanted, *, upto: str | None = None) -> Iterator[tuple[str, ...]]:
        """Everything that is wanted, oldest first, portion by portion; between two, others may read and write."""
        position: str | None = ""
        while position is not None:
            step = self.walk(wanted, position=position, upto=upto)
            yield step.ids
            position = step.position

    def number(self, wanted: Wanted, *, most: int, budget: float = BUDGET) -> int | None:
        """How many there are, `most` standing for more; None when that takes too long to find out."""
        return self._look(
            lambda connection: OneSearch(connection, wanted, self._monotonic, budget).number(most)
        )

    def numbers(self, *, most: int) -> Mapping[State, int]:
        """How many leads are in each state but delivered, `most` standing for more."""
        return self._database.read(lambda connection: _numbers(connection, most))

    def reasons(self) -> list[str]:
        """Every reason code that some lead has."""
        return self._database.read(codes_in_use)

    def tried(self, ids: Sequence[str]) -> dict[str, tuple[Tried, ...]]:
        """How the attempts for these few leads ended, oldest first."""
        if not ids:
            return {}
        found: dict[str, tuple[Tried, ...]] = {}
        for row in self._database.read(
            lambda connection: connection.execute(_TRIED, {"ids": list(ids)}).all()
        ):
            found[row.lead_id] = (
                *found.get(row.lead_id, ()),
                Tried(
                    outcome=row.outcome,
                    reason_code=row.reason_code,
                    message=row.message,
                    started_at=row.started_at,
                ),
            )
        return found

    def _look(self, work: Callable[[Connection], T]) -> T:
        with self._room:
            return self._database.read(work)


def _numbers(connection: Connection, most: int) -> dict[State, int]:
    found: dict[State, int] = {}
    for state in State:
        if state is State.DELIVERED:
            continue
        condition = f"state = '{state.value}'" if state in OPEN else f"{ASIDE} AND state = '{state.value}'"
        counted = (
            f"SELECT count(*) FROM (SELECT 1 AS one FROM leads WHERE {condition} LIMIT {most}) AS bounded"  # noqa: S608
        )
        found[state] = int(connection.execute(text(counted)).scalar() or 0)
    return found
