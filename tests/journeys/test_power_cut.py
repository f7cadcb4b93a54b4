"""The power goes at the worst moment: whatever was acknowledged until then is on the disk that is left."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journeys.conftest import PORTAL_TOKEN, SECRETS, every_door
from tests.journeys.lossy_disk import CALLS, EVERY, LossyDisk
from tests.journeys.running_gateway import RunningGateway
from tests.running import EmulatorHandle

pytestmark = pytest.mark.journey

FILES = ("gateway.db", "gateway.db-wal")
PORTAL = f"/webhooks/portal?token={PORTAL_TOKEN}"
SEED = 20261124


def traced(folder: Path, dialer_url: str) -> tuple[dict[str, bytes], str]:
    """Leads one by one and by the hundred, until the log has been moved into the database at least once."""
    trace = folder.parent / "trace"
    prefix = ("strace", "-f", "-y", "-xx", "-s", "200000", "-e", f"trace={CALLS}", "-o", str(trace))
    gateway = RunningGateway(
        folder=folder, dialer_url=dialer_url, options={"more": every_door()}, environment=SECRETS
    )
    assert gateway.command("migrate").returncode == 0
    gateway.key = gateway.create_key()
    with contextlib.closing(_almost_full_log(folder)):
        before = {name: (folder / name).read_bytes() for name in FILES}
        gateway.prefix = prefix
        gateway.launch()
        try:
            gateway.wait_until_ready()
            with ThreadPoolExecutor(4) as callers:
                list(callers.map(lambda n: _send(gateway, n), range(24)))
        finally:
            gateway.kill_all()
    return before, trace.read_text()


def _almost_full_log(folder: Path) -> sqlite3.Connection:
    """So much that the gateway moves it into the database while it is watched; open, so that it stays."""
    connection = sqlite3.connect(folder / "gateway.db", isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE ballast (pages BLOB)")
    connection.execute("INSERT INTO ballast VALUES (zeroblob(?))", (3_000 * 4096,))
    return connection


def _send(gateway: RunningGateway, number: int) -> None:
    first = 9_100_000_000 + number * 1_000
    if number % 3:
        assert gateway.post({"mobile_no": str(first)}).status in (201, 202)
        return
    leads = [{"phone": str(first + n), "note": "x" * 300} for n in range(150)]
    assert gateway.post(leads, path=PORTAL).status == 200


def survivors(folder: Path) -> set[str]:
    """Every lead in what is left, after SQLite mended it; none when it is beyond mending."""
    with contextlib.closing(sqlite3.connect(folder / "gateway.db")) as connection:
        try:
            whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            return {row[0] for row in connection.execute("SELECT id FROM leads")} if whole else set()
        except sqlite3.DatabaseError:
            return set()


def power_cuts(disk: LossyDisk, before: dict[str, bytes], trace: str, scratch: Path) -> Iterator[set[str]]:
    """For each cut, which leads were acknowledged and are gone."""
    for name, file in disk.files.items():
        file.durable[:] = before[name]
    chance = random.Random(SEED)
    for _ in disk.play(trace):
        with tempfile.TemporaryDirectory(dir=scratch) as left:
            disk.cut(Path(left), chance)
            yield disk.acknowledged - survivors(Path(left))


def test_a_power_cut_loses_nothing_that_was_acknowledged(
    tmp_path: Path, open_emulator: EmulatorHandle
) -> None:
    folder = tmp_path / "gw"
    before, trace = traced(folder, open_emulator.api_url)

    disk = LossyDisk(folder, FILES)
    losses = list(power_cuts(disk, before, trace, tmp_path))
    assert len(losses) > 24
    assert len(disk.acknowledged) > 1_000
    assert disk.files["gateway.db"].writes > EVERY, "some cuts fell into a move of the log into the database"
    assert [lost for lost in losses if lost] == []

    # The control: had nothing been flushed, this test would have seen leads go.
    unflushed = LossyDisk(folder, FILES, flushes_count=False)
    assert any(power_cuts(unflushed, before, trace, tmp_path))
