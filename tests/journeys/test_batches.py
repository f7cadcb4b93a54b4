"""A batch, real processes: acknowledged when it is on disk, in the dialer soon after, whole after a kill."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.running_gateway import running_gateway
from tests.running import running_emulator

pytestmark = pytest.mark.journey

CAREFUL = {"max_per_second": 10}  # as it is without a word in the configuration
KEY = {"Idempotency_Key": "a-batch"}


def rows(phone: Callable[[], str], number: int) -> list[dict[str, str]]:
    return [{"mobile_no": phone(), "customer_name": "Asha Verma"} for _ in range(number)]


def test_a_thousand_are_acknowledged_at_once_and_reach_a_careful_dialer_in_seconds(
    tmp_path: Path, phone: Callable[[], str]
) -> None:
    leads = rows(phone, 1000)
    with (
        running_emulator(delay=0.02) as emulator,
        running_gateway(tmp_path, emulator.api_url, options=CAREFUL) as gateway,
    ):
        gateway.post(leads[:1], path="/v1/leads/batch", Prefer="wait=5")
        began = time.monotonic()
        answer = gateway.post(leads[1:], path="/v1/leads/batch")
        acknowledged = time.monotonic() - began
        arrived = emulator.wait_for_leads(1000, seconds=30)
        took = time.monotonic() - began

    assert (answer.status, answer.json["counts"]["success"]) == (200, 999)
    assert acknowledged < 3  # a third of a second where nothing else runs
    assert took < 20  # six seconds there: fifty requests, ten a second
    assert sorted(lead["phone_number"] for lead in arrived) == sorted(each["mobile_no"] for each in leads)


def test_a_batch_is_whole_after_a_kill_and_its_repetition_tells_of_it(
    tmp_path: Path, phone: Callable[[], str]
) -> None:
    leads = rows(phone, 40)
    with running_emulator() as emulator, running_gateway(tmp_path, emulator.api_url) as gateway:
        first = gateway.post(leads, path="/v1/leads/batch", **KEY)
        gateway.kill_all()
        gateway.start()
        again = gateway.post(leads, path="/v1/leads/batch", **KEY)
        arrived = emulator.wait_for_leads(40, seconds=30)

        assert again.body == first.body
        assert again.headers["Idempotent-Replayed"] == "true"
        assert {each["status"] for each in json.loads(first.body)["results"]} == {202}
        assert len(arrived) <= 40
        assert gateway.command("verify").returncode == 0
