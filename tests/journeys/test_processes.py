"""Starting, stopping, reloading and sharing: what happens to callers while processes come and go."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journeys.running_gateway import RunningGateway, running_gateway
from tests.running import EmulatorHandle, running_emulator

pytestmark = pytest.mark.journey


@pytest.fixture
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


def lead(number: int, **more: str) -> dict[str, str]:
    return {"customer_name": f"Caller {number}", "mobile_no": str(9_000_000_000 + number), **more}


def test_a_lead_travels_to_the_dialer_and_its_number_comes_back(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    with running_gateway(tmp_path, emulator.api_url) as gateway:
        answered = gateway.post({"customer_name": "Asha Verma", "mobile_no": "+91 98765 43210"})

        assert answered.status == 201
        in_dialer = emulator.leads()
        assert [made["phone_number"] for made in in_dialer] == ["9876543210"]
        assert answered.json["dialer"]["lead_id"] == str(in_dialer[0]["lead_id"])


def test_a_thousand_identical_enquiries_over_two_processes_are_one_lead_and_all_get_its_number(
    tmp_path: Path, emulator: EmulatorHandle, redis_url: str
) -> None:
    with running_gateway(
        tmp_path, emulator.api_url, workers=2, ratelimit_url=redis_url, options={"wait": 20}
    ) as gateway:
        with ThreadPoolExecutor(100) as callers:
            answers = list(callers.map(lambda _: gateway.post(lead(1)), range(1000)))

        assert {answered.status for answered in answers} <= {200, 201}
        assert sum(answered.status == 201 for answered in answers) == 1
        assert len(emulator.leads()) == 1
        assert {answered.json["dialer"]["lead_id"] for answered in answers} == {
            str(emulator.leads()[0]["lead_id"])
        }


def test_a_request_under_way_is_finished_when_the_gateway_is_told_to_stop(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    emulator.fault("slow:1.5")
    with running_gateway(tmp_path, emulator.api_url) as gateway:
        answers: list[int] = []
        caller = threading.Thread(target=lambda: answers.append(gateway.post(lead(1)).status))
        caller.start()
        time.sleep(0.5)
        code = gateway.stop(how=signal.SIGTERM)
        caller.join()

        assert answers == [201]
        assert code == 0


def test_readiness_ends_before_the_listener_does(tmp_path: Path, emulator: EmulatorHandle) -> None:
    with running_gateway(tmp_path, emulator.api_url, environment={"GATEWAY_DRAIN_SECONDS": "3"}) as gateway:
        stopper = threading.Thread(target=gateway.stop)
        stopper.start()
        time.sleep(0.8)
        ready, taken = gateway.get("/readyz").status, gateway.post(lead(1)).status
        stopper.join()

        assert (ready, taken) == (503, 201)


def test_a_killed_worker_is_replaced_and_its_leads_go_on(tmp_path: Path, emulator: EmulatorHandle) -> None:
    with running_gateway(tmp_path, emulator.api_url) as gateway:
        before = gateway.worker_pids()
        os.kill(before[0], signal.SIGKILL)
        end = time.monotonic() + 20
        while gateway.worker_pids() in ([], before) and time.monotonic() < end:
            time.sleep(0.05)
        gateway.wait_until_ready()

        assert gateway.post(lead(1)).status == 201


def test_a_good_new_configuration_is_taken_and_a_bad_one_refused(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    with running_gateway(tmp_path, emulator.api_url) as gateway:
        config = gateway.folder / "gateway.toml"
        config.write_text(config.read_text().replace('list_id = "25062018"', 'list_id = "25062020"'))
        _hup(gateway)
        _eventually_list(gateway, emulator, "25062020")

        config.write_text("this is [not toml")
        _hup(gateway)
        time.sleep(1.0)

        assert gateway.post(lead(50)).status == 201
        assert "config.kept" in gateway.log_path.read_text()


def test_intake_alone_keeps_leads_and_a_worker_alone_sends_them(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    with running_gateway(tmp_path, emulator.api_url, environment={"GATEWAY_DELIVER": "false"}) as gateway:
        kept = gateway.post(lead(1))
        assert (kept.status, kept.json["lead"]["status"]) == (202, "queued")
        assert emulator.leads() == []

        worker = RunningGateway(folder=tmp_path, dialer_url=emulator.api_url)
        worker.launch("worker")
        try:
            status = _until(lambda: gateway.get(f"/v1/leads/{kept.json['lead']['id']}").json, "delivered")
        finally:
            code = worker.stop()

        assert status["dialer"]["lead_id"] == str(emulator.leads()[0]["lead_id"])
        assert code == 0


def test_more_than_one_process_without_a_shared_count_does_not_start(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    gateway = RunningGateway(folder=tmp_path, dialer_url=emulator.api_url, workers=2)
    refused = gateway.command("serve")

    assert refused.returncode != 0
    assert "GATEWAY_RATELIMIT_URL" in refused.stderr


def test_the_logs_are_json_and_hold_no_number(tmp_path: Path, emulator: EmulatorHandle) -> None:
    with running_gateway(tmp_path, emulator.api_url) as gateway:
        gateway.post({"customer_name": "Asha Verma", "mobile_no": "9876543210"})
        gateway.stop()

        lines = [json.loads(line) for line in gateway.log_path.read_text().splitlines()]
        assert {"lead.captured", "delivery.attempted"} <= {line.get("event") for line in lines}
        assert "9876543210" not in gateway.log_path.read_text()
        assert "Asha" not in gateway.log_path.read_text()


def _hup(gateway: RunningGateway) -> None:
    assert gateway.process is not None
    gateway.process.send_signal(signal.SIGHUP)


def _eventually_list(gateway: RunningGateway, emulator: EmulatorHandle, list_id: str) -> None:
    end = time.monotonic() + 20
    number = 100
    while time.monotonic() < end:
        number += 1
        gateway.post(lead(number))
        if emulator.leads()[-1]["list_id"] == list_id or emulator.leads()[0]["list_id"] == list_id:
            return
        time.sleep(0.2)
    raise AssertionError("the new configuration was never used")


def _until(read: object, status: str, seconds: float = 20.0) -> dict[str, dict[str, str]]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer: dict[str, dict[str, str]] = read()  # type: ignore[operator]
        if answer["lead"]["status"] == status:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"the lead never became {status}")
