"""An import that is killed in the middle goes on behind its last row, and the dialer gets each row once."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running_gateway import RunningGateway, running_gateway
from tests.running import EmulatorHandle, running_emulator

pytestmark = pytest.mark.journey

ROWS = 800
SOME = 8_000  # bytes of results: the first rows are on disk


@pytest.fixture
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


@pytest.fixture(params=["sqlite", "postgresql"])
def gateway(
    request: pytest.FixtureRequest, tmp_path: Path, emulator: EmulatorHandle
) -> Iterator[RunningGateway]:
    url = request.getfixturevalue("postgres_database") if request.param == "postgresql" else ""
    with running_gateway(tmp_path, emulator.api_url, database_url=url) as gateway:
        yield gateway


def test_a_killed_import_goes_on_without_doubles(gateway: RunningGateway, emulator: EmulatorHandle) -> None:
    numbers = [str(9_800_000_000 + each) for each in range(ROWS)]
    file = gateway.folder / "leads.csv"
    file.write_text("Name,Mobile\n" + "".join(f"Asha,{number}\n" for number in numbers))
    words = ("import", "leads.csv", "--source", "partner", "--yes")

    kill_in_the_middle(gateway, words)
    assert not (gateway.folder / "leads.results.csv").exists()
    resumed = gateway.command(*words, "--wait", "40s")

    assert resumed.returncode == 0, resumed.stderr
    told = next(line for line in resumed.stdout.splitlines() if line.startswith(f"{ROWS:,} rows:"))
    assert "imported before" in told
    assert "new" in told
    assert sorted(lead["phone_number"] for lead in emulator.wait_for_leads(ROWS, seconds=20)) == numbers
    with (gateway.folder / "leads.results.csv").open(encoding="utf-8-sig", newline="") as lines:
        results = list(csv.DictReader(lines))
    in_dialer = {str(lead["lead_id"]) for lead in emulator.leads()}
    assert {line["Lead ID"] for line in results} == in_dialer
    assert gateway.command("verify").returncode == 0


def kill_in_the_middle(gateway: RunningGateway, words: tuple[str, ...]) -> None:
    growing = gateway.folder / "leads.results.csv.part"
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", *words],
        env=gateway.env(),
        cwd=gateway.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while not (growing.exists() and growing.stat().st_size >= SOME):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.005)
    process.kill()
    process.wait(10)
