"""USE CASE: rows of a table become leads on disk, each row once however often its file is imported."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

import orjson

from gateway.config import GatewayConfig, SourceConfig
from gateway.importing.columns import Columns
from gateway.importing.table_file import Row, TableFile
from gateway.leads.identity import new_id
from gateway.leads.lead import Enquiry, Lead, LeadStatus, Problem, State, Submission
from gateway.leads.make import make_lead
from gateway.new_lead import new_lead
from gateway.remaking import InTheQueue
from gateway.store import Store
from gateway.store.errors import StoreUnavailable, Trouble
from gateway.store.imports import known_rows
from gateway.store.operations import Accept
from gateway.store.records import Accepted, IdempotencyClaim, NewLead

TOGETHER = 200  # rows of one commit; a gateway that writes beside us waits no longer than that
TRIES = 30  # for a database that others keep busy, a second apart

PROBLEMS = {
    "cap.daily": "The source has had its leads of the day (daily_cap). Import the file again tomorrow.",
    "row.cells": "The row has more cells than the table has columns. Quote cells that hold a separator.",
    "row.unreadable": "The row cannot be read: most likely a quote is not closed.",
}


class Verdict(StrEnum):
    """What became of a row, or would."""

    NEW = "new"  # a lead
    KNOWN = "known"  # imported before; nothing is kept twice
    REFUSED = "refused"  # no lead can be made of it; nothing is kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One row and what became of it; `lead_id` is missing where nothing is kept."""

    row: int
    verdict: Verdict
    lead_id: str | None = None
    problems: tuple[Problem, ...] = ()
    status: LeadStatus | None = None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row that is not known yet, as it would be kept."""

    row: Row
    key: str
    new: NewLead | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Importer:
    """Imports tables into one source."""

    store: Store
    config: GatewayConfig
    source: SourceConfig
    test: bool = False  # kept as tests, which are never dialed
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def judge(self, table: TableFile, columns: Columns) -> Iterator[list[Judged]]:
        """What would become of each row; nothing is written."""
        for rows in self._portions(table, columns):
            yield self._with_statuses(self._judged(rows, *self._plan(columns, rows)))

    def carry_out(self, table: TableFile, columns: Columns) -> Iterator[list[Judged]]:
        """Keep what is new; each portion is on disk when it comes."""
        for rows in self._portions(table, columns):
            known, wanted = self._plan(columns, rows)
            kept, wanted = self._keep(table, columns, wanted)
            known |= kept
            yield self._with_statuses(self._judged(rows, known, wanted))

    def _portions(self, table: TableFile, columns: Columns) -> Iterator[list[tuple[Row, str]]]:
        rows = columns.rows(table)
        while portion := list(islice(rows, TOGETHER)):
            yield [(row, self._key(columns, row)) for row in portion]

    def _key(self, columns: Columns, row: Row) -> str:
        """The row by what stands in it: in a longer or sorted file it is the same row."""
        titles = tuple(column.title for column in columns.columns)
        same = (titles, row.cells, self.test, row.number if row.broken else 0)
        return hashlib.sha256(repr(same).encode()).hexdigest()

    # -- judging ---------------------------------------------------------------------------------------------

    def _plan(
        self, columns: Columns, rows: Sequence[tuple[Row, str]]
    ) -> tuple[dict[str, str], list[_Wanted]]:
        known = self._known([key for _, key in rows])
        wanted: dict[str, _Wanted] = {}
        for row, key in rows:
            if key not in known and key not in wanted:
                wanted[key] = self._wanted(columns, row, key)
        return known, list(wanted.values())

    def _known(self, keys: Sequence[str]) -> dict[str, str]:
        owner, at = _owner(self.source), self.now()
        return self.store.read(lambda connection: known_rows(connection, owner, keys, at))

    def _wanted(self, columns: Columns, row: Row, key: str) -> _Wanted:
        if not columns.fits(row):
            return _refused(_Wanted(row, key, None), "row.unreadable" if row.broken else "row.cells")
        at = self.now()
        submission = Submission(fields=columns.fields(row))
        lead = make_lead(submission, self.source, self.config, lead_id=new_id(at), strict=False)
        if not isinstance(lead, Lead):
            return _Wanted(row, key, None, lead)
        new = new_lead(InTheQueue(), self.source, submission, lead, received_at=at, test=self.test)
        return _Wanted(row, key, new)

    def _judged(
        self, rows: Sequence[tuple[Row, str]], known: dict[str, str], wanted: Sequence[_Wanted]
    ) -> list[Judged]:
        by_row = {each.row.number: each for each in wanted}
        refused = {each.key: each for each in wanted if each.new is None}
        judged: list[Judged] = []
        for row, key in rows:
            mine = by_row.get(row.number)
            if key in refused:
                judged.append(Judged(row=row.number, verdict=Verdict.REFUSED, problems=refused[key].problems))
            elif mine is not None and mine.new is not None and known.get(key, mine.new.id) == mine.new.id:
                judged.append(Judged(row=row.number, verdict=Verdict.NEW, lead_id=known.get(key)))
            else:
                judged.append(Judged(row=row.number, verdict=Verdict.KNOWN, lead_id=known.get(key)))
        return judged

    def _with_statuses(self, judged: list[Judged]) -> list[Judged]:
        found = self.store.statuses([each.lead_id for each in judged if each.lead_id])
        return [replace(each, status=found.get(each.lead_id or "")) for each in judged]

    # -- keeping ---------------------------------------------------------------------------------------------

    def _keep(
        self, table: TableFile, columns: Columns, wanted: Sequence[_Wanted]
    ) -> tuple[dict[str, str], list[_Wanted]]:
        """The lead of each row by its key, ours or that of another import which was first; what was too much is
        refused now."""
        fresh = [(each, each.new) for each in wanted if each.new is not None]
        if not fresh:
            return {}, list(wanted)
        results = self._transact([self._accept(table, columns, each, new) for each, new in fresh])
        kept: dict[str, str] = {}
        taken: list[str] = []
        too_many: set[str] = set()
        for (each, new), result in zip(fresh, results, strict=True):
            if result.leads:
                kept[each.key] = new.id
            elif result.idempotency is not None:
                taken.append(each.key)
            else:
                too_many.add(each.key)
        kept |= self._known(taken) if taken else {}
        return kept, [_refused(each, "cap.daily") if each.key in too_many else each for each in wanted]

    def _transact(self, accepts: Sequence[Accept]) -> list[Accepted]:
        for _ in range(TRIES):
            try:
                return self.store.transact(accepts)
            except StoreUnavailable as error:
                if error.code is not Trouble.LOCKED:
                    raise
                self.sleep(1.0)
        return self.store.transact(accepts)

    def _accept(self, table: TableFile, columns: Columns, wanted: _Wanted, new: NewLead) -> Accept:
        enquiry = Enquiry(
            id=new_id(new.received_at),
            source=self.source.name,
            received_at=new.received_at,
            method="IMPORT",
            path=table.path.name[:200],
            query=f"row={wanted.row.number}",
            content_type="application/json",
            headers={},
            address="",
            body=orjson.dumps(columns.fields(wanted.row)),
        )
        claim = IdempotencyClaim(
            owner=_owner(self.source), route="import", key=wanted.key, fingerprint=wanted.key
        )
        return Accept(enquiry=enquiry, leads=(new,), claim=claim)


def _refused(wanted: _Wanted, code: str) -> _Wanted:
    return _Wanted(wanted.row, wanted.key, None, (Problem(field="", code=code, message=PROBLEMS[code]),))


def _owner(source: SourceConfig) -> str:
    return f"import:{source.name}"


def still_open(status: LeadStatus) -> bool:
    """Whether its dialer may still answer by itself."""
    return status.state in (State.QUEUED, State.SENDING)
