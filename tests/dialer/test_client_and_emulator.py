"""The client against the emulated dialer over loopback: two programs that share no code agree on the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.dialer import open_dialer
from gateway.dialer.outcome import Busy, Call, Created, Dialer, Placed, Refused, Rejected, Unknown
from tests.dialer.scripted import LEAD, SECOND, config
from tests.running import EmulatorHandle, running_emulator


@pytest.fixture(scope="module")
def running() -> Iterator[EmulatorHandle]:
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: EmulatorHandle) -> EmulatorHandle:
    running.reset()
    return running


@pytest.fixture(params=["POST", "GET"])
def dialer(emulator: EmulatorHandle, request: pytest.FixtureRequest) -> Iterator[Dialer]:
    opened = open_dialer(config(emulator.api_url, method=request.param, timeout=1.0))
    yield opened
    opened.close()


def test_a_lead_arrives_whole(dialer: Dialer, emulator: EmulatorHandle) -> None:
    outcome = dialer.add_lead({**LEAD, "CustomField1": "राहुल शर्मा"}).outcome
    (kept,) = emulator.leads()
    assert isinstance(outcome, Created)
    assert (outcome.lead_id, outcome.list_id, outcome.status) == (str(kept["lead_id"]), "25062018", "NEW")
    assert (kept["phone_number"], kept["prospects_id"]) == (LEAD["phone_number"], LEAD["prospects_id"])
    assert kept["fields"]["CustomField1"] == "राहुल शर्मा"


def test_of_a_batch_each_lead_has_its_own_end(dialer: Dialer, emulator: EmulatorHandle) -> None:
    bad = {"phone_number": "12", "list_id": "25062018"}
    answers = dialer.add_multi_lead([LEAD, bad, SECOND])
    first, second, third = answers.outcomes
    assert isinstance(first, Created)
    assert isinstance(second, Rejected)
    assert second.code == "phone.length"
    assert isinstance(third, Created)
    assert [first.lead_id, third.lead_id] == [str(kept["lead_id"]) for kept in emulator.leads()]


@pytest.mark.parametrize(
    ("agent", "code"),
    [("agent2", "agent.not_paused"), ("agent3", "agent.not_logged_in"), ("agent4", "agent.not_allowed")],
)
def test_an_agent_who_cannot_be_called_for(dialer: Dialer, agent: str, code: str) -> None:
    outcome = dialer.manual_dial(Call(agent_user=agent, value="9876543210")).outcome
    assert isinstance(outcome, Rejected)
    assert outcome.code == code


def test_a_call_reaches_the_agents_screen(dialer: Dialer, emulator: EmulatorHandle) -> None:
    outcome = dialer.manual_dial(Call(agent_user="agent1", value="9876543210")).outcome
    assert isinstance(outcome, Placed)
    assert len(emulator.calls()) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("hang:5", Unknown, "dialer.timeout"),
        ("drop_after_accept", Unknown, "dialer.connection_lost"),
        ("500", Unknown, "dialer.server_error"),
        ("502", Unknown, "dialer.server_error"),
        ("503:7", Busy, "dialer.busy"),
        ("504", Unknown, "dialer.server_error"),
        ("429:7", Busy, "dialer.busy"),
        ("status:404", Refused, "dialer.not_found"),
        ("status:403", Refused, "login.http_refused"),
        ("garbage", Unknown, "dialer.unreadable"),
        ("html:created", Unknown, "dialer.unreadable"),
        ("empty", Unknown, "dialer.empty"),
        ("huge:1", Unknown, "dialer.too_large"),
        ("gzip_bomb:8", Unknown, "dialer.unreadable"),
        ("deep_json", Unknown, "dialer.too_large"),
        ("unknown_message", Unknown, "dialer.unknown_message"),
        ("created_then_hang:5", Unknown, "dialer.timeout"),
        ("created_then_close", Unknown, "dialer.connection_lost"),
        ("created_but_500:body", Created, None),
        ("created_but_500:empty", Unknown, "dialer.server_error"),
        ("truncated", Unknown, "dialer.incomplete"),
        ("drip:0.3", Unknown, "dialer.timeout"),
        ("boolean_success:success", Created, None),
        ("boolean_success:status", Created, None),
        ("lockout", Refused, "login.locked"),
        ("login_refused", Refused, "login.incorrect"),
        ("mysql_down", Busy, "dialer.database_down"),
        ("redirect", Refused, "dialer.redirect"),
    ],
)
def test_each_fault_of_the_emulator_has_its_outcome(
    emulator: EmulatorHandle, fault: str, kind: type, code: str | None
) -> None:
    emulator.fault(fault)
    dialer = open_dialer(config(emulator.api_url, timeout=0.6))
    outcome = dialer.add_lead(LEAD).outcome
    dialer.close()
    assert (type(outcome), getattr(outcome, "code", None)) == (kind, code)
    if isinstance(outcome, Busy) and fault.endswith(":7"):
        assert outcome.retry_after == 7.0


def test_a_lead_left_out_of_a_batchs_answer_is_unknown(dialer: Dialer, emulator: EmulatorHandle) -> None:
    emulator.fault("missing_lead:1")
    first, second = dialer.add_multi_lead([LEAD, SECOND]).outcomes
    assert isinstance(first, Unknown)
    assert isinstance(second, Created)


def test_a_list_without_a_custom_form(dialer: Dialer, emulator: EmulatorHandle) -> None:
    outcome = dialer.add_lead({**LEAD, "list_id": "25062019"}).outcome
    assert getattr(outcome, "code", "").startswith("custom_fields.")
    assert not isinstance(outcome, Rejected)


def test_a_vicidial_keeps_the_lead_and_finds_it_again(emulator: EmulatorHandle) -> None:
    login = {"user": "apiuser", "pass": "apipass"}
    dialer = open_dialer(config(emulator.vicidial_url, dialect="vicidial", parameters=login))
    assert dialer.look_up(LEAD) is None
    outcome = dialer.add_lead(LEAD).outcome
    found = dialer.look_up(LEAD)
    dialer.close()
    assert isinstance(outcome, Created)
    assert found is not None
    assert found.lead_id == outcome.lead_id
