"""A partner or a CRM asks for a call: once, told as it is, every documented error a problem of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.app import create_app
from gateway.dialer.messages import REASONS
from gateway.dialer.outcome import (
    Busy,
    CallOutcome,
    NotSent,
    Placed,
    Refused,
    Rejected,
    Scope,
    Unknown,
)
from gateway.rehearsal import CALLS
from gateway.settings import Settings
from gateway.store import Store
from gateway.store.claiming import ANSWER_WITHIN
from gateway.store.tables import calls
from tests.running import running_emulator
from tests.servers import PostgresServer
from tests.web.gateway_under_test import Gateway, make_config, opened

KEY = {"Idempotency-Key": "8e03978e-40d5-43e8-bc93-6894a57f9324"}
CALL = {"agent_user": "agent1", "value": "+91 98765 43210"}


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway, once over SQLite and once over PostgreSQL."""
    more = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        more["database_url"] = server.new_database()
    with opened(tmp_path, **more) as running:
        yield running


def ask(gateway: Gateway, fields: Any = None, *, mode: str = "live", **request: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {gateway.key(mode=mode)}", **request.pop("headers", {})}
    if "data" not in request:
        request["json"] = CALL if fields is None else fields
    return gateway.ask("POST", "/v1/calls", headers=headers, **request)


def rows(gateway: Gateway) -> list[Any]:
    """The audit: every call that was asked for."""
    return gateway.store.read(lambda connection: list(connection.execute(calls.select())))


def test_a_call_is_placed_and_written_down(both: Gateway) -> None:
    answer = ask(both)

    (row,) = rows(both)
    assert answer.status_code == 200
    assert answer.json == {
        "outcome": "success",
        "reason_code": None,
        "retryable": False,
        "call": {"id": row.id, "status": "placed", "mode": "dial"},
        "dialer": {"name": "main"},
        "message": "The call stands on the agent's screen.",
    }
    (call,) = both.dialer.calls
    assert (call.agent_user, call.value, call.preview, call.search, call.focus) == (
        "agent1",
        "9876543210",
        False,
        True,
        True,
    )
    assert (row.phone, row.agent_user, row.source, row.outcome) == (
        "9876543210",
        "agent1",
        "partner",
        "placed",
    )
    assert row.asked_by.startswith("key ")


def test_every_parameter_of_the_document_goes_its_way(gateway: Gateway) -> None:
    answer = ask(
        gateway,
        data={
            "source": "click_to_call",
            "agent_user": "dialer_agent_user",
            "action": "manual_dial",
            "value": "2015550123",
            "phone_code": "1",
            "search": "NO",
            "preview": "YES",
            "focus": "NO",
            "prospects_id": "654dsddfd",
        },
    )

    (call,) = gateway.dialer.calls
    assert answer.status_code == 200
    assert (call.value, call.phone_code, call.prospects_id) == ("2015550123", "1", "654dsddfd")
    assert (call.search, call.preview, call.focus) == (False, True, False)
    assert rows(gateway)[0].asked_by.endswith("(click_to_call)")


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"agent_user": "agent1"}, "value", "phone.required"),
        ({"agent_user": "agent1", "value": "  "}, "value", "phone.required"),
        ({"agent_user": "agent1", "value": "98-secret"}, "value", "phone.letters"),
        ({"agent_user": "agent1", "value": "98765"}, "value", "phone.too_short"),
        ({"value": "9876543210"}, "agent_user", "call.agent_missing"),
        (CALL | {"agent_user": "agent 1; secret"}, "agent_user", "call.agent"),
        (CALL | {"agent_user": "x" * 21}, "agent_user", "call.agent"),
        (CALL | {"search": "perhaps"}, "search", "call.flag"),
        (CALL | {"preview": 2}, "preview", "call.flag"),
        (CALL | {"focus": []}, "focus", "type.invalid"),
        (CALL | {"phone_code": "+91"}, "phone_code", "call.phone_code"),
        ({"agent_user": "agent1", "value": "+1 201", "phone_code": "1"}, "value", "call.number"),
        (CALL | {"prospects_id": "a b"}, "prospects_id", "call.reference"),
        (CALL | {"prospects_id": "1" * 21}, "prospects_id", "call.reference"),
        (CALL | {"source": "x"}, "source", "call.source"),
        (CALL | {"action": "add_lead"}, "action", "call.action"),
        (CALL | {"lead_id": "A" * 20}, "value", "call.number_or_lead"),
        (CALL | {"mobile_no": "9876543211"}, "mobile_no", "call.number_or_lead"),
        (CALL | {"agent_usr": "agent1"}, "agent_usr", "field.unknown"),
    ],
)
def test_a_bad_call_is_refused_before_anybody_is_asked(
    gateway: Gateway, fields: dict[str, Any], field: str, code: str
) -> None:
    answer = ask(gateway, fields)

    assert answer.status_code == 422
    assert (field, code) in {(each["field"], each["code"]) for each in answer.json["errors"]}
    assert b"secret" not in answer.data
    assert gateway.dialer.calls == []
    assert rows(gateway) == []


