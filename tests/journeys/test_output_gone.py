"""Logs that nobody can take any more cost no request, and no start or stop."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.journeys.running_gateway import RunningGateway
from tests.running import EmulatorHandle

pytestmark = pytest.mark.journey

Phone = Callable[[], str]


@contextmanager
def a_full_disk() -> Iterator[int]:
    sink = os.open("/dev/full", os.O_WRONLY)
    try:
        yield sink
    finally:
        os.close(sink)


@contextmanager
def a_reader_that_left() -> Iterator[int]:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        yield writer
    finally:
        os.close(writer)


@pytest.mark.parametrize("sink", [a_full_disk, a_reader_that_left])
def test_requests_are_served_though_no_line_can_be_written(
    tmp_path: Path,
    open_emulator: EmulatorHandle,
    phone: Phone,
    sink: Callable[[], AbstractContextManager[int]],
) -> None:
    gateway = RunningGateway(folder=tmp_path, dialer_url=open_emulator.api_url)
    assert gateway.command("migrate").returncode == 0
    gateway.key = gateway.create_key()
    with sink() as output:
        gateway.process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve"],
            env=gateway.env(),
            cwd=tmp_path,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _wait_until_ready(gateway)
            answers = [gateway.post({"mobile_no": phone()}).status for _ in range(20)]
            refused = [gateway.post({"mobile_no": "12"}).status, gateway.post(b"{").status]
            unknown = gateway.get("/v1/leads/x", key="gw_live_wrong").status
            code = gateway.stop()
        finally:
            gateway.kill_all()

    assert answers == [201] * 20
    assert (refused, unknown) == ([422, 400], 401)
    assert code == 0


def _wait_until_ready(gateway: RunningGateway) -> None:
    end = monotonic() + 20
    while monotonic() < end:
        with suppress(urllib.error.URLError), urllib.request.urlopen(f"{gateway.url}/readyz") as answer:
            if answer.status == 200:
                return
        sleep(0.05)
    raise AssertionError("the gateway did not become ready")
