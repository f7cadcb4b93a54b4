"""A list of numbers that somebody wants to import: judged line by line, kept until they have decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from gateway.leads.identity import first_id
from gateway.store.console_tables import suppression_lines as lines
from gateway.store.database import Database
from gateway.store.purging import PORTION
from gateway.store.transaction import Bulk, Transaction

NEW, LISTED, REPEATED = "new", "listed", "repeated"
KEPT = 86400.0  # seconds
TOGETHER = 500  # lines of one transaction

_ADD = Bulk("INSERT INTO suppression_lines (import_id, line, phone, verdict) VALUES", 4)
_BEFORE = Bulk("FROM suppression_lines WHERE phone IN (VALUES", 1, ") AND import_id = ?")
_LISTED = Bulk("FROM suppressions WHERE phone IN (VALUES", 1, ")")
_PURGE = (
    "DELETE FROM suppression_lines WHERE (import_id, line) IN"  # noqa: S608
    " (SELECT import_id, line FROM suppression_lines WHERE import_id < ? AND NOT EXISTS"
    # Without its lines a list that is being imported would count as done.
    " (SELECT 1 FROM jobs WHERE jobs.finished_at IS NULL AND jobs.action = 'suppress')"
    f" LIMIT {PORTION})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line: its number where it has one, else why not."""

    number: int
    phone: str
    verdict: str


class SuppressionLists:
    """Reached as `store.console.suppression_lists`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def judge(self, import_id: str, read: Sequence[Line]) -> list[Line]:
        """Keep lines with what is to be said about each; their numbers are held against the list as it is now."""
        return self._database.write(lambda transaction: _judge(transaction, import_id, read))

    def counts(self, import_id: str) -> dict[str, int]:
        """How many lines have which verdict."""
        wanted = (
            select(lines.c.verdict, func.count())
            .where(lines.c.import_id == import_id)
            .group_by(lines.c.verdict)
        )
        return self._database.read(lambda connection: {row[0]: row[1] for row in connection.execute(wanted)})

    def page(
        self, import_id: str, *, after: int = 0, limit: int = TOGETHER, verdict: str | None = None
    ) -> list[Line]:
        """Lines in their order."""
        return self._database.read(lambda connection: _page(connection, import_id, after, limit, verdict))

    def wrong(self, import_id: str, *, limit: int) -> list[Line]:
        """The first lines that hold no number."""
        return self._database.read(lambda connection: _wrong(connection, import_id, limit))

    def each(self, import_id: str) -> Iterator[Line]:
        """Every line, a page in memory at a time."""
        after = 0
        while page := self.page(import_id, after=after):
            yield from page
            after = page[-1].number


def purge_lines(transaction: Transaction, now: float) -> int:
    """Forget lists that nobody has decided about, and those that are imported."""
    return transaction.run(_PURGE, (first_id(now - KEPT),)).rowcount


def _judge(transaction: Transaction, import_id: str, read: Sequence[Line]) -> list[Line]:
    phones = sorted({line.phone for line in read if line.phone})
    rows = [(phone,) for phone in phones]
    seen = {row[0] for row in transaction.read("phone", _BEFORE, rows, import_id)}
    listed = {row[0] for row in transaction.read("phone", _LISTED, rows)}
    judged = []
    for line in read:
        verdict = line.verdict
        if line.phone:
            verdict = REPEATED if line.phone in seen else LISTED if line.phone in listed else NEW
            seen.add(line.phone)
        judged.append(Line(number=line.number, phone=line.phone, verdict=verdict))
    transaction.write(_ADD, [(import_id, each.number, each.phone, each.verdict) for each in judged])
    return judged


def _page(connection: Connection, import_id: str, after: int, limit: int, verdict: str | None) -> list[Line]:
    wanted = select(lines).where(lines.c.import_id == import_id, lines.c.line > after)
    if verdict is not None:
        wanted = wanted.where(lines.c.verdict == verdict)
    rows = connection.execute(wanted.order_by(lines.c.line).limit(limit))
    return [Line(number=row.line, phone=row.phone, verdict=row.verdict) for row in rows]


def _wrong(connection: Connection, import_id: str, limit: int) -> list[Line]:
    wanted = select(lines).where(lines.c.import_id == import_id, lines.c.phone == "")
    rows = connection.execute(wanted.order_by(lines.c.line).limit(limit))
    return [Line(number=row.line, phone=row.phone, verdict=row.verdict) for row in rows]