def test_an_unknown_name_gets_a_suggestion(gateway: Gateway) -> None:
    answer = ask(gateway, CALL | {"agent_usr": "agent1"})

    assert "Did you mean agent_user?" in answer.json["errors"][0]["detail"]


def rejected(code: str) -> Rejected:
    return Rejected(code=code, message=REASONS[code])


@pytest.mark.parametrize(
    ("outcome", "status", "code", "retryable"),
    [
        (rejected("agent.not_logged_in"), 409, "agent.not_logged_in", False),
        (rejected("agent.not_paused"), 409, "agent.not_paused", False),
        (rejected("agent.not_allowed"), 403, "agent.not_allowed", False),
        (rejected("phone.invalid"), 422, "phone.invalid", False),
        (rejected("phone.required"), 422, "phone.required", False),
        (Refused(code="action.required", message="Set it.", scope=Scope.LINE), 502, "action.required", False),
        (rejected("agent.already_queued"), 409, "agent.already_queued", False),
        (rejected("request.refused"), 502, "request.refused", False),
        (
            Refused(code="login.incorrect", message="Mend it.", scope=Scope.LOGIN),
            502,
            "login.incorrect",
            False,
        ),
        (Busy(code="dialer.busy", message="Later."), 503, "dialer.busy", True),
        (NotSent(code="dialer.unreachable", message="Away."), 503, "dialer.unreachable", True),
        (Unknown(code="dialer.timeout", message="Perhaps."), 504, "dialer.timeout", False),
    ],
)
def test_each_answer_of_the_dialer_is_a_problem_of_its_own(
    both: Gateway, outcome: CallOutcome, status: int, code: str, *, retryable: bool
) -> None:
    both.dialer.call_script = lambda _: outcome

    answer = ask(both)

    assert (answer.status_code, answer.json["reason_code"], answer.json["retryable"]) == (
        status,
        code,
        retryable,
    )
    assert answer.content_type == "application/problem+json"
    assert ("Retry-After" in answer.headers) is (status == 503)
    assert len(both.dialer.calls) == 1
    (row,) = rows(both)
    assert answer.json["call"]["id"] == row.id
    assert (row.reason_code, row.outcome) == (code, answer.json["call"]["status"])


def test_the_stand_in_dialers_own_errors_arrive_as_their_problems(tmp_path: Path) -> None:

    with running_emulator() as emulator:
        config = make_config()
        dialer = replace(config.dialers["main"], url=emulator.api_url)
        settings = Settings(
            database_url=f"sqlite:///{tmp_path / 'gateway.db'}", state_dir=tmp_path, secret_key="s"
        )
        Store.migrate(settings.database_url)
        app = create_app(settings, replace(config, dialers={"main": dialer}))
        services = app.extensions["gateway"]
        _, key = services.store.issue_key("partner", "live", "test")
        emulator.set_agent("away", logged_in=False)
        emulator.set_agent("talking", paused=False)
        emulator.set_agent("junior", may_dial=False)
        emulator.set_agent("ready")
        told = []
        for agent in ("nobody", "away", "talking", "junior", "ready"):
            answer = app.test_client().post(
                "/v1/calls",
                json={"agent_user": agent, "value": "9876543210"},
                headers={"X-Api-Key": key},
            )
            told.append((answer.status_code, answer.json["reason_code"]))
        services.delivery.stop(1)
        services.recorder.close()
        services.store.close()

        assert told == [
            (409, "agent.not_logged_in"),
            (409, "agent.not_logged_in"),
            (409, "agent.not_paused"),
            (403, "agent.not_allowed"),
            (200, None),
        ]
        assert [call["phone_number"] for call in emulator.calls()] == ["9876543210"]


def test_a_stored_lead_is_called_by_its_id(both: Gateway) -> None:
    lead_id = both.lead({"mobile_no": "9876543210"}).json["lead"]["id"]

    answer = ask(both, {"agent_user": "agent1", "lead_id": lead_id, "preview": True})

    assert (answer.status_code, answer.json["call"]["lead_id"]) == (200, lead_id)
    (call,) = both.dialer.calls
    assert (call.value, call.prospects_id, call.preview) == ("9876543210", lead_id, True)
    story = both.store.story(lead_id)
    assert story is not None
    assert [each.outcome for each in story.calls] == ["placed"]


