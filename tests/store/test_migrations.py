"""Migrations lead to exactly the tables of tables.py, on both engines, and travel inside the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from gateway.store import OutdatedSchema, Store, migrate
from gateway.store.engines import open_database
from gateway.store.records import NewLead
from gateway.store.tables import metadata
from gateway.store.transaction import Transaction
from tests.fakes import FakeClock
from tests.store.making import NOW, keep, make_lead
from tests.store.test_consents import GIVEN as CONSENT

# Where writing must not stop for the minutes that a large database takes: before the update, one by one.
EARLY = (
    "CREATE INDEX leads_source ON leads (source, id)",
    "CREATE INDEX leads_reason ON leads (reason_code, id) WHERE reason_code IS NOT NULL",
    "CREATE INDEX leads_named ON leads (dialer_lead_id) WHERE dialer_lead_id IS NOT NULL",
    "CREATE INDEX leads_aside ON leads (state, id, source) WHERE state NOT IN ('queued', 'sending', 'delivered')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/old.db"
    url: str = request.getfixturevalue("postgres_database")
    return url


def test_migrations_and_tables_agree(store: Store) -> None:
    assert store.read(_differences) == []


def _differences(connection: Connection) -> object:
    return compare_metadata(MigrationContext.configure(connection), metadata)


def test_migrating_again_changes_nothing(store: Store, url: str) -> None:
    Store.migrate(url)

    assert store.read(migrate.current) == migrate.newest()
    assert store.verify() == []


def test_a_database_from_before_the_forms_keeps_its_leads(engine_url: str, clock: FakeClock) -> None:
    url = engine_url
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


def test_an_index_that_was_built_before_the_update_is_not_built_again(
    engine_url: str, clock: FakeClock
) -> None:
    database = open_database(engine_url)
    database.prepare()
    migrate.upgrade(database._writer_engine, "0008")
    for statement in EARLY:
        database.write(lambda transaction, statement=statement: transaction.run(statement))
    database.close()

    Store.migrate(engine_url)

    store = Store.open(engine_url, clock=clock)
    differences = store.read(_differences)
    store.close()
    assert differences == []


def test_the_indexes_of_the_handbook_are_those_of_the_update() -> None:
    document = (Path(__file__).parents[2] / "docs" / "storage.md").read_text()

    for statement in EARLY:
        concurrently = statement.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY")
        assert f"{concurrently};" in document


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
