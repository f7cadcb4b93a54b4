"""A database that is moved away, or replaced, gets no lead that nobody would find again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.running_gateway import RunningGateway, running_gateway
from tests.running import EmulatorHandle

pytestmark = pytest.mark.journey

Phone = Callable[[], str]
FILES = ("gateway.db", "gateway.db-wal", "gateway.db-shm")


def _eventually(gateway: RunningGateway, path: str, status: int, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while gateway.get(path).status != status:
        assert time.monotonic() < end, f"{path} never answered {status}"
        time.sleep(0.05)


def _move(gateway: RunningGateway, target: Path, *, back: bool = False) -> None:
    for name in FILES:
        here, there = gateway.folder / name, target / name
        (there if back else here).rename(here if back else there)


def test_no_lead_is_acknowledged_into_a_database_that_was_moved_away(
    tmp_path: Path, open_emulator: EmulatorHandle, phone: Phone
) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    with running_gateway(tmp_path / "gw", open_emulator.api_url) as gateway:
        assert gateway.post({"mobile_no": phone()}).status == 201
        _move(gateway, aside)
        gone = [gateway.post({"mobile_no": phone()}) for _ in range(5)]
        _eventually(gateway, "/readyz", 503)
        alive = gateway.get("/livez").status

        (gateway.folder / "gateway.db").mkdir()  # what an empty mount leaves behind
        in_its_place = gateway.post({"mobile_no": phone()})
        (gateway.folder / "gateway.db").rmdir()
        _move(gateway, aside, back=True)
        _eventually(gateway, "/readyz", 200)
        again = gateway.post({"mobile_no": phone()})
        verified = gateway.command("verify")

    assert {each.status for each in [*gone, in_its_place]} == {503}
    assert {each.json["retryable"] for each in gone} == {True}
    assert all(int(each.headers["Retry-After"]) >= 1 for each in gone)
    assert alive == 200
    assert again.status == 201
    assert verified.returncode == 0, verified.stdout
