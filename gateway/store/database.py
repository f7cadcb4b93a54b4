"""One database behind one writing connection and a few reading ones; lost ones are replaced."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, StatementError

from gateway import metrics
from gateway.blocking import run_blocking
from gateway.store import migrate
from gateway.store.errors import StoreUnavailable, Trouble
from gateway.store.fair import FairLock
from gateway.store.transaction import Transaction
from gateway.store.turn import LIMIT

T = TypeVar("T")

IDLE_READERS = 4
MIGRATION_LIMIT = 60.0
QUICK = 0.002  # seconds: on a disk whose commits take less, one is over sooner than a thread would be found for it
LOCAL_LIMIT = 5.0  # seconds a thread waits for this process's own writing connection


class Lost(StoreUnavailable):
    """Nothing was committed and a fresh connection may well succeed."""


class Database:
    """What both engines have in common. A write is safe to repeat as long as its COMMIT was not sent."""

    shared = False  # whether other machines may use it too

    def __init__(self, *, writer: Engine, reader: Engine, transaction: type[Transaction]) -> None:
        self._writer_engine = writer
        self._reader_engine = reader
        self._transaction = transaction
        self._writing = FairLock()
        self._locked_out_at = 0.0
        self._usual = 1.0  # seconds a write took lately, a running average
        self._writer: Connection | None = None
        self._readers: deque[Connection] = deque()

    # -- what an engine adds ---------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Look at the place before the first migration, and create what is missing."""

    def check(self) -> None:
        """Refuse a place or a server that could not keep the promise."""

    def for_permits(self) -> Database:
        """The same database on a connection for permits to send."""
        return self

    def trouble(self, error: DBAPIError) -> StoreUnavailable | None:
        """The store is away, or None: the statement itself is wrong."""
        raise NotImplementedError

    def take_turn(self, limit: float = LIMIT) -> None:
        """Wait until this process may write, at most `limit` seconds."""

    def try_turn(self) -> bool:
        """Have the turn if it costs no waiting; False also where writing is never quick."""
        return False

    def give_turn(self) -> None:
        """Let the next process write."""

    def committed(self) -> None:
        """Refuse to acknowledge a commit that went nowhere."""

    def migrate(self) -> None:
        """Bring the tables up to date; the turn is long enough for others that do the same."""
        self.take_turn(MIGRATION_LIMIT)
        try:
            migrate.upgrade(self._writer_engine)
        finally:
            self.give_turn()

    # -- writing ---------------------------------------------------------------------------------------------

    def write(self, work: Callable[[Transaction], T], *, alone: bool = False) -> T:
        """Run `work` in a transaction of its own and return once it is on disk.

        `alone`: hardly anybody else is at work in this process, so nobody minds if it stands still for a short write.
        """
        began = time.monotonic()
        if not self._writing.take(LOCAL_LIMIT):
            raise StoreUnavailable(Trouble.LOCKED, "Another write of this process takes too long. Try again.")
        try:
            if self._locked_out_at > began:
                # It has waited behind a write that met a lock, and would meet it too.
                raise StoreUnavailable(Trouble.LOCKED, "Writes of this process wait for a lock. Try again.")
            return self._write_now(work, alone=alone)
        finally:
            self._writing.give()

    def _write_now(self, work: Callable[[Transaction], T], *, alone: bool) -> T:
        began = time.monotonic()
        try:
            if alone and self._usual < QUICK and self.try_turn():
                return self._in_turn(work)
            return run_blocking(lambda: self._in_turn(work, waiting=True))
        except StoreUnavailable as error:
            if error.code is Trouble.LOCKED:
                self._locked_out_at = time.monotonic()
            raise
        finally:
            self._usual += 0.2 * (time.monotonic() - began - self._usual)

    def _in_turn(self, work: Callable[[Transaction], T], *, waiting: bool = False) -> T:
        if waiting:
            self.take_turn()
        try:
            try:
                return self._transact(work)
            except Lost:
                return self._transact(work)
        finally:
            self.give_turn()

    def _transact(self, work: Callable[[Transaction], T]) -> T:
        committing = False
        try:
            connection = self._writing_connection()
            with self._transaction(connection) as transaction:
                result = work(transaction)
                committing = True
                began = time.monotonic()
                transaction.commit()
            self.committed()
            metrics.committed(connection.dialect.name, time.monotonic() - began)
        except DBAPIError as error:
            trouble = self.trouble(error)
            if trouble is None:
                raise
            self._drop_writer()
            trouble.in_doubt = committing
            # A copy is no longer Lost, so it is not tried again.
            raise (trouble.copy() if committing else trouble) from error
        except StoreUnavailable as error:
            self._drop_writer()
            error.in_doubt = committing
            raise
        return result

    def _writing_connection(self) -> Connection:
        if self._writer is None or self._writer.closed:
            self._writer = self._writer_engine.connect()
            self._check_tables(self._writer)
        return self._writer

    def _check_tables(self, connection: Connection) -> None:
        """What was opened again may be another database than before."""
        try:
            connection.exec_driver_sql("SELECT version_num FROM alembic_version")
            connection.rollback()
        except DBAPIError as error:
            if self.trouble(error) is not None:
                raise
            raise StoreUnavailable(
                Trouble.ERROR, "The database has no tables any more. Restore a backup.", retry_after=5
            ) from error

    def _drop_writer(self) -> None:
        connection, self._writer = self._writer, None
        if connection is not None:
            _discard(connection)

    # -- reading ---------------------------------------------------------------------------------------------

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a connection that sees what is committed and cannot write."""
        return run_blocking(lambda: self._read_again(work))

    def _read_again(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._read(work)
        except Lost:
            return self._read(work)

    def _read(self, work: Callable[[Connection], T]) -> T:
        connection: Connection | None = None
        try:
            connection = self._reading_connection()
            result = work(connection)
            connection.rollback()
        except StatementError as error:
            if connection is not None:
                _discard(connection)
            trouble = self.trouble(error) if isinstance(error, DBAPIError) else None
            if trouble is None:
                raise
            self._drop_readers()
            raise trouble from error
        if len(self._readers) < IDLE_READERS:
            self._readers.append(connection)
        else:
            connection.close()
        return result

    def _reading_connection(self) -> Connection:
        try:
            return self._readers.pop()
        except IndexError:
            return self._reader_engine.connect()

    def _drop_readers(self) -> None:
        while self._readers:
            _discard(self._readers.pop())

    def close(self) -> None:
        """Close every connection; the next use opens new ones, also in a child after a fork."""
        self._drop_writer()
        self._drop_readers()


def _discard(connection: Connection) -> None:
    """Close without a rollback: SQLite has rolled back by itself, and a dead server answers nothing."""
    connection.invalidate()
    connection.close()
