"""A PostgreSQL database as the gateway needs it: durable commits, short waits, connections that come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from gateway.store import migrate
from gateway.store.database import Database, Lost
from gateway.store.errors import StoreError, StoreUnavailable, Trouble
from gateway.store.transaction import PostgresTransaction

CONNECT_SECONDS = 3
SESSION = {
    "lock_timeout": "2000",
    "statement_timeout": "15000",
    "idle_in_transaction_session_timeout": "10000",
    "timezone": "UTC",
}
# A permit need not wait for the disk: before its request leaves, the lead is committed as sending, and the
# log is written in order, so the permit is on disk by then. A permit whose end is lost expires.
PERMITS_SESSION = {**SESSION, "synchronous_commit": "off"}
_LOCKED = frozenset({"55P03", "57014"})  # lock_timeout, statement_timeout
_FULL = frozenset({"53100"})
_AGAIN = frozenset({"40P01", "40001"})  # a deadlock's victim was rolled back as a whole
_AWAY = ("08", "53", "57P", "58", "XX", "25006")


class PostgresDatabase(Database):
    """Any number of processes and machines."""

    shared = True

    def __init__(self, url: URL, *, session: Mapping[str, str] = SESSION) -> None:
        self.url = url.set(drivername="postgresql+psycopg")
        writer = self._engine(session)
        reader = self._engine(
            {**session, "default_transaction_read_only": "on"}, isolation_level="AUTOCOMMIT"
        )
        super().__init__(writer=writer, reader=reader, transaction=PostgresTransaction)

    def for_permits(self) -> Database:
        return PostgresDatabase(self.url, session=PERMITS_SESSION)

    def check(self) -> None:
        """A server that answers before it has written would break the promise behind every answer of ours."""
        for setting in ("synchronous_commit", "fsync"):
            if self._setting(setting) == "off":
                raise StoreError(
                    f"PostgreSQL runs with {setting}=off: a lead that was answered for could be lost."
                    f" Set {setting}=on for this role, database and server."
                )
        self.read(migrate.check)

    def _setting(self, name: str) -> str:
        try:
            with self._writer_engine.connect() as connection:
                value: str = connection.exec_driver_sql(f"SHOW {name}").scalar_one()
                return value
        except DBAPIError as error:
            raise StoreError(
                f"PostgreSQL at {self.url.render_as_string()} cannot be reached"
                f" ({type(error.orig).__name__})."
                " Check GATEWAY_DATABASE_URL and that the server runs."
            ) from error

    def _engine(self, settings: Mapping[str, str], **options: Any) -> Engine:
        text = " ".join(f"-c {name}={value}" for name, value in settings.items())
        return create_engine(
            self.url,
            poolclass=NullPool,
            hide_parameters=True,  # they are people's names and numbers, and an error goes into the log
            connect_args={"connect_timeout": CONNECT_SECONDS, "options": text, "application_name": "gateway"},
            **options,
        )

    def trouble(self, error: DBAPIError) -> StoreUnavailable | None:
        state = getattr(error.orig, "sqlstate", None)
        if state in _FULL:
            return StoreUnavailable(
                Trouble.FULL, "The database server's disk is full. Free space on it.", retry_after=30
            )
        if state in _LOCKED:
            return StoreUnavailable(
                Trouble.LOCKED, "Another transaction holds the rows for too long. Try again."
            )
        if state in _AGAIN:
            return Lost(Trouble.LOCKED, "The transaction met another one. Try again.")
        # Without a state it was not the server that spoke: no connection, or one that broke.
        if error.connection_invalidated or (state is None and _is_connection_error(error)):
            return Lost(
                Trouble.ERROR, "The database server cannot be reached. Check that it runs.", retry_after=2
            )
        if state is not None and state.startswith(_AWAY):
            return Lost(
                Trouble.ERROR, f"The database server refuses ({state}). Look at its log.", retry_after=5
            )
        return None


def _is_connection_error(error: DBAPIError) -> bool:
    return type(error.orig).__name__ in ("OperationalError", "InterfaceError", "ConnectionTimeout")
