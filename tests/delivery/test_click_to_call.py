"""Click to Call against the stand-in dialer: each of its answers, silence, and the row that stays of each call."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway import click_to_call
from gateway.app import create_services
from gateway.capture import Services
from gateway.click_to_call import Called, CallResult
from gateway.config import DialerConfig, GatewayConfig, SourceConfig
from gateway.settings import Settings
from gateway.store import Store, StoreUnavailable, Trouble
from gateway.store.calls import CallEnd, CallLog
from gateway.store.records import CallEntry
from tests.delivery.scripted import ScriptedDialer
from tests.running import EmulatorHandle, running_emulator

PHONE = "9876543210"


@dataclass
class Desk:
    """Where calls are asked for."""

    services: Services
    emulator: EmulatorHandle

    def call(self, **changes: Any) -> CallResult:
        known: dict[str, Any] = {
            "dialer": "main",
            "agent_user": "agent1",
            "phone": PHONE,
            "mode": "preview",
            "lead_id": "LEAD",
            "source": "website",
            "asked_by": "visitor 192.0.2.7",
        }
        return click_to_call.call(self.services, **{**known, **changes})

    def entry(self, phone: str = PHONE) -> CallEntry | None:
        """The row of the last call to this number."""
        return self.services.store.calls.latest_to(phone, since=0)


def test_a_call_stands_on_the_agents_screen_and_in_the_store(desk: Desk) -> None:
    result = desk.call(prospects_id="654dsddfd")

    assert (result.called, result.reason_code) == (Called.PLACED, None)
    (call,) = desk.emulator.calls()
    told = {name: call[name] for name in ("agent_user", "phone_number", "search", "preview", "focus")}
    assert told == {
        "agent_user": "agent1",
        "phone_number": PHONE,
        "search": "YES",
        "preview": "YES",
        "focus": "YES",
    }
    assert call["prospects_id"] == "654dsddfd"
    entry = desk.entry()
    assert entry is not None
    assert (entry.id, entry.outcome, entry.asked_by) == (result.id, "placed", "visitor 192.0.2.7")


def test_to_dial_is_not_to_preview(desk: Desk) -> None:
    desk.call(mode="dial")

    assert [call["preview"] for call in desk.emulator.calls()] == ["NO"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agent_user": "nobody"}, "agent.not_logged_in"),
        ({"agent_user": "agent3"}, "agent.not_logged_in"),
        ({"agent_user": "agent2"}, "agent.not_paused"),
        ({"agent_user": "agent4"}, "agent.not_allowed"),
        ({"phone": "12345"}, "phone.invalid"),
        ({"phone": ""}, "phone.required"),
    ],
)
def test_a_call_the_dialer_refuses_says_why_and_did_not_ring(
    desk: Desk, changes: dict[str, str], code: str
) -> None:
    result = desk.call(**changes)
    entry = desk.entry(changes.get("phone", PHONE))

    assert (result.called, result.reason_code, result.called.may_ring) == (Called.REJECTED, code, False)
    assert entry is not None
    assert (entry.outcome, entry.reason_code, entry.message) == ("rejected", code, result.message)
    assert desk.emulator.calls() == []


@pytest.mark.parametrize(
    ("fault", "called", "code"),
    [
        ("created_then_hang", Called.UNKNOWN, "dialer.timeout"),
        ("created_then_close", Called.UNKNOWN, "dialer.connection_lost"),
        ("drop_after_accept", Called.UNKNOWN, "dialer.connection_lost"),
        ("truncated", Called.UNKNOWN, "dialer.incomplete"),
        ("html", Called.UNKNOWN, "dialer.unreadable"),
        ("500", Called.UNKNOWN, "dialer.server_error"),
        ("unknown_message", Called.UNKNOWN, "dialer.unknown_message"),
        ("503", Called.BUSY, "dialer.busy"),
        ("mysql_down", Called.BUSY, "dialer.database_down"),
        ("login_refused", Called.REFUSED, "login.incorrect"),
        ("created_but_500", Called.PLACED, None),
    ],
)
def test_whatever_the_dialer_does_it_is_asked_once_and_the_answer_is_honest(
    desk: Desk, fault: str, called: Called, code: str | None
) -> None:
    desk.emulator.fault(fault)

    result = desk.call()
    entry = desk.entry()

    assert (result.called, result.reason_code) == (called, code)
    assert "lead" not in result.message.lower()
    assert entry is not None
    assert (entry.outcome, entry.reason_code) == (called.value, code)
    assert desk.emulator.requests().total == 1


def test_words_that_nobody_knows_are_shown_as_they_came(desk: Desk) -> None:
    desk.emulator.fault("unknown_message")

    message = desk.call().message

    assert message.startswith("The dialer gave no clear answer. The phone may ring:")
    assert 'It said: "' in message


def test_a_dialer_that_is_off_was_certainly_not_asked(desk: Desk) -> None:
    desk.emulator.stop()

    result = desk.call()

    assert (result.called, result.reason_code, result.called.may_ring) == (
        Called.NOT_SENT,
        "dialer.unreachable",
        False,
    )


def test_a_dialer_that_hangs_costs_no_more_than_its_time(desk: Desk) -> None:
    desk.emulator.fault("hang")
    began = time.monotonic()

    desk.call()

    assert time.monotonic() - began < 3


def test_a_number_that_may_ring_is_asked_for_once(desk: Desk) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: desk.call(quiet=600), range(4)))

    assert sorted(each.called for each in results) == ["placed", "repeated", "repeated", "repeated"]
    assert len(desk.emulator.calls()) == 1
    repeated = next(each for each in results if each.called is Called.REPEATED)
    assert (repeated.id, repeated.reason_code) == ("", "call.repeated")


def test_a_person_who_opted_out_is_not_called(desk: Desk) -> None:
    desk.services.store.suppress(PHONE, now=0)

    result = desk.call()

    assert (result.called, result.reason_code) == (Called.SUPPRESSED, "suppressed")
    assert desk.emulator.requests().total == 0


def test_a_process_that_sends_no_leads_places_calls_all_the_same(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    services = services_on(tmp_path, deliver=False, dialers={"main": dialer})
    result = Desk(services=services, emulator=NOBODY).call()
    stop(services)

    assert result.called is Called.PLACED
    assert len(dialer.calls) == 1


def test_a_call_that_cannot_be_written_down_is_not_made(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    services = services_on(tmp_path, dialers={"main": dialer})
    (tmp_path / "gateway.db").rename(tmp_path / "elsewhere.db")
    try:
        with pytest.raises(StoreUnavailable):
            Desk(services=services, emulator=NOBODY).call()
    finally:
        stop(services)

    assert dialer.calls == []


def test_an_end_that_cannot_be_written_down_is_told_all_the_same(desk: Desk) -> None:
    desk.services.store.calls = ForgetfulLog(desk.services.store.calls)

    result = desk.call(quiet=600)
    entry = desk.entry()

    assert result.called is Called.PLACED
    assert entry is not None
    assert entry.outcome == "asked"
    assert desk.call(quiet=600).called is Called.REPEATED  # it may have rung


# -- making --------------------------------------------------------------------------------------------------

NOBODY: Any = None


class ForgetfulLog(CallLog):
    """Its disk is full by the time a call ends."""

    def __init__(self, log: CallLog) -> None:
        super().__init__(log._database)

    def finish(self, call_id: str, end: CallEnd) -> None:
        raise StoreUnavailable(Trouble.FULL, "Free space.")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with running_emulator() as emulator:
        services = services_on(tmp_path, emulator.api_url)
        yield Desk(services=services, emulator=emulator)
        stop(services)


def services_on(
    folder: Path, dialer_url: str = "http://127.0.0.1:9/", *, deliver: bool = True, **more: Any
) -> Services:
    url = f"sqlite:///{folder}/gateway.db"
    Store.migrate(url)
    dialer = DialerConfig(name="main", url=dialer_url, timeout=0.6, connect_timeout=0.5)
    config = GatewayConfig(
        dialers={"main": dialer},
        sources={"website": SourceConfig(name="website", kind="form", dialer="main", list_id="25062018")},
    )
    return create_services(Settings(database_url=url, state_dir=folder, deliver=deliver), config, **more)


def stop(services: Services) -> None:
    services.delivery.stop(1)
    services.recorder.close()
    services.store.close()
