"""What the product is for: a lead that was acknowledged is on disk, whatever is killed and whatever fails."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import urllib3

from tests.journeys.calling import eventually
from tests.journeys.running_gateway import Answered, RunningGateway, running_gateway
from tests.running import EmulatorHandle, running_emulator

pytestmark = pytest.mark.journey

CHAOS_SECONDS = float(os.environ.get("GATEWAY_CHAOS_SECONDS", "6"))


@pytest.fixture
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


def lead(number: int, **more: str) -> dict[str, str]:
    return {"customer_name": f"Caller {number}", "mobile_no": str(9_000_000_000 + number), **more}


def test_every_201_has_a_flush_between_the_write_and_the_answer(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    trace = tmp_path / "trace"
    calls = "pwrite64,fdatasync,fsync,sendto,sendmsg,write,openat"
    prefix = ("strace", "-f", "-y", "-s", "64", "-e", f"trace={calls}", "-o", str(trace))
    with running_gateway(tmp_path / "gw", emulator.api_url, prefix=prefix) as gateway:
        for number in range(5):
            assert gateway.post(lead(number)).status == 201
        refused = gateway.post({"customer_name": "No Number"})
        assert refused.status == 422
        gateway.stop()

    stored, not_stored = _flushes_before_answers(trace.read_text(errors="replace"))
    assert len(stored) == 5
    assert all(flushes >= 1 for flushes in stored)
    assert not_stored == [0], "the control: an answer that stores nothing needs no flush"


def _flushes_before_answers(trace: str) -> tuple[list[int], list[int]]:
    """For each 201 and each 422: how many flushes of the log ended since the answer before it."""
    flushes = 0
    stored: list[int] = []
    refused: list[int] = []
    for line in trace.splitlines():
        if re.search(r"(fdatasync|fsync)(\(\d+<[^>]*-wal>\)| resumed>\)) *= 0", line):
            flushes += 1
        elif "HTTP/1.1 201" in line:
            stored.append(flushes)
            flushes = 0
        elif "HTTP/1.1 422" in line:
            refused.append(flushes)
            flushes = 0
        elif "HTTP/1.1 200" in line:
            pass
    return stored, refused


def test_killing_workers_at_random_under_load_loses_nothing(
    tmp_path: Path, emulator: EmulatorHandle, redis_url: str
) -> None:
    with running_gateway(tmp_path / "gw", emulator.api_url, workers=2, ratelimit_url=redis_url) as gateway:
        callers = _Callers(gateway, how_many=4)
        callers.start()
        end = time.monotonic() + CHAOS_SECONDS
        while time.monotonic() < end or len(callers.acknowledged) <= 20:
            before = len(callers.acknowledged)
            time.sleep(0.3)
            eventually(lambda: len(callers.acknowledged) > before)  # noqa: B023 - asked before it changes
            victims = gateway.worker_pids()
            if victims:
                os.kill(random.choice(victims), signal.SIGKILL)
        callers.stop()
        gateway.wait_until_ready()
        _wait_until_settled(gateway)

        assert len(callers.acknowledged) > 20
        _nothing_lost(gateway, callers)
        _nothing_doubled_behind_our_back(gateway, emulator)


def test_killing_everything_at_once_and_starting_again_loses_nothing(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    gateway = RunningGateway(folder=tmp_path / "gw", dialer_url=emulator.api_url)
    gateway.start()
    callers = _Callers(gateway, how_many=4)
    callers.start()
    try:
        for _ in range(3):
            time.sleep(1.0)
            gateway.kill_all()
            gateway.launch()
            gateway.wait_until_ready()
        callers.stop()
        _wait_until_settled(gateway)

        assert callers.acknowledged
        _nothing_lost(gateway, callers)
        _nothing_doubled_behind_our_back(gateway, emulator)
    finally:
        callers.stop()
        gateway.kill_all()


def test_a_flush_that_fails_is_a_503_and_the_same_key_makes_one_lead(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    with running_gateway(tmp_path / "gw", emulator.api_url) as gateway:
        assert gateway.post(lead(1)).status == 201
        with _injected(gateway, "fsync,fdatasync:error=EIO:when=1+"):
            failed = gateway.post(lead(2), Idempotency_Key='"once"')
            assert failed.status == 503
            assert failed.json["retryable"] is True
            assert "Retry-After" in failed.headers
            assert gateway.get("/livez").status == 200
            _eventually(lambda: gateway.get("/readyz").status == 503)
        _eventually(lambda: gateway.get("/readyz").status == 200)
        again = _until_answered(gateway, lead(2), '"once"')

        assert again.status in (200, 201, 202)
        assert _count(gateway, "9000000002") == 1
        assert gateway.post(lead(3)).status == 201


def test_a_full_disk_is_a_503_and_room_again_is_a_201_without_a_restart(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    with running_gateway(tmp_path / "gw", emulator.api_url) as gateway:
        assert gateway.post(lead(1)).status == 201
        with _injected(gateway, "pwrite64:error=ENOSPC:when=1+"):
            failed = gateway.post(lead(2))
            assert failed.status == 503
            assert "Retry-After" in failed.headers
        _eventually(lambda: gateway.get("/readyz").status == 200)

        assert gateway.post(lead(3)).status == 201
        assert _count(gateway, "9000000002") == 0


def test_a_locked_database_is_a_503_in_time_and_a_short_lock_is_waited_for(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    with running_gateway(tmp_path / "gw", emulator.api_url) as gateway:
        assert gateway.post(lead(1)).status == 201
        other = sqlite3.connect(tmp_path / "gw" / "gateway.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        failed = gateway.post(lead(2))
        took = time.monotonic() - began
        other.execute("ROLLBACK")

        assert failed.status == 503
        assert took < 6

        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.7, other.execute, args=("ROLLBACK",)).start()
        assert gateway.post(lead(3)).status == 201


# -- helpers of these tests ----------------------------------------------------------------------------------


class _Callers:
    """Closed-loop callers with unique numbers, who write down what was acknowledged."""

    def __init__(self, gateway: RunningGateway, *, how_many: int) -> None:
        self.acknowledged: dict[str, str] = {}
        self.attempted = 0
        self._gateway = gateway
        self._numbers = iter(range(100_000, 10_000_000))
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(how_many)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                number = next(self._numbers)
                self.attempted += 1
            try:
                answered = self._gateway.post(lead(number), timeout=15)
            except urllib3.exceptions.HTTPError:
                time.sleep(0.02)
                continue
            if answered.status in (200, 201, 202):
                self.acknowledged[answered.json["lead"]["id"]] = str(9_000_000_000 + number)


def _wait_until_settled(gateway: RunningGateway, seconds: float = 60.0) -> None:
    def settled() -> bool:
        rows = _query(gateway, "SELECT count(*) FROM leads WHERE state IN ('queued', 'sending')")
        return bool(rows[0][0] == 0)

    _eventually(settled, seconds)


def _nothing_lost(gateway: RunningGateway, callers: _Callers) -> None:
    stored = {row[0] for row in _query(gateway, "SELECT id FROM leads")}
    assert set(callers.acknowledged) - stored == set()
    assert len(stored) <= callers.attempted
    verified = gateway.command("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _nothing_doubled_behind_our_back(gateway: RunningGateway, emulator: EmulatorHandle) -> None:
    """The dialer has each delivered lead once; a lead it has and we call otherwise is one we call unconfirmed."""
    in_dialer: dict[str, int] = {}
    for made in emulator.leads():
        in_dialer[made["phone_number"]] = in_dialer.get(made["phone_number"], 0) + 1
    states = dict(_query(gateway, "SELECT phone, state FROM leads"))
    assert {phone: times for phone, times in in_dialer.items() if times > 1} == {}
    assert {phone for phone, state in states.items() if state == "delivered"} <= set(in_dialer)
    assert {states[phone] for phone in in_dialer} <= {"delivered", "unconfirmed"}


def _query(gateway: RunningGateway, sql: str, *values: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{gateway.folder}/gateway.db?mode=ro", uri=True) as connection:
        return connection.execute(sql, values).fetchall()


def _count(gateway: RunningGateway, phone: str) -> int:
    rows = _query(gateway, "SELECT count(*) FROM leads WHERE phone = ?", phone)
    return int(str(rows[0][0]))


def _eventually(done: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come true in time")


def _until_answered(gateway: RunningGateway, fields: dict[str, str], key: str) -> Answered:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        answered = gateway.post(fields, Idempotency_Key=key)
        if answered.status not in (409, 503):
            return answered
        time.sleep(0.2)
    raise AssertionError("the retry was never answered")


class _injected:
    """Attach to the worker and let a system call fail while the block runs."""

    def __init__(self, gateway: RunningGateway, fault: str) -> None:
        self._pid = gateway.worker_pids()[0]
        self._fault = fault

    def __enter__(self) -> None:
        assert shutil.which("strace")
        name = self._fault.split(":")[0]
        self._strace = subprocess.Popen(
            [
                "strace",
                "-f",
                "-p",
                str(self._pid),
                "-e",
                f"trace={name}",
                "-e",
                f"inject={self._fault}",
                "-o",
                "/dev/null",
            ],
            stderr=subprocess.PIPE,
        )
        assert self._strace.stderr is not None
        assert b"attached" in self._strace.stderr.readline()

    def __exit__(self, *_: object) -> None:
        self._strace.send_signal(signal.SIGINT)
        self._strace.wait(10)
        assert self._strace.stderr is not None
        self._strace.stderr.close()
