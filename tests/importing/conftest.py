"""Tables as files, and an importer on each engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.config import DialerConfig, GatewayConfig, SourceConfig
from gateway.importing.columns import read_columns
from gateway.importing.importer import Importer, Judged
from gateway.importing.table_file import open_table
from gateway.store import Store
from tests.fakes import FakeClock
from tests.store.conftest import (
    migrated_file,
    migrated_postgres,
    open_store,
    sqlite_path,
    sqlite_store,
    store,
    url,
)

__all__ = ["migrated_file", "migrated_postgres", "open_store", "sqlite_path", "sqlite_store", "store", "url"]

SOURCE = SourceConfig(name="partner", kind="partner", dialer="main", list_id="25062018", dedupe=600.0)
CONFIG = GatewayConfig(
    dialers={"main": DialerConfig(name="main", url="http://127.0.0.1:9/", source="gateway")},
    sources={"partner": SOURCE},
)


@dataclass
class Bench:
    """Writes a table and imports it."""

    importer: Importer
    clock: FakeClock
    path: Path

    def write(self, lines: Sequence[str], encoding: str = "utf-8") -> None:
        self.path.write_bytes("\r\n".join(lines).encode(encoding))

    def run(self, *, dry: bool = False) -> list[Judged]:
        table = open_table(self.path)
        columns = read_columns(table, {})
        portions = self.importer.judge(table, columns) if dry else self.importer.carry_out(table, columns)
        return [judged for portion in portions for judged in portion]


@pytest.fixture
def bench(store: Store, clock: FakeClock, tmp_path: Path) -> Bench:
    importer = Importer(store=store, config=CONFIG, source=SOURCE, now=clock.now, sleep=clock.turn)
    return Bench(importer, clock, tmp_path / "leads.csv")
