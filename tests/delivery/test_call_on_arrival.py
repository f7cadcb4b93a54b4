"""A lead that has just arrived is called through its source's agent; whatever comes of it, the lead is safe."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway import call_on_arrival
from gateway.config import CallOnArrival, GatewayConfig
from gateway.dialer.outcome import (
    Busy,
    CallOutcome,
    Created,
    NotSent,
    Refused,
    Rejected,
    Scope,
    Unknown,
)
from gateway.leads.lead import State
from gateway.store.records import CallEntry
from tests.delivery.scripted import ScriptedDialer
from tests.servers import PostgresServer
from tests.web.gateway_under_test import Gateway, make_config, opened

LEAD = {"mobile_no": "9876543210"}


def calling(**changes: Any) -> GatewayConfig:
    config = make_config()
    wanted = CallOnArrival(**{"agent_user": "agent1", **changes})
    partner = replace(config.sources["partner"], call_on_arrival=wanted)
    return replace(config, sources={**config.sources, "partner": partner})


@contextmanager
def started(
    directory: Path, dialer: ScriptedDialer | None = None, config: GatewayConfig | None = None, **more: Any
) -> Iterator[Gateway]:
    """A gateway with everything that works beside its requests."""
    with opened(directory, config or calling(), dialer=dialer, **more) as gateway:
        parts = [
            each for each in gateway.services.background if isinstance(each, call_on_arrival.CallsOnArrival)
        ]
        for part in parts:
            part.start()
        yield gateway
        for part in parts:
            part.stop(2)


@pytest.fixture(params=["sqlite", "postgresql"])
def open_gateway(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Any]:
    """Starts a gateway, once over SQLite and once over PostgreSQL."""
    more = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        more["database_url"] = server.new_database()
    return lambda *parts, **changes: started(tmp_path, *parts, **more, **changes)


def call_of(gateway: Gateway, lead_id: str, *, seconds: float = 5.0) -> CallEntry:
    """The finished call in a lead's timeline."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        story = gateway.store.story(lead_id)
        if story is not None and story.calls and story.calls[0].finished_at is not None:
            return story.calls[0]
        time.sleep(0.01)
    raise AssertionError("the lead was not called")


def test_a_lead_is_called_as_soon_as_the_dialer_has_it(open_gateway: Callable[..., Any]) -> None:
    with open_gateway() as gateway:
        lead_id = gateway.lead(LEAD).json["lead"]["id"]

        entry = call_of(gateway, lead_id)
        (call,) = gateway.dialer.calls
        assert (call.agent_user, call.value, call.preview) == ("agent1", "9876543210", True)
        assert call.prospects_id == lead_id
        assert (entry.outcome, entry.asked_by, entry.mode) == ("placed", "arrival", "preview")


def test_it_is_dialed_at_once_where_the_source_says_so(tmp_path: Path) -> None:
    with started(tmp_path, config=calling(mode="dial")) as gateway:
        call_of(gateway, gateway.lead(LEAD).json["lead"]["id"])

        assert [call.preview for call in gateway.dialer.calls] == [False]


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        (Rejected(code="agent.not_paused", message="The agent is not paused."), "rejected"),
        (Rejected(code="agent.not_logged_in", message="The agent is not logged in."), "rejected"),
        (Refused(code="permission.denied", message="Allow it.", scope=Scope.LINE), "refused"),
        (Busy(code="dialer.busy", message="Later."), "busy"),
        (NotSent(code="dialer.unreachable", message="Away."), "not_sent"),
        (Unknown(code="dialer.timeout", message="Perhaps."), "unknown"),
    ],
)
def test_an_agent_who_is_busy_never_costs_the_lead(
    open_gateway: Callable[..., Any], outcome: CallOutcome, kept: str
) -> None:
    dialer = ScriptedDialer(call_script=lambda _: outcome)
    with open_gateway(dialer) as gateway:
        answer = gateway.lead(LEAD)
        lead_id = answer.json["lead"]["id"]

        assert (answer.status_code, answer.json["lead"]["status"]) == (201, "delivered")
        assert call_of(gateway, lead_id).outcome == kept
        assert [each.state for each in gateway.stored()] == [State.DELIVERED]
        assert len(dialer.calls) == 1


