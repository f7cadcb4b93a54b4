"""With a test key certain numbers get every outcome there is, each time, and nothing ever reaches a dialer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from gateway.leads.lead import State
from gateway.rehearsal import CALLS, LEADS
from gateway.web.reasons import REASONS
from tests.web.gateway_under_test import Gateway

SPEC = Path(__file__).parents[2] / "docs" / "posting-spec.md"
ROW = re.compile(r"^\| `(99999\d{5})` \| (\d{3})[^|]*\| ([^|]*)\|", re.MULTILINE)


def section(title: str) -> str:
    after = SPEC.read_text(encoding="utf-8").partition(f"{title}\n")[2]
    return re.split(r"\n(?:##|\*\*)", after)[0]


def table(title: str) -> dict[str, tuple[int, str]]:
    """What the specification says of each number: HTTP status and code."""
    return {number: (int(status), code.strip()) for number, status, code in ROW.findall(section(title))}


LEADS_TOLD = table("**Leads**")
CALLS_TOLD = table("**Calls**")


def send(gateway: Gateway, number: str, *, mode: str = "test") -> TestResponse:
    return gateway.lead({"mobile_no": number}, key=gateway.key(mode=mode))


def test_the_specification_lists_every_number() -> None:
    assert set(LEADS_TOLD) == set(LEADS)
    assert set(CALLS_TOLD) == set(CALLS)


@pytest.mark.parametrize("number", LEADS)
def test_a_number_gets_the_answer_of_the_specification_every_time(gateway: Gateway, number: str) -> None:
    status, told = LEADS_TOLD[number]
    for _ in range(2):
        answer = send(gateway, number)

        assert answer.status_code == status
        assert f"`{answer.json.get('lead', {}).get('status', answer.json['reason_code'])}`" in told
    assert gateway.dialer.sent == []


@pytest.mark.parametrize("number", CALLS)
def test_a_call_gets_the_answer_of_the_specification(gateway: Gateway, number: str) -> None:
    answer = gateway.ask(
        "POST",
        "/v1/calls",
        json={"agent_user": "agent1", "value": number},
        headers={"X-Api-Key": gateway.key(mode="test")},
    )

    status, told = CALLS_TOLD[number]
    assert answer.status_code == status
    assert f"`{answer.json['reason_code'] or 'placed'}`" in told
    assert gateway.dialer.calls == []


@pytest.mark.parametrize("number", [number for number, each in LEADS.items() if not each.refusal])
def test_a_rehearsed_lead_is_kept_as_a_test_and_told_again_as_it_was(gateway: Gateway, number: str) -> None:
    lead = send(gateway, number).json["lead"]

    asked = gateway.ask("GET", f"/v1/leads/{lead['id']}", headers={"X-Api-Key": gateway.key(mode="test")})
    assert asked.json["lead"]["status"] == LEADS[number].later
    assert [each.state for each in gateway.stored()] == [State.TEST]
    assert gateway.store.verify() == []


def test_a_delivered_one_has_a_lead_id_and_a_duplicate_the_first_ones(gateway: Gateway) -> None:
    delivered = send(gateway, "9999900201").json
    duplicate = send(gateway, "9999900205").json

    assert delivered["dialer"] == {"name": "main", "lead_id": "1764", "list_id": "25062018", "status": "NEW"}
    assert duplicate["lead"]["duplicate_of"]
    assert duplicate["dialer"]["lead_id"] == "1764"


@pytest.mark.parametrize("number", [number for number, each in LEADS.items() if each.refusal])
def test_a_refusal_keeps_nothing_and_is_the_real_one(gateway: Gateway, number: str) -> None:
    answer = send(gateway, number)

    reason = REASONS[LEADS[number].refusal]
    assert (answer.json["title"], answer.json["retryable"]) == (reason.title, reason.retryable)
    assert answer.headers.get("Retry-After", "0") == str(LEADS[number].retry_after)
    assert gateway.stored() == []


def test_a_live_key_knows_no_such_numbers(gateway: Gateway) -> None:
    answer = send(gateway, "9999900503", mode="live")

    assert answer.status_code == 201
    assert gateway.dialer.sent == ["9999900503"]


def test_any_other_number_of_a_test_key_is_a_test(gateway: Gateway) -> None:
    assert send(gateway, "9876543210").json["lead"]["status"] == "test"


def test_a_batch_rehearses_row_by_row_and_a_refusal_as_a_whole(gateway: Gateway) -> None:
    headers = {"X-Api-Key": gateway.key(mode="test")}

    def batch(*numbers: str) -> TestResponse:
        rows = [{"mobile_no": number} for number in numbers]
        return gateway.ask("POST", "/v1/leads/batch", json=rows, headers=headers)

    answer = batch("9999900201", "9999900421", "9876543210")
    refused = batch("9999900201", "9999900503")

    assert [each["status"] for each in answer.json["results"]] == [201, 422, 200]
    assert (refused.status_code, refused.json["reason_code"]) == (503, "storage.locked")
    assert gateway.dialer.sent == []
