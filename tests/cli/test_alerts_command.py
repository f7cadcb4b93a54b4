"""`gateway alerts` tells what is wrong, and whether those who are to be told can be told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from gateway.leads.identity import new_id
from gateway.store.alerts import Alert, AlertChanges
from tests.callbacks.receiver import Receiver, receiving
from tests.cli.conftest import CommandLine


@pytest.fixture
def troubled(migrated: CommandLine) -> Callable[..., CommandLine]:
    """A database in which something is wrong, or was."""

    def troubled(severity: str = "critical", closed_at: float | None = None) -> CommandLine:
        store, now = migrated.store(), time.time()
        turn = store.console.alerts.take_turn(now=now, every=0.0)
        assert turn is not None
        alert = Alert(
            id=new_id(now),
            rule="login_refused",
            subject="main",
            severity=severity,
            opened_at=now - 600,
            seen_at=now,
            raised_at=now,
            closed_at=closed_at,
            leads=214,
            peak=214,
            summary="Dialer main refuses our login.",
            next_step="Ask its administrator.",
        )
        assert store.console.alerts.keep(AlertChanges(keep=[alert]), turn=turn, now=now)
        store.close()
        return migrated

    return troubled


def tell(command_line: CommandLine, *urls: str) -> CommandLine:
    names = [f"TARGET_{number}" for number in range(len(urls))]
    command_line.environ.update(zip(names, urls, strict=True))
    references = ", ".join(f'"env:{name}"' for name in names)
    command_line.config.write_text(f"{command_line.config.read_text()}\n[alerts]\nnotify = [{references}]\n")
    return command_line


def test_where_nothing_is_wrong_it_says_so(migrated: CommandLine) -> None:
    done = migrated.run("alerts", "list")

    assert (done.exit_code, done.output) == (0, "Nothing is wrong.\n")


def test_what_is_wrong_is_listed_with_what_to_do_and_ends_with_1(
    troubled: Callable[..., CommandLine],
) -> None:
    done = troubled().run("alerts", "list")

    assert done.exit_code == 1
    assert "login_refused" in done.output
    assert "214" in done.output
    assert "Ask its administrator." in done.output


def test_a_warning_is_listed_and_is_no_failure(troubled: Callable[..., CommandLine]) -> None:
    done = troubled("warning").run("alerts", "list", "--json")

    assert done.exit_code == 0
    assert [(each["rule"], each["leads"]) for each in json.loads(done.output)] == [("login_refused", 214)]


def test_what_is_over_is_listed_apart(troubled: Callable[..., CommandLine]) -> None:
    command_line = troubled(closed_at=time.time())

    assert command_line.run("alerts", "list").output == "Nothing is wrong.\n"
    assert "login_refused" in command_line.run("alerts", "list", "--closed").output


def test_a_test_goes_to_every_target_and_says_of_each_what_came_of_it(command_line: CommandLine) -> None:
    with receiving() as works, receiving(Receiver(answer=lambda _: 404)) as gone:
        addresses = [each.url.replace("http://", "json://") + "token-0123456789" for each in (works, gone)]
        done = tell(command_line, *addresses).run("alerts", "test")

    assert done.exit_code == 1
    assert "1. env:TARGET_0 (json): taken\n" in done.output
    assert "2. env:TARGET_1 (json): NOT TAKEN: there is nothing at that address (404)" in done.output
    assert "1 target of 2 did not take the message." in done.output
    assert "token-0123456789" not in done.output
    assert works.messages()[0]["title"] == "Test: alerts of Lead Gateway come through"


def test_one_target_alone_is_tried_by_its_number(command_line: CommandLine) -> None:
    with receiving() as first, receiving() as second:
        addresses = [each.url.replace("http://", "json://") for each in (first, second)]
        done = tell(command_line, *addresses).run("alerts", "test", "--target", "2", "--json")

    assert done.exit_code == 0
    assert [(each["number"], each["taken"]) for each in json.loads(done.output)] == [(2, True)]
    assert (len(first.came), len(second.came)) == (0, 1)


def test_without_a_target_it_says_how_to_name_one(command_line: CommandLine) -> None:
    done = command_line.run("alerts", "test")

    assert done.exit_code == 1
    assert "names no target" in done.output
    assert "env:ALERTS_SLACK" in done.output


def test_a_number_too_high_is_said(command_line: CommandLine) -> None:
    done = tell(command_line, "json://127.0.0.1:9/").run("alerts", "test", "--target", "2")

    assert done.exit_code == 1
    assert "there is no target 2" in done.output
