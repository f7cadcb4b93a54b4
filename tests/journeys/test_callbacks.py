"""Real processes that tell: what ended before a kill is told after it, and a trial on one machine works as shown."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from tests.callbacks.receiver import SECRET, Receiver, receiving
from tests.journeys.running_gateway import RunningGateway, free_port, running_gateway
from tests.running import EmulatorHandle, running_emulator

pytestmark = pytest.mark.journey

TOLD = """
callback_url = "{url}"
callback_secret = "env:HOOK_SECRET"
callback_networks = ["127.0.0.1"]
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


def gateway_telling(
    folder: Path, emulator: EmulatorHandle, url: str, redis_url: str
) -> AbstractContextManager[RunningGateway]:
    return running_gateway(
        folder,
        emulator.api_url,
        workers=2,
        ratelimit_url=redis_url,
        options={"source_extra": TOLD.format(url=url)},
        environment={"HOOK_SECRET": SECRET},
    )


def test_every_lead_is_told_although_all_processes_are_killed_while_they_tell(
    tmp_path: Path, emulator: EmulatorHandle, receiver: Receiver, redis_url: str
) -> None:
    receiver.gate.clear()
    with gateway_telling(tmp_path, emulator, receiver.url, redis_url) as gateway:
        ids = {gateway.post({"mobile_no": f"98{number:08d}"}).json["lead"]["id"] for number in range(20)}
        receiver.wait_for(4)
        gateway.stop(how=signal.SIGKILL)
        receiver.gate.set()
        receiver.came.clear()
        with sqlite3.connect(gateway.folder / "gateway.db") as connection:
            connection.execute("UPDATE callbacks SET leased_until = 0")  # as if two minutes had gone by
        gateway.start()
        receiver.wait_for(20, seconds=20)
        time.sleep(1.0)  # long enough for a process that tells twice

        assert sorted(each["data"]["lead"]["id"] for each in receiver.messages()) == sorted(ids)
        for came in receiver.came:
            assert Webhook(SECRET).verify(came.body, came.headers)["type"] == "lead.delivered"
        assert 'gw_callback_attempts_total{result="sent",source="partner"}' in (
            gateway.get("/metrics").body.decode()
        )
        assert SECRET not in gateway.log_path.read_text()


def test_a_trial_on_one_machine(tmp_path: Path, emulator: EmulatorHandle, redis_url: str) -> None:
    port = free_port()
    with (
        gateway_telling(tmp_path, emulator, f"http://127.0.0.1:{port}/", redis_url) as gateway,
        listening(gateway, port) as listener,
    ):
        assert listener.stdout is not None
        assert "Listening" in listener.stdout.readline()
        lead_id = gateway.post({"mobile_no": "9876543210"}).json["lead"]["id"]
        shown = "".join(listener.stdout.readline() for _ in range(15))
        listener.send_signal(signal.SIGINT)

        assert listener.wait(10) == 0
        assert "genuine  answered 200" in shown
        assert lead_id in shown
        listed = gateway.command("callbacks", "list", "--source", "partner")
        assert lead_id in listed.stdout


@contextmanager
def listening(gateway: RunningGateway, port: int) -> Iterator[subprocess.Popen[str]]:
    words = ("callbacks", "listen", "partner", "--port", str(port))
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "gateway", *words],
        env=gateway.env(),
        cwd=gateway.folder,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
