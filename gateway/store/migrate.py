"""Brings a database to this program's tables, and tells when one is not there yet."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from gateway.store.errors import OutdatedSchema

_LOCK = 4_711_042  # an arbitrary number, the same in every gateway


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """The revision this program was written for."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(connection: Connection) -> str | None:
    """The revision the database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run what is missing in one transaction; processes that start together do it one after the other."""
    config = _config()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("SET lock_timeout = '60s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def check(connection: Connection) -> None:
    """Refuse tables that are older or newer than the program."""
    found, wanted = current(connection), newest()
    if found == wanted:
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise OutdatedSchema(
            f"The database was made by a newer gateway (schema {found}). Start that version, or restore"
            " a backup."
        )
    raise OutdatedSchema(
        f"The database is at schema {found or 'none'}, this gateway needs {wanted}. Run: gateway migrate"
    )
