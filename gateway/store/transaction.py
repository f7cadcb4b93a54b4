"""One open transaction, and statements that carry many rows in one step.

Every step of a SQLite statement gives the interpreter lock away and has to wait for it again, behind whatever
the process is busy with. So a batch is written with one statement of many rows, never with one statement per
row, and what is read comes back as one row.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Self, cast

import orjson
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

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


class Found:
    """What one statement found or changed."""

    __slots__ = ("_cursor",)

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return int(self._cursor.rowcount)

    def fetchall(self) -> list[Row]:
        return list(self._cursor.fetchall())

    def one(self) -> Row:
        row: Row = self._cursor.fetchone()
        return row

    def scalar_one(self) -> Any:
        return self.one()[0]


class Transaction:
    """What the operations see of the database; `read` and `lock` differ by engine."""

    placeholder = "?"
    row_lock = ""
    skip_locked = ""

    def __init__(self, connection: Connection) -> None:
        self._dialect = connection.dialect
        self._driver: Any = connection.connection.driver_connection
        self._error: type[Exception] = self._dialect.loaded_dbapi.Error

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self.roll_back()

    def begin(self) -> None:
        """Begin to write; drivers that begin by themselves need no word."""

    def commit(self) -> None:
        """Return once everything is on disk."""
        try:
            self._driver.commit()
        except self._error as error:
            raise self._told("COMMIT", error) from error

    def roll_back(self) -> None:
        """Undo what is left to undo: a server that is gone, or SQLite itself, may have done it already."""
        with contextlib.suppress(self._error):
            self._driver.rollback()

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> Found:
        """Execute one statement, written with `?`."""
        return self._execute(statement.replace("?", self.placeholder), tuple(parameters))

    def _execute(self, statement: str, parameters: tuple[Any, ...]) -> Found:
        """Straight through the driver: SQLAlchemy would work out anew, for each of a lead's statements, what is known
        of them all. What the driver raises is told as SQLAlchemy tells it."""
        cursor = self._driver.cursor()
        try:
            cursor.execute(statement, parameters) if parameters else cursor.execute(statement)
        except self._error as error:
            raise self._told(statement, error) from error
        return Found(cursor)

    def _told(self, statement: str, error: Exception) -> DBAPIError:
        lost = self._dialect.is_disconnect(cast("Any", error), self._driver, None)
        told = DBAPIError.instance(
            statement,
            None,
            error,
            self._error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=self._dialect,
        )
        return cast("DBAPIError", told)

    def write(self, bulk: Bulk, rows: Sequence[Row], *after: object) -> None:
        """Execute `bulk` over all rows; more than one must fit the statement, none is nothing to do."""
        for portion in portions(rows):
            self._execute(self._text(bulk, portion), (*chain.from_iterable(portion), *after))

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
            found += self._execute(self._text(bulk, portion), parameters).fetchall()
        return found

    def _text(self, bulk: Bulk, portion: Sequence[Row]) -> str:
        return _text(bulk, len(portion), self.placeholder, self.row_lock)

    def _read(self, columns: str, source: str, parameters: tuple[Any, ...]) -> list[Row]:
        raise NotImplementedError

    def lock(self, kind: int, names: Iterable[str]) -> None:
        """Let no other transaction that locks one of these names go on before this one has ended."""
        raise NotImplementedError

    def lock_all(self, kind: int) -> None:
        """As `lock`, for every name there is."""
        raise NotImplementedError


class SqliteTransaction(Transaction):
    """BEGIN IMMEDIATE locks everything.

    A transaction that reads first and writes later would fail at once when another has written in between.
    """

    def begin(self) -> None:
        self._execute("BEGIN IMMEDIATE", ())

    def _read(self, columns: str, source: str, parameters: tuple[Any, ...]) -> list[Row]:
        statement = f"SELECT json_group_array(json_array({columns})) {source}"
        text: str = self._execute(statement, parameters).scalar_one()
        rows: list[Row] = orjson.loads(text)
        return rows

    def lock(self, kind: int, names: Iterable[str]) -> None:  # noqa: ARG002 - what is locked does not matter
        return

    def lock_all(self, kind: int) -> None:  # noqa: ARG002
        return


class PostgresTransaction(Transaction):
    """Rows are locked by the statements, what does not exist yet by name."""

    placeholder = "%s"
    row_lock = "FOR UPDATE OF leads"
    skip_locked = "FOR UPDATE OF due SKIP LOCKED"

    def _read(self, columns: str, source: str, parameters: tuple[Any, ...]) -> list[Row]:
        statement = f"SELECT {columns} {source}"
        return self._execute(statement, parameters).fetchall()

    def lock(self, kind: int, names: Iterable[str]) -> None:
        # Ascending, in every transaction: two that want the same locks can wait for each other only
        # in one direction.
        keys = sorted({zlib.crc32(name.encode()) % LOCKS for name in names})
        if keys:
            self._execute(
                "SELECT count(pg_advisory_xact_lock(%s, key)) FROM unnest(%s::int[]) AS key", (kind, keys)
            )

    def lock_all(self, kind: int) -> None:
        statement = "SELECT count(pg_advisory_xact_lock(%s, key)) FROM generate_series(0, %s) AS key"
        self._execute(statement, (kind, LOCKS - 1))
