"""Real processes that pull: one of them asks, restarts keep the platform's pace, and a lead is dialed once."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.running_gateway import RunningGateway, running_gateway
from tests.pulling.platforms import KEY, IndiaMart, Platform, running
from tests.pulling.world import TOKEN, row_of
from tests.running import EmulatorHandle, running_emulator

pytestmark = pytest.mark.journey

SOURCE = """
[sources.indiamart]
kind = "indiamart"
dialer = "main"
list_id = "25062018"
token = "env:TOKEN"
pull_key = "env:PULL_KEY"
pull_url = "{url}"
"""


@pytest.fixture
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running(IndiaMart(now=time.time)) as platform:
        yield platform


@pytest.fixture
def gateway(
    tmp_path: Path, emulator: EmulatorHandle, platform: Platform, redis_url: str
) -> Iterator[RunningGateway]:
    for number in range(5):
        platform.file(row_of("indiamart", number, 0), time.time() - 30)
    with running_gateway(
        tmp_path,
        emulator.api_url,
        workers=2,
        ratelimit_url=redis_url,
        options={"more": SOURCE.format(url=platform.url)},
        environment={"TOKEN": TOKEN, "PULL_KEY": KEY},
    ) as gateway:
        yield gateway


def test_two_workers_pull_once_and_go_on_where_they_stood(
    gateway: RunningGateway, platform: Platform, emulator: EmulatorHandle
) -> None:
    leads = emulator.wait_for_leads(5, seconds=15)
    assert sorted(lead["phone_number"] for lead in leads) == [f"98{number:08d}" for number in range(5)]

    pushed = gateway.post(row_of("indiamart", 3, 0), path=f"/webhooks/indiamart?token={TOKEN}")
    assert (pushed.status, pushed.body) == (200, b'{"CODE":200,"STATUS":"SUCCESS"}')
    gateway.stop(how=signal.SIGKILL)
    gateway.start()
    time.sleep(1.0)  # long enough for a process that does not know the pace

    assert len(platform.asked) == 1
    assert emulator.state.ledger.leads_total == 5
    assert 'gw_pull_covered_timestamp_seconds{source="indiamart"}' in gateway.get("/metrics").body.decode()
    assert KEY not in gateway.log_path.read_text()
    assert gateway.command("verify").returncode == 0


def test_by_hand_beside_a_running_gateway(
    gateway: RunningGateway, platform: Platform, emulator: EmulatorHandle
) -> None:
    """The pull leaves its leads to whoever delivers."""
    emulator.wait_for_leads(5, seconds=15)
    platform.asked.clear()
    platform.file(row_of("indiamart", 9, 0), time.time() - 86400)
    with sqlite3.connect(gateway.folder / "gateway.db") as connection:
        connection.execute("UPDATE pulls SET asked_at = 0")  # as if five minutes had gone by

    done = gateway.command("pull", "indiamart", "--since", "2d")

    assert done.returncode == 0, done.stderr
    assert "1 lead kept, 5 known already." in done.stdout
    assert len(emulator.wait_for_leads(6, seconds=10)) == 6
