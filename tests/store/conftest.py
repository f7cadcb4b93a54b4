"""The store's suite runs on both engines: each test gets an empty, migrated database of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from gateway.store import Store
from gateway.store.tables import metadata
from tests.fakes import FakeClock
from tests.servers import PostgresServer


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with its tables; copied for each test, because migrating takes longer."""
    path = tmp_path_factory.mktemp("template") / "gateway.db"
    Store.migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> str:
    """The same in PostgreSQL, emptied before each test, because copying takes longer."""
    url = postgres_server.new_database()
    Store.migrate(url)
    return url


@pytest.fixture
def sqlite_path(migrated_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "gateway.db"
    shutil.copyfile(migrated_file, path)
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database, once in SQLite and once in PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('sqlite_path')}"
    url: str = request.getfixturevalue("migrated_postgres")
    _empty(url)
    return url


def _empty(url: str) -> None:
    # As a replica, the server leaves out the triggers that keep consents.
    statements = [f"DELETE FROM {table.name}" for table in metadata.sorted_tables]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("; ".join(["SET session_replication_role = replica", *statements]).encode())


@pytest.fixture
def open_store(clock: FakeClock) -> Iterator[Callable[[str], Store]]:
    """Opens stores and closes them after the test."""
    opened: list[Store] = []

    def open_store(url: str) -> Store:
        store = Store.open(url, clock=clock)
        opened.append(store)
        return store

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def store(url: str, open_store: Callable[[str], Store]) -> Store:
    return open_store(url)


@pytest.fixture
def sqlite_store(sqlite_path: Path, open_store: Callable[[str], Store]) -> Store:
    return open_store(f"sqlite:///{sqlite_path}")
