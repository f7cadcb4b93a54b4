"""Migrations lead to exactly the tables of tables.py, on both engines, and travel inside the package."""

from __future__ import annotations

from importlib.resources import files

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from gateway.store import Store, migrate
from gateway.store.tables import metadata


def test_migrations_and_tables_agree(store: Store) -> None:
    def difference(connection: object) -> object:
        return compare_metadata(MigrationContext.configure(connection), metadata)  # type: ignore[arg-type]

    assert store.read(difference) == []


def test_migrating_again_changes_nothing(store: Store, url: str) -> None:
    Store.migrate(url)

    assert store.read(migrate.current) == migrate.newest()
    assert store.verify() == []


def test_the_steps_are_part_of_the_package() -> None:
    names = [each.name for each in (files("gateway.store") / "migrations" / "versions").iterdir()]

    assert any(name.startswith(migrate.newest()) for name in names)
