"""Who trickles is cut off, and while the dialer or a caller is slow everybody else is served."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journeys.conftest import PORTAL_TOKEN, SECRETS, every_door
from tests.journeys.running_gateway import RunningGateway, running_gateway
from tests.journeys.wire import Wire, ask, framed, request
from tests.running import running_emulator

pytestmark = pytest.mark.journey

Phone = Callable[[], str]


def test_headers_that_trickle_are_cut_and_nobody_else_waits(
    open_gateway: RunningGateway, phone: Phone
) -> None:
    slow = [
        Wire(open_gateway.port).say(b"POST /v1/leads HTTP/1.1\r\nHost: gateway.example\r\n")
        for _ in range(200)
    ]
    halves = [
        Wire(open_gateway.port).say(request("/forms/website", b'{"phone":', length=100)) for _ in range(50)
    ]
    try:
        began = time.monotonic()
        answered = open_gateway.post({"mobile_no": phone()}).status
        took = time.monotonic() - began
        for second in range(4):
            time.sleep(1)
            for each in slow:
                each.say(f"X-{second}: a\r\n".encode())
        cut = [each.has_ended() for each in slow]
        cut_after = time.monotonic() - began
    finally:
        for each in [*slow, *halves]:
            each.hang_up()

    assert (answered, took < 2) == (201, True)
    assert all(cut)
    assert cut_after < 9, "trickling does not prolong it"


def test_a_dialer_that_hangs_slows_no_intake(tmp_path: Path) -> None:
    with (
        running_emulator() as emulator,
        running_gateway(
            tmp_path,
            emulator.api_url,
            options={"wait": 1, "timeout": 20, "more": every_door()},
            environment=SECRETS,
        ) as gateway,
    ):
        emulator.fault("hang:10")
        first = gateway.post({"mobile_no": "8177777777"})
        target = f"/webhooks/portal?token={PORTAL_TOKEN}"

        def hook(number: int) -> tuple[int, float]:
            began = time.monotonic()
            body = b'{"phone": "%d"}' % (8_188_000_000 + number)
            return ask(gateway.port, request(target, body)).status, time.monotonic() - began

        with ThreadPoolExecutor(20) as callers:
            heard = sorted(callers.map(hook, range(200)), key=lambda each: each[1])
        ready = ask(gateway.port, framed("/readyz", b"", method="GET")).status
        emulator.clear_faults()
        gateway.kill_all()

    assert first.status == 202
    assert {status for status, _ in heard} == {200}
    assert heard[-3][1] < 1, "generous: alone it is some milliseconds"
    assert ready == 200


def test_the_master_has_no_database_open(open_gateway: RunningGateway) -> None:
    def opened(pid: int) -> set[str]:
        return {Path(each.resolve()).name for each in Path(f"/proc/{pid}/fd").iterdir()}

    assert "gateway.db" in opened(open_gateway.worker_pids()[0])
    assert "gateway.db" not in opened(open_gateway.master_pid()), "SQLite must not be carried over a fork"
