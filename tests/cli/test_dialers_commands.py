"""`gateway dialers`: what stands in the tables and the JSON, and what a person's hand does."""

from __future__ import annotations

import json
import time

from gateway.cli.failure import Exit
from gateway.store.lines import Closed, LineReport
from gateway.store.records import Hold
from tests.cli.conftest import CommandLine
from tests.console.busy_day import put


def listed(command_line: CommandLine) -> dict[str, object]:
    found = json.loads(command_line.run("dialers", "list", "--json").stdout)
    return next(each for each in found if each["dialer"] == "main")


def test_every_dialer_is_listed_with_its_line(migrated: CommandLine) -> None:
    now = time.time()
    store = migrated.store()
    put(store, now - 60, state="queued", leads=3)
    put(store, now - 60, state="held", scope="list:1", leads=2)
    store.hold(
        Hold(dialer="main", scope="list:1", code="list.not_found", message="x", since=now, probe_at=now + 9)
    )
    store.console.lines.report(
        [LineReport(owner="a:1:1:a", dialer="main", at=now, is_open=False, reason=Closed.AWAY, under_way=1)]
    )
    store.close()

    found = listed(migrated)
    told = migrated.run("dialers", "list").stdout

    assert (found["line"], found["queued"], found["under_way"]) == ("away", 3, 1)
    assert found["held"] == [{"scope": "list:1", "code": "list.not_found", "leads": 2}]
    assert "list:1 list.not_found" in told


def test_without_a_process_the_line_is_nobodys(migrated: CommandLine) -> None:
    assert listed(migrated)["line"] == "nobody"


def test_a_dialer_is_paused_and_resumed_and_the_audit_log_says_by_whom(migrated: CommandLine) -> None:
    paused = migrated.run("dialers", "pause", "main", "--reason", "new lists")
    assert paused.exit_code == Exit.DONE
    assert "gateway dialers resume main" in paused.stdout
    assert (listed(migrated)["line"], listed(migrated)["reason"]) == ("paused", "new lists")
    assert "paused by command line: new lists" in migrated.run("dialers", "list").stdout
    assert migrated.run("dialers", "pause", "main").exit_code == Exit.PROBLEM

    assert migrated.run("dialers", "resume", "main").exit_code == Exit.DONE
    again = migrated.run("dialers", "resume", "main")
    assert (again.exit_code, "is not paused" in again.stderr) == (Exit.PROBLEM, True)

    store = migrated.store()
    deeds = [(each.deed.actor, each.deed.action) for each in store.console.audit.of("dialer", "main")]
    store.close()
    assert deeds == [("command line", "dialer.paused"), ("command line", "dialer.resumed")]


def test_a_dialer_that_is_not_configured_cannot_be_paused(migrated: CommandLine) -> None:
    done = migrated.run("dialers", "pause", "mian")

    assert done.exit_code == Exit.PROBLEM
    assert "main" in done.stderr


def test_what_is_held_is_released_one_scope_or_all(migrated: CommandLine) -> None:
    now = time.time()
    store = migrated.store()
    for scope in ("list:1", "list:2", "list:3"):
        store.hold(Hold(dialer="main", scope=scope, code="x", message="x", since=now, probe_at=now + 9))
        put(store, now - 60, state="held", scope=scope)

    assert "1 lead released" in migrated.run("dialers", "release", "main", "list:1").stdout
    assert [hold.scope for hold in store.holds("main")] == ["list:2", "list:3"]
    assert "2 leads released" in migrated.run("dialers", "release", "main", "--reason", "mended").stdout
    assert store.holds("main") == []
    assert migrated.run("dialers", "release", "main").exit_code == Exit.PROBLEM
    assert {each.deed.reason for each in store.console.audit.of("dialer", "main")} == {"", "mended"}
    store.close()