@pytest.mark.parametrize("lead_id", ["0" * 20, "secret", "\x00", "rival"])
def test_the_leads_of_others_do_not_exist(gateway: Gateway, lead_id: str) -> None:
    if lead_id == "rival":
        lead_id = gateway.lead(key=gateway.key("rival")).json["lead"]["id"]

    answer = ask(gateway, {"agent_user": "agent1", "lead_id": lead_id})

    assert (answer.status_code, answer.json["reason_code"]) == (404, "lead.not_found")
    assert gateway.dialer.calls == []


def test_who_has_opted_out_is_not_called(gateway: Gateway) -> None:
    gateway.store.suppress("9876543210", now=gateway.clock.now())

    answer = ask(gateway)

    assert (answer.status_code, answer.json["reason_code"]) == (422, "suppressed")
    assert gateway.dialer.calls == []


def test_the_same_key_asks_once(both: Gateway) -> None:
    first, second = ask(both, headers=KEY), ask(both, headers=KEY)
    other = ask(both, CALL | {"agent_user": "agent2"}, headers=KEY)

    assert first.data == second.data
    assert second.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json["reason_code"]) == (422, "idempotency.reused")
    assert len(both.dialer.calls) == len(rows(both)) == 1


def test_many_at_once_with_one_key_ring_once(both: Gateway) -> None:
    both.dialer.seconds = 0.1
    both.key()
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: ask(both, headers=KEY), range(10)))

    assert {each.status_code for each in answers} <= {200, 409}
    assert len(both.dialer.calls) == 1


def test_a_problem_is_replayed_as_it_was(gateway: Gateway) -> None:
    gateway.dialer.call_script = lambda _: rejected("agent.not_paused")
    first = ask(gateway, headers=KEY)
    gateway.dialer.call_script = lambda call: Placed(phone=call.value)
    second = ask(gateway, headers=KEY)

    assert (second.status_code, second.data) == (409, first.data)
    assert len(gateway.dialer.calls) == 1


def test_a_call_whose_process_died_may_ring_and_is_not_asked_again(both: Gateway) -> None:
    ask(both, headers=KEY)
    both.store.write(
        lambda each: (
            each.run("UPDATE idempotency SET status = NULL, headers = NULL, body = NULL"),
            each.run("UPDATE calls SET outcome = 'asked', finished_at = NULL"),
        )
    )

    soon = ask(both, headers=KEY)
    both.clock.ahead = ANSWER_WITHIN + 1
    late = ask(both, headers=KEY)

    assert (soon.status_code, soon.json["reason_code"]) == (409, "idempotency.running")
    assert (late.status_code, late.json["reason_code"]) == (504, "call.unknown")
    assert late.json["retryable"] is False
    assert len(both.dialer.calls) == 1


def test_a_key_may_call_only_with_the_agents_of_its_source(tmp_path: Path) -> None:
    config = make_config()
    partner = replace(config.sources["partner"], options={"call_agents": "agent1 agent3"})
    with opened(tmp_path, replace(config, sources={**config.sources, "partner": partner})) as gateway:
        mine, other = ask(gateway), ask(gateway, CALL | {"agent_user": "agent2"})

        assert (mine.status_code, other.status_code) == (200, 403)
        assert other.json["reason_code"] == "call.agent_not_yours"


@pytest.mark.parametrize("number", CALLS)
def test_a_test_key_gets_every_outcome_and_nobody_is_called(gateway: Gateway, number: str) -> None:
    answer = ask(gateway, {"agent_user": "agent1", "value": number}, mode="test")

    outcome = CALLS[number]
    code = None if isinstance(outcome, Placed) else outcome.code
    assert answer.json["reason_code"] == code
    assert gateway.dialer.calls == []
    assert [row.outcome for row in rows(gateway)] == ["test"]


def test_a_test_lead_is_never_called(gateway: Gateway) -> None:
    lead_id = gateway.lead(key=gateway.key(mode="test")).json["lead"]["id"]

    answer = ask(gateway, {"agent_user": "agent1", "lead_id": lead_id})

    assert answer.status_code == 200
    assert gateway.dialer.calls == []


def test_a_call_needs_a_key(gateway: Gateway) -> None:
    assert gateway.ask("POST", "/v1/calls", json=CALL).status_code == 401
