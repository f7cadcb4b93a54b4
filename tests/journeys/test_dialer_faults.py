"""What the caller and the dialer see when the dialer misbehaves: every fault of the emulator, over real sockets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.journeys.running_gateway import RunningGateway
from tests.running import EmulatorHandle

pytestmark = pytest.mark.journey

Phone = Callable[[], str]


def _times(emulator: EmulatorHandle, phone: str) -> int:
    return sum(made["phone_number"] == phone for made in emulator.leads())


def _settled(gateway: RunningGateway, lead_id: str, *states: str, seconds: float = 15.0) -> dict[str, object]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer: dict[str, dict[str, object]] = gateway.get(f"/v1/leads/{lead_id}").json
        if answer["lead"]["status"] in states:
            return answer["lead"]
        time.sleep(0.1)
    raise AssertionError(f"the lead stayed {answer['lead']['status']}")


@pytest.fixture(autouse=True)
def _healthy_again(shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone) -> None:
    """Each test begins with a dialer that answers, and a line that has seen it do so."""
    shared_emulator.clear_faults()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if shared_gateway.post({"mobile_no": phone()}).status == 201:
            return
        time.sleep(0.2)
    raise AssertionError("the line did not recover")


@pytest.mark.parametrize(
    "fault",
    [
        "hang:10",
        "created_then_hang:10",
        "created_then_close",
        "truncated",
        "drip:1",
        "500",
        "created_but_500:empty",
        "502",
        "504",
        "garbage",
        "html",
        "html:created",
        "empty",
        "empty:created",
        "huge",
        "gzip_bomb",
        "deep_json",
        "unknown_message",
        "drop_after_accept",
    ],
)
def test_without_a_usable_answer_the_lead_is_parked_and_sent_once(
    shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone, fault: str
) -> None:
    number = phone()
    shared_emulator.fault(fault, phone=number)
    answered = shared_gateway.post({"mobile_no": number})

    assert answered.status == 202
    assert answered.json["lead"]["status"] == "unconfirmed"
    assert answered.json["retryable"] is False
    time.sleep(0.3)
    assert _times(shared_emulator, number) <= 1


@pytest.mark.parametrize(
    "fault", ["created_but_500:body", "boolean_success:success", "boolean_success:status"]
)
def test_a_success_in_any_dress_is_a_success(
    shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone, fault: str
) -> None:
    number = phone()
    shared_emulator.fault(fault, phone=number)
    answered = shared_gateway.post({"mobile_no": number})

    assert answered.status == 201
    made = [made for made in shared_emulator.leads() if made["phone_number"] == number]
    assert answered.json["dialer"]["lead_id"] == str(made[0]["lead_id"])


@pytest.mark.parametrize("fault", ["503:1", "429:1", "mysql_down"])
def test_a_busy_dialer_is_asked_again_and_has_the_lead_once(
    shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone, fault: str
) -> None:
    number = phone()
    shared_emulator.fault(fault, phone=number, count=1)
    answered = shared_gateway.post({"mobile_no": number})
    lead = _settled(shared_gateway, answered.json["lead"]["id"], "delivered")

    assert lead["status"] == "delivered"
    assert _times(shared_emulator, number) == 1


def test_a_reset_after_the_request_left_is_never_sent_again(
    shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone
) -> None:
    number = phone()
    shared_emulator.fault("created_then_close", phone=number, count=1)
    answered = shared_gateway.post({"mobile_no": number})

    assert answered.json["lead"]["status"] == "unconfirmed"
    time.sleep(1.5)
    assert _times(shared_emulator, number) == 1


def test_a_dialer_that_is_off_costs_the_caller_nothing_and_gets_its_leads_when_it_is_back(
    shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone
) -> None:
    numbers = [phone() for _ in range(20)]
    shared_emulator.stop()
    try:
        answers = [shared_gateway.post({"mobile_no": number}, Prefer="wait=0") for number in numbers]
    finally:
        shared_emulator.start()

    assert {answered.status for answered in answers} == {202}
    for answered in answers:
        _settled(shared_gateway, answered.json["lead"]["id"], "delivered", seconds=60)
    assert [_times(shared_emulator, number) for number in numbers] == [1] * 20


def test_a_redirect_is_not_followed_and_holds_the_line(
    shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone
) -> None:
    number = phone()
    shared_emulator.fault("redirect", phone=number)
    answered = shared_gateway.post({"mobile_no": number})

    assert (answered.status, answered.json["lead"]["status"]) == (202, "held")
    shared_emulator.clear_faults()
    _release_everything(shared_gateway)
    _settled(shared_gateway, answered.json["lead"]["id"], "delivered", seconds=30)


def test_a_wrong_password_stops_the_line_and_one_command_lets_everything_go(
    shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone
) -> None:
    shared_emulator.fault("login_refused")
    first = shared_gateway.post({"mobile_no": phone()})
    later = [shared_gateway.post({"mobile_no": phone()}) for _ in range(20)]
    tries = shared_emulator.requests().faults.get("login_refused", 0)
    shared_emulator.clear_faults()
    _release_everything(shared_gateway)

    assert {answered.json["lead"]["status"] for answered in (first, *later)} == {"held"}
    assert tries <= 2, "ten failures would lock the dialer's user"
    for answered in (first, *later):
        _settled(shared_gateway, answered.json["lead"]["id"], "delivered", seconds=30)


def test_a_list_the_dialer_does_not_know_holds_its_leads_and_no_others(
    shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone
) -> None:
    other_key = shared_gateway.create_key("other")
    shared_emulator.remove_list("25062020")
    held = shared_gateway.post({"mobile_no": phone()}, key=other_key)
    free = shared_gateway.post({"mobile_no": phone()})
    shared_emulator.set_list("25062020", name="Back", form=True)
    _release_everything(shared_gateway)

    assert (held.status, held.json["lead"]["status"]) == (202, "held")
    assert held.json["reason_code"] == "list.not_found"
    assert free.status == 201
    end = time.monotonic() + 30
    while (
        shared_gateway.get(f"/v1/leads/{held.json['lead']['id']}", key=other_key).json["lead"]["status"]
        != "delivered"
    ):
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_slow_dialer_is_waited_for_until_the_callers_deadline(
    shared_gateway: RunningGateway, shared_emulator: EmulatorHandle, phone: Phone
) -> None:
    number = phone()
    shared_emulator.fault("slow:1.7", phone=number)
    began = time.monotonic()
    pending = shared_gateway.post({"mobile_no": number}, Prefer="wait=1")
    took = time.monotonic() - began

    assert (pending.status, took < 1.5) == (202, True)
    assert _settled(shared_gateway, pending.json["lead"]["id"], "delivered")


def _release_everything(gateway: RunningGateway) -> None:
    listed = gateway.command("holds", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    for hold in json.loads(listed.stdout):
        released = gateway.command("holds", "release", hold["dialer"], hold["scope"])
        assert released.returncode == 0, released.stderr
