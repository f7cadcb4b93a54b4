"""The control API over HTTP: reading what arrived, setting up the dialer, setting and clearing faults."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.emulator.asking import SAMPLE_LEAD, add_lead, call, post
from tests.running import EmulatorHandle


def test_leads_are_told_in_the_order_of_arrival(emulator: EmulatorHandle, http: requests.Session) -> None:
    for _ in range(3):
        add_lead(emulator)

    told = http.get(f"{emulator.url}/emulator/leads?limit=2", timeout=5).json()
    assert (told["total"], told["kept"]) == (3, 3)
    assert [lead["lead_id"] for lead in told["leads"]] == [1765, 1766]
    assert told["leads"][0]["fields"]["CustomerName"] == "testuser"


def test_calls_and_requests_are_told(emulator: EmulatorHandle, http: requests.Session) -> None:
    call(emulator)

    assert http.get(f"{emulator.url}/emulator/calls", timeout=5).json()["total"] == 1
    told = http.get(f"{emulator.url}/emulator/requests", timeout=5).json()
    assert told["by_action"] == {"manual_dial": 1}
    assert len(told["starts"]) == told["max_concurrent"] == 1


def test_a_fault_is_set_listed_met_and_cleared(emulator: EmulatorHandle, http: requests.Session) -> None:
    faults = f"{emulator.url}/emulator/faults"
    order = {"fault": "status:418", "count": 5, "seconds": 60, "share": 1, "action": "add_lead"}
    number = http.post(faults, json=order, timeout=5).json()["id"]
    assert post(emulator, SAMPLE_LEAD).status_code == 418

    (active,) = http.get(faults, timeout=5).json()["active"]
    assert (active["fault"], active["count_left"], active["met"]) == ("status:418", 4, 1)
    assert http.delete(f"{faults}/{number}", timeout=5).json() == {"cleared": 1}
    assert post(emulator, SAMPLE_LEAD).status_code == 200
    http.post(faults, json={"fault": "500"}, timeout=5)
    assert http.delete(faults, timeout=5).json() == {"cleared": 1}


def test_lists_users_and_agents_are_put_and_removed(emulator: EmulatorHandle, http: requests.Session) -> None:
    url = f"{emulator.url}/emulator"
    http.put(f"{url}/lists/777001", json={"name": "New", "form": ["CustomerName"]}, timeout=5)
    http.put(f"{url}/agents/agent9", json={"paused": False}, timeout=5)
    http.put(f"{url}/users/partner", json={"password": "x", "may_add_leads": False}, timeout=5)

    assert "CUSTOM FIELDS NOT ADDED" in add_lead(emulator, list_id="777001")
    assert "NOT PAUSED" in call(emulator, agent_user="agent9")
    assert "PERMISSION" in add_lead(emulator, user="partner")
    assert http.delete(f"{url}/lists/777001", timeout=5).status_code == 200
    assert "NOT FOUND" in add_lead(emulator, list_id="777001")
    assert http.delete(f"{url}/lists/777001", timeout=5).status_code == 404
    assert {user["user"] for user in http.get(f"{url}/users", timeout=5).json()["users"]} == {
        "apiuser",
        "viewonly",
        "partner",
    }
    assert "password" not in http.get(f"{url}/users", timeout=5).text


def test_settings_change_and_a_reset_brings_everything_back(
    emulator: EmulatorHandle, http: requests.Session
) -> None:
    url = f"{emulator.url}/emulator"
    started = http.get(f"{url}/settings", timeout=5).json()
    changed = {"delay": 0.01, "at_a_time": 3, "require_login": True}
    assert http.post(f"{url}/settings", json=changed, timeout=5).json() == changed
    add_lead(emulator)
    http.post(f"{url}/faults", json={"fault": "500"}, timeout=5)
    http.delete(f"{url}/lists/25062018", timeout=5)

    http.post(f"{url}/reset", timeout=5)
    assert http.get(f"{url}/settings", timeout=5).json() == started
    assert '"Lead ID":"1764"' in add_lead(emulator)
    assert emulator.requests().total == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "faults", {}),
        ("POST", "faults", {"fault": "nonsense-4711"}),
        ("POST", "faults", {"fault": 500}),
        ("POST", "faults", {"fault": "500", "count": 0}),
        ("POST", "faults", {"fault": "500", "count": True}),
        ("POST", "faults", {"fault": "500", "share": 4711}),
        ("POST", "faults", {"fault": "500", "nonsense-4711": 1}),
        ("POST", "faults", ["500"]),
        ("PUT", "lists/777001", {"form": "nonsense-4711"}),
        ("PUT", "agents/agent1", {"paused": "nonsense-4711"}),
        ("POST", "settings", {"delay": -4711}),
        ("POST", "settings", {"at_a_time": 4711.5}),
        ("GET", "leads?limit=nonsense-4711", None),
    ],
)
def test_a_wrong_order_is_refused_without_its_value(
    emulator: EmulatorHandle, http: requests.Session, method: str, path: str, body: Any
) -> None:
    answer = http.request(method, f"{emulator.url}/emulator/{path}", json=body, timeout=5)

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert "4711" not in answer.text
