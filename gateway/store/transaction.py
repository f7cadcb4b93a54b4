"""One open transaction, and statements that carry many rows in one step.

Every step of a SQLite statement gives the interpreter lock away and has to wait for it again, behind whatever
the process is busy with. So a batch is written with one statement of many rows, never with one statement per
row, and what is read comes back as one row.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy.engine import Connection, CursorResult

MOST_ROWS = 256  # rows of one statement
LOCKS = 512  # names share this many locks, so that one transaction cannot use up the server's lock table

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Bulk:
    """A statement over many rows: `before`, the rows, `after`; `{lock}` locks the leads it reads."""

    before: str
    width: int
    after: str = ""


@lru_cache(maxsize=512)
def _text(bulk: Bulk, rows: int, placeholder: str, row_lock: str) -> str:
    row = "(" + ", ".join([placeholder] * bulk.width) + ")"
    after = bulk.after.replace("?", placeholder).replace("{lock}", row_lock)
    return f"{bulk.before} {', '.join([row] * rows)} {after}"


def portions(rows: Sequence[Row]) -> Iterable[Sequence[Row]]:
    """Powers of two, so that few different statements exist and each is prepared once."""
    start = 0
    while start < len(rows):
        size = min(MOST_ROWS, 1 << ((len(rows) - start).bit_length() - 1))
        yield rows[start : start + size]
        start += size


class Transaction:
    """What the operations see of the database; `read` and `lock` differ by engine."""

    placeholder = "?"
    row_lock = ""
    skip_locked = ""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> CursorResult[Any]:
        """Execute one statement, written with `?`."""
        return self.connection.exec_driver_sql(
            statement.replace("?", self.placeholder), tuple(parameters) or None
        )

    def write(self, bulk: Bulk, rows: Sequence[Row], *after: object) -> None:
        """Execute `bulk` over all rows; more than one must fit the statement, none is nothing to do."""
        for portion in portions(rows):
            self.connection.exec_driver_sql(
                self._text(bulk, portion), (*chain.from_iterable(portion), *after)
            )

    def read(self, columns: str, bulk: Bulk, rows: Sequence[Row], *after: object) -> list[Row]:
        """The wanted columns of every row found; no BLOB may be among them."""
        found: list[Row] = []
        for portion in portions(rows):
            parameters = (*chain.from_iterable(portion), *after)
            found += self._read(columns, self._text(bulk, portion), parameters)
        return found

    def select(self, bulk: Bulk, rows: Sequence[Row]) -> list[Row]:
        """The rows of a whole SELECT, for the few reads that want a BLOB."""
        found: list[Row] = []
        for portion in portions(rows):
            parameters = tuple(chain.from_iterable(portion))
            found += self.connection.exec_driver_sql(self._text(bulk, portion), parameters).fetchall()
        return found

    def _text(self, bulk: Bulk, portion: Sequence[Row]) -> str:
        return _text(bulk, len(portion), self.placeholder, self.row_lock)

    def _read(self, columns: str, source: str, parameters: tuple[Any, ...]) -> list[Row]:
        raise NotImplementedError

    def lock(self, kind: int, names: Iterable[str]) -> None:
        """Let no other transaction that locks one of these names go on before this one has ended."""
        raise NotImplementedError


class SqliteTransaction(Transaction):
    """BEGIN IMMEDIATE has locked everything already."""

    def _read(self, columns: str, source: str, parameters: tuple[Any, ...]) -> list[Row]:
        statement = f"SELECT json_group_array(json_array({columns})) {source}"
        text: str = self.connection.exec_driver_sql(statement, parameters).scalar_one()
        rows: list[Row] = orjson.loads(text)
        return rows

    def lock(self, kind: int, names: Iterable[str]) -> None:  # noqa: ARG002 - what is locked does not matter
        return


class PostgresTransaction(Transaction):
    """Rows are locked by the statements, what does not exist yet by name."""

    placeholder = "%s"
    row_lock = "FOR UPDATE OF leads"
    skip_locked = "FOR UPDATE OF due SKIP LOCKED"

    def _read(self, columns: str, source: str, parameters: tuple[Any, ...]) -> list[Row]:
        statement = f"SELECT {columns} {source}"
        return list(self.connection.exec_driver_sql(statement, parameters).fetchall())

    def lock(self, kind: int, names: Iterable[str]) -> None:
        # Ascending, in every transaction: two that want the same locks can wait for each other only
        # in one direction.
        keys = sorted({zlib.crc32(name.encode()) % LOCKS for name in names})
        if keys:
            self.connection.exec_driver_sql(
                "SELECT count(pg_advisory_xact_lock(%s, key)) FROM unnest(%s::int[]) AS key", (kind, keys)
            )
