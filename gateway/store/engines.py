"""Which engine a database URL names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from gateway.store.database import Database
from gateway.store.errors import StoreError
from gateway.store.postgresql import PostgresDatabase
from gateway.store.sqlite import SqliteDatabase


def open_database(url: str) -> Database:
    """Nothing is opened yet; raises StoreError for a URL that names none of ours."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("GATEWAY_DATABASE_URL is not a URL. Example: sqlite:///var/gateway.db") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return SqliteDatabase(Path(str(parsed.database)))
    if backend == "postgresql":
        return PostgresDatabase(parsed)
    raise StoreError(
        "GATEWAY_DATABASE_URL must be sqlite:///path/to/file or postgresql://user:password@host/name."
    )
