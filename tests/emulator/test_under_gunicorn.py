"""The faults on the connection, under the two kinds of gunicorn worker the emulator is served with."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from gateway.emulator.elision import PATH
from tests.emulator.asking import SAMPLE_LEAD

ROOT = Path(__file__).parents[2]
ENDED = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


@pytest.mark.journey
@pytest.mark.parametrize("served", ["gevent", "gthread"], indirect=True)
def test_connections_are_ended_and_the_worker_goes_on(served: str) -> None:
    faults = ["refuse", "drop_after_accept", "created_then_close", "created_then_hang:0.1", "truncated"]
    with requests.Session() as session:
        for fault in faults * 3:
            with pytest.raises(ENDED):
                session.post(served + PATH, data=SAMPLE_LEAD, headers={"X-Emulator-Fault": fault}, timeout=5)
            assert session.post(served + PATH, data=SAMPLE_LEAD, timeout=5).json()["success"] == "true"
        drip = {"X-Emulator-Fault": "drip:0"}
        assert session.post(served + PATH, data=SAMPLE_LEAD, headers=drip, timeout=5).json()
        told = session.get(f"{served}/emulator/leads?limit=1", timeout=5).json()

    assert told["total"] == len(faults) * 3 + 3 * 3 + 1


@pytest.mark.journey
@pytest.mark.parametrize("served", ["gevent"], indirect=True)
def test_slow_requests_do_not_hold_the_others_up(served: str) -> None:
    requests.post(f"{served}/emulator/settings", json={"delay": 0.3}, timeout=5)
    started = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: requests.post(served + PATH, data=SAMPLE_LEAD, timeout=5), range(10)))

    assert time.monotonic() - started < 2.5
    assert requests.get(f"{served}/emulator/requests", timeout=5).json()["max_concurrent"] > 5


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "gateway.emulator.app:create_emulator()"]
    command += ["-k", request.param, "-w", "1", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    command += ["--threads", "8"] if request.param == "gthread" else []
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("gunicorn did not start listening")