def test_the_caller_does_not_wait_for_the_call(tmp_path: Path) -> None:
    slow = ScriptedDialer()
    dial = slow.manual_dial
    slow.manual_dial = lambda call: (time.sleep(0.5), dial(call))[1]  # type: ignore[method-assign]
    with started(tmp_path, slow) as gateway:
        gateway.key()
        began = time.monotonic()
        lead_id = gateway.lead(LEAD).json["lead"]["id"]

        assert time.monotonic() - began < 0.5
        assert call_of(gateway, lead_id).outcome == "placed"


def test_a_lead_that_comes_again_is_not_called_again(tmp_path: Path) -> None:
    with started(tmp_path) as gateway:
        call_of(gateway, gateway.lead(LEAD).json["lead"]["id"])
        assert gateway.lead(LEAD).json["lead"]["status"] == "duplicate"
        time.sleep(0.1)

        assert len(gateway.dialer.calls) == 1


def test_other_sources_and_tests_call_nobody(tmp_path: Path) -> None:
    with started(tmp_path) as gateway:
        gateway.lead(LEAD, key=gateway.key("rival"))
        gateway.lead({"mobile_no": "9876543211"}, key=gateway.key(mode="test"))
        call_of(gateway, gateway.lead({"mobile_no": "9876543212"}).json["lead"]["id"])

        assert [call.value for call in gateway.dialer.calls] == ["9876543212"]


def test_a_lead_the_dialer_refuses_is_not_called(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    dialer.script = lambda lead: (
        Rejected(code="phone.invalid", message="No.")
        if lead["phone_number"] == "9876543210"
        else Created(lead_id="1", list_id="25062018", status="NEW")
    )
    with started(tmp_path, dialer) as gateway:
        gateway.lead(LEAD)
        call_of(gateway, gateway.lead({"mobile_no": "9876543211"}).json["lead"]["id"])

        assert [call.value for call in dialer.calls] == ["9876543211"]


def test_a_lead_that_waited_too_long_is_left_to_a_person_and_its_timeline_says_so(
    open_gateway: Callable[..., Any],
) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()
    with open_gateway(dialer, calling(within=60)) as gateway:
        lead_id = gateway.lead(LEAD, headers={"Prefer": "wait=0"}).json["lead"]["id"]
        gateway.clock.ahead = 61
        dialer.gate.set()

        entry = call_of(gateway, lead_id)
        assert (entry.outcome, entry.reason_code) == ("not_sent", "call.left_out")
        assert "by hand" in str(entry.message)
        assert dialer.calls == []


def test_calls_that_are_too_many_are_left_out_and_no_lead_is(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    with started(tmp_path, dialer) as gateway:
        place = dialer.manual_dial
        gate = time.monotonic() + 1.5
        dialer.manual_dial = lambda call: (time.sleep(max(0.0, gate - time.monotonic())), place(call))[1]  # type: ignore[method-assign]
        rows = [{"mobile_no": str(9_876_500_000 + number)} for number in range(130)]
        answer = gateway.ask(
            "POST", "/v1/leads/batch", json=rows, headers={"X-Api-Key": gateway.key(), "Prefer": "wait=10"}
        )
        ids = [each["body"]["lead"]["id"] for each in answer.json["results"]]
        outcomes = [call_of(gateway, lead_id).outcome for lead_id in ids]

        assert {each["status"] for each in answer.json["results"]} == {201}
        assert set(outcomes) == {"placed", "not_sent"}
        assert len(dialer.calls) == outcomes.count("placed")


def test_after_a_stop_nobody_is_called_and_the_lead_is_delivered(tmp_path: Path) -> None:
    with started(tmp_path) as gateway:
        (part,) = [
            each for each in gateway.services.background if isinstance(each, call_on_arrival.CallsOnArrival)
        ]
        part.stop(1)
        answer = gateway.lead(LEAD)

        assert answer.status_code == 201
        assert call_of(gateway, answer.json["lead"]["id"]).reason_code == "call.left_out"
        assert gateway.dialer.calls == []
