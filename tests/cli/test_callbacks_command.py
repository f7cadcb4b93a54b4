"""`gateway callbacks` shows what was told, tells it again, and listens on this machine."""

from __future__ import annotations

import json
import time

import pytest

from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.callbacks import Settlement, Standing
from tests.cli.conftest import CommandLine
from tests.running import Serving
from tests.store.making import keep

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G"
CALLBACK = """
[sources.told]
kind = "partner"
dialer = "main"
list_id = "25062018"
callback_url = "http://127.0.0.1:9/hook-with-a-token"
callback_secret = "env:HOOK_SECRET"
callback_networks = ["127.0.0.1"]
"""


@pytest.fixture
def told(migrated: CommandLine) -> CommandLine:
    """Two callbacks of one source: one was taken, one was given up."""
    migrated.environ["HOOK_SECRET"] = SECRET
    migrated.config.write_text(migrated.config.read_text() + CALLBACK)
    store = migrated.store()
    for _ in range(2):
        keep(store, id=new_id(time.time()), source="told", state=State.TEST, tell=True)
    settle(store, Standing.SENT, Standing.GIVEN_UP)
    store.close()
    return migrated


def settle(store: Store, *standings: Standing) -> None:
    now = time.time()
    store.callbacks.note(now=now - 1, limit=10)
    claimed = store.callbacks.claim("told", now=now, lease=now + 60, limit=10)
    done = [
        Settlement(id=each.id, lease=now + 60, standing=standing, at=now, http_status=500, problem="refused")
        for each, standing in zip(claimed, standings, strict=True)
    ]
    store.callbacks.settle(done)


def listed(command_line: CommandLine, *words: str) -> list[dict[str, object]]:
    done = command_line.run("callbacks", "list", "--json", *words)
    assert done.exit_code == 0, done.output
    found: list[dict[str, object]] = json.loads(done.output)
    return found


def test_the_list_says_what_was_told_and_what_came_of_it(told: CommandLine) -> None:
    done = told.run("callbacks", "list")

    assert done.exit_code == 0, done.output
    assert "given_up" in done.output
    assert "HTTP 500 refused" in done.output
    assert "gateway callbacks replay" in done.output
    assert "hook-with-a-token" not in done.output


def test_the_list_can_be_narrowed(told: CommandLine) -> None:
    (given_up,) = listed(told, "--state", "given_up", "--source", "told", "--since", "1h")

    assert given_up["type"] == "lead.test"
    assert listed(told, "--lead", str(given_up["lead"]).lower()) == [given_up]
    assert listed(told, "--source", "other") == []
    newest, oldest = listed(told)
    assert listed(told, "--after", str(newest["id"])) == [oldest]


def test_a_lead_shows_what_its_source_was_told(told: CommandLine) -> None:
    (sent,) = listed(told, "--state", "sent")
    lead_id = str(sent["lead"])

    assert str(sent["id"]) in told.run("leads", "show", lead_id).output
    assert json.loads(told.run("leads", "show", lead_id, "--json").output)["callbacks"] == [sent]


def test_an_empty_list_says_when_there_would_be_one(migrated: CommandLine) -> None:
    assert "callback_url" in migrated.run("callbacks", "list").output


def test_named_callbacks_are_told_again(told: CommandLine) -> None:
    (sent,) = listed(told, "--state", "sent")
    done = told.run("callbacks", "replay", str(sent["id"]))

    assert done.exit_code == 0, done.output
    assert "1 callback will be told again" in done.output
    assert [each["id"] for each in listed(told, "--state", "waiting")] == [sent["id"]]


@pytest.mark.parametrize(("more", "number"), [((), 1), (("--sent",), 2), (("--since", "1h"), 1)])
def test_all_of_a_source_are_told_again(told: CommandLine, more: tuple[str, ...], number: int) -> None:
    done = told.run("callbacks", "replay", "--source", "told", *more)

    assert done.exit_code == 0, done.output
    assert len(listed(told, "--state", "waiting")) == number


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("ID", "--source", "told"), 2),
        (("ID", "--sent"), 2),
        (("--source", "told", "--since", "soon"), 2),
        (("NOBODY",), 1),
        (("--source", "other"), 1),
    ],
)
def test_a_replay_of_nothing_is_refused(told: CommandLine, words: tuple[str, ...], code: int) -> None:
    assert told.run("callbacks", "replay", *words).exit_code == code


def test_listening_needs_a_source_that_is_told(told: CommandLine) -> None:
    assert "callback_networks" in told.run("callbacks", "listen", "partner").output
    assert "there is no source nobody" in told.run("callbacks", "listen", "nobody").output


def test_listening_at_a_port_that_is_taken_says_so(told: CommandLine, here: Serving) -> None:
    done = told.run("callbacks", "listen", "told", "--port", str(here.port))

    assert done.exit_code == 3
    assert "--port" in done.output
