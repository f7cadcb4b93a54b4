"""The caller's wait ends when the dialer says nothing: what is told then, and what comes of sending it again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.store import StoreUnavailable, Trouble
from gateway.web.drop_in_answers import KEPT, PENDING
from tests.drop_in.world import World, call, lead, opened, rows
from tests.running import EmulatorHandle, running_emulator

AT_ONCE = {"Prefer": "wait=0"}


@pytest.fixture
def away() -> Iterator[EmulatorHandle]:
    """A dialer that is switched off."""
    with running_emulator() as emulator:
        emulator.stop()
        yield emulator


def until_delivered(world: World, number: int, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while sum(each.state == "delivered" for each in world.stored()) < number:
        assert time.monotonic() < deadline, [each.state for each in world.stored()]
        time.sleep(0.02)


def test_an_error_says_that_the_lead_is_kept_and_sending_it_again_brings_its_lead_id(
    tmp_path: Path, away: EmulatorHandle
) -> None:
    request = lead()
    with opened(tmp_path, away) as world:
        first = world.ask(request, headers=AT_ONCE)
        away.start()
        until_delivered(world, 1)
        second = world.ask(request)

        assert first.status_code == 200
        assert first.json is None  # as the dialer, it calls its JSON HTML
        assert json.loads(first.text) == {"success": "false", "message": f"add_lead {PENDING}"}
        assert json.loads(second.text)["data"]["Lead ID"] == "1764"
        assert [each.state for each in world.stored()] == ["delivered", "duplicate"]
        assert len(away.leads()) == 1


def test_a_lead_with_a_reference_is_known_again_long_after_the_window_for_numbers(world: World) -> None:
    """Dedupe is off here: it is the request itself that is known."""
    request = lead(prospects_id="P-1")
    answers = {world.ask(request).text for _ in range(3)}
    other = world.ask({**request, "prospects_id": "P-2"})

    assert len(answers) == 1
    assert json.loads(other.text)["data"]["Lead ID"] == "1765"


def test_the_same_person_inside_the_window_gets_the_first_lead_id(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    emulator.reset()
    with opened(tmp_path, emulator, dedupe=600.0) as world:
        first = world.ask(lead(phone_number="9876543210", prospects_id="A"))
        second = world.ask(lead(phone_number="919876543210", prospects_id="B"))

        assert json.loads(first.text)["data"]["Lead ID"] == "1764"
        assert json.loads(second.text)["data"] == {
            "Phone Number": "919876543210",
            "List ID": "25062018",
            "Lead ID": "1764",
            "Status": "NEW",
            "Prospects Id": "B",
        }
        assert len(emulator.leads()) == 1


def test_a_success_carries_our_reference_and_says_so(tmp_path: Path, away: EmulatorHandle) -> None:
    with opened(tmp_path, away, options={"when_pending": "success"}) as world:
        told = json.loads(world.ask(lead(), headers=AT_ONCE).text)
        (kept,) = world.stored()
        shown = world.app.test_client().get(f"/v1/leads/{kept.id}", headers={"X-Api-Key": world.key()})

        assert told["success"] == "true"
        assert told["message"] == f"add_lead {KEPT}"
        assert told["data"]["Lead ID"] == kept.id == shown.json["lead"]["id"]
        assert told["data"]["Status"] == "QUEUED"
        assert told["data"]["Prospects Id"] == "123"


@pytest.mark.parametrize(
    ("when_pending", "success", "message"), [("error", "false", PENDING), ("success", "true", KEPT)]
)
def test_each_of_several_leads_is_told_for_itself(
    tmp_path: Path, away: EmulatorHandle, when_pending: str, success: str, message: str
) -> None:
    with opened(tmp_path, away, options={"when_pending": when_pending}) as world:
        told = json.loads(world.ask(rows({}, {"phone_number": ""}), headers=AT_ONCE).text)

        assert (told["lead 1"]["success"], told["lead 1"]["message"]) == (
            success,
            f"add_multi_lead {message}",
        )
        assert told["lead 2"]["message"] == "add_multi_lead PHONE NUMBER IS REQUIRED"
        away.start()
        until_delivered(world, 1)


@pytest.mark.parametrize(
    "fault",
    ["created_then_close", "created_but_500:empty", "html", "empty", "unknown_message", "login_refused"],
)
def test_what_the_dialer_leaves_open_is_no_success_and_no_second_lead(world: World, fault: str) -> None:
    world.dialer.fault(fault, count=1)
    request = lead()

    told = [json.loads(world.ask(request).text) for _ in range(2)]

    assert [each["success"] for each in told] == ["false", "false"]
    assert {each["message"] for each in told} == {f"add_lead {PENDING}"}
    assert world.dialer.requests().total == 1
    world.dialer.clear_faults()


def test_a_success_that_came_with_a_500_is_a_success(world: World) -> None:
    world.dialer.fault("created_but_500", count=1)

    assert '"Lead ID":"1764"' in world.ask(lead()).text


def test_a_lead_without_custom_fields_is_told_in_the_words_of_error_10(world: World) -> None:
    """The dialer says so of a lead that it most probably has."""
    world.dialer.set_list("25062018", fields=("CustomerName", "MobileNo"))

    told = world.ask(lead())

    assert told.text == (
        '{"success":"false","message":"add_lead CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST"}'
    )
    assert [each.state for each in world.stored()] == ["unconfirmed"]
    world.dialer.reset()


def test_a_lead_that_is_not_kept_is_a_503_that_may_be_sent_again(world: World) -> None:
    class Full:
        def record(self, operation: Any) -> Any:
            raise StoreUnavailable(Trouble.FULL, "The disk is full.", retry_after=7)

    key, whole = world.key(), world.services
    world.app.extensions["gateway"] = replace(whole, recorder=Full())
    answer = world.ask(lead(), key=key)

    assert answer.status_code == 503
    assert answer.text == '{"success":"false","message":"add_lead THE ENQUIRY WAS NOT KEPT"}'
    assert answer.headers["Retry-After"] == "7"


def test_a_call_is_asked_for_once_whatever_becomes_of_it(world: World) -> None:
    for fault, words in (
        ("created_then_close", "NO CLEAR ANSWER, THE PHONE MAY RING"),
        ("503", "BUSY, NOTHING WAS DIALED"),
        ("mysql_down", "BUSY, NOTHING WAS DIALED"),
        ("html", "NO CLEAR ANSWER"),
        ("login_refused", "REFUSES THE GATEWAY, NOTHING WAS DIALED"),
    ):
        before = world.dialer.requests().total
        world.dialer.fault(fault, count=1)
        answer = world.ask(call())
        world.dialer.clear_faults()

        assert answer.status_code == 200
        assert words in json.loads(answer.text)["message"], fault
        assert world.dialer.requests().total == before + 1


def test_nothing_is_dialed_later(tmp_path: Path, away: EmulatorHandle) -> None:
    with opened(tmp_path, away) as world:
        answer = world.ask(call())
        away.start()

        assert "CANNOT BE REACHED, NOTHING WAS DIALED" in answer.text
        assert away.calls() == []
        entry = world.services.store.calls.latest_to("1234567890", since=0)
        assert entry is not None
        assert (entry.outcome, entry.agent_user, entry.asked_by) == (
            "not_sent",
            "dialer_agent_user",
            f"key {world.key().split('_')[2]}",
        )
