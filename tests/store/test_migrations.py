"""Migrations lead to exactly the tables of tables.py, on both engines, and travel inside the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from gateway.store import OutdatedSchema, Store, migrate
from gateway.store.engines import open_database
from gateway.store.records import NewLead
from gateway.store.tables import metadata
from gateway.store.transaction import Transaction
from tests.fakes import FakeClock
from tests.store.making import NOW, keep, make_lead
from tests.store.test_consents import GIVEN as CONSENT


def test_migrations_and_tables_agree(store: Store) -> None:
    def difference(connection: object) -> object:
        return compare_metadata(MigrationContext.configure(connection), metadata)  # type: ignore[arg-type]

    assert store.read(difference) == []


def test_migrating_again_changes_nothing(store: Store, url: str) -> None:
    Store.migrate(url)

    assert store.read(migrate.current) == migrate.newest()
    assert store.verify() == []


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_database_from_before_the_forms_keeps_its_leads(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock
) -> None:
    url = (
        f"sqlite:///{tmp_path}/old.db" if engine == "sqlite" else request.getfixturevalue("postgres_database")
    )
    database = open_database(url)
    database.prepare()
    migrate.upgrade(database._writer_engine, "0002")
    old = make_lead()
    database.write(lambda transaction: _keep_as_then(transaction, old))
    database.close()
    with pytest.raises(OutdatedSchema, match="gateway migrate"):
        Store.open(url, clock=clock)

    Store.migrate(url)

    store = Store.open(url, clock=clock)
    before, after = store.story(old.id), store.story(keep(store, consent=CONSENT).id)
    assert store.verify() == []
    store.close()
    assert before is not None
    assert after is not None
    assert (before.consents, after.consents) == ((), (CONSENT,))


def test_the_steps_are_part_of_the_package() -> None:
    names = [each.name for each in (files("gateway.store") / "migrations" / "versions").iterdir()]

    assert any(name.startswith(migrate.newest()) for name in names)


def _keep_as_then(transaction: Transaction, lead: NewLead) -> None:
    """A lead as the first version wrote it."""
    transaction.run(
        "INSERT INTO enquiries (id, source, received_at, method, path, query, content_type, headers, address, body)"
        " VALUES ('E', ?, ?, 'POST', '/', '', '', '{}', '', ?)",
        (lead.source, NOW, b""),
    )
    transaction.run(
        "INSERT INTO leads (id, enquiry_id, source, state, dialer, list_id, phone, fields, extra, warnings, problems,"
        " test, received_at, updated_at) VALUES (?, 'E', ?, ?, ?, ?, ?, '{}', '{}', '[]', '[]', 0, ?, ?)",
        (lead.id, lead.source, lead.state.value, lead.dialer, lead.list_id, lead.phone, NOW, NOW),
    )
    transaction.run(
        "INSERT INTO intake_counts (source, day, leads) VALUES (?, ?, 1)", (lead.source, int(NOW // 86400))
    )
