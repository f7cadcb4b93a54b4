"""`gateway sources`: who brings leads, who has fallen silent, whose fields have changed."""

from __future__ import annotations

import json
import time

from gateway.store.shapes import KnownField
from gateway.store.watching import HOUR, Hour
from tests.cli.conftest import CommandLine


def test_every_source_of_the_configuration_is_listed(migrated: CommandLine) -> None:
    watched(migrated, silent=True)

    done = migrated.run("sources", "list")
    found = {each["source"]: each for each in json.loads(migrated.run("sources", "list", "--json").stdout)}

    assert done.exit_code == 0
    assert "silent" in done.stdout
    assert "gateway sources show SOURCE" in done.stdout
    assert (found["partner"]["state"], found["partner"]["leads_24h"], found["partner"]["leads_7d"]) == (
        "silent",
        5,
        12,
    )
    assert found["partner"]["usual_gap_seconds"] == 600.0
    assert [each["mapping"] for each in found["partner"]["changes"]] == ['CustomField1 = "budget"']
    others = [each for name, each in found.items() if name != "partner"]
    assert others
    assert {each["state"] for each in others} == {"never"}


def test_one_source_is_shown_with_its_address_its_traffic_and_what_changed(migrated: CommandLine) -> None:
    watched(migrated)

    shown = migrated.run("sources", "show", "partner").stdout

    for told in ("/v1/leads", "list 25062018", "heard", "5 in 24 hours, 12 in 7 days", "10.0 min", "budget"):
        assert told in shown, told
    assert 'CustomField1 = "budget"' in shown
    assert "[sources.partner.fields]" in shown
    assert "2 fields known" in shown
    assert "mobile" not in shown
    assert "mobile" in migrated.run("sources", "show", "partner", "--fields").stdout


def test_a_field_name_moves_no_cursor(migrated: CommandLine) -> None:
    watched(migrated, name="bud\x1b[2Jget")

    shown = migrated.run("sources", "show", "partner", "--fields").stdout

    assert "\x1b[2J" not in shown


def test_a_field_name_is_no_markup(migrated: CommandLine) -> None:
    watched(migrated, name="[/x][red]budget")

    done = migrated.run("sources", "show", "partner", "--fields")

    assert done.exit_code == 0
    assert done.stdout.count("[/x][red]budget") >= 2


def test_scripts_get_every_field(migrated: CommandLine) -> None:
    watched(migrated)

    found = json.loads(migrated.run("sources", "show", "partner", "--json").stdout)

    assert [(each["field"], each["change"]) for each in found["fields"]] == [
        ("budget", "new"),
        ("mobile", None),
    ]


def test_a_source_that_never_brought_a_lead_says_how_to_send_one(migrated: CommandLine) -> None:
    shown = migrated.run("sources", "show", "partner")

    assert shown.exit_code == 0
    assert "never" in shown.stdout
    assert "gateway send" in shown.stdout


def test_an_unknown_source_says_what_was_meant(migrated: CommandLine) -> None:
    done = migrated.run("sources", "show", "partnr")

    assert done.exit_code == 1
    assert "did you mean partner" in done.stderr
    assert "gateway sources list" in done.stderr


def watched(command_line: CommandLine, *, silent: bool = False, name: str = "budget") -> None:
    """A source that brought twelve leads this week, five of them in the last hours, and a new field."""
    now = time.time()
    store = command_line.store()
    begin = (now // HOUR - 70) * HOUR
    store.watching.take_turn(now=now, every=60.0, begin=begin)
    for hours, leads in ((70, 7), (1, 5)):
        start = (now // HOUR - hours) * HOUR
        part = Hour(
            source="partner", hour=int(start // HOUR), leads=leads, first_at=start + 60, last_at=start + 120
        )
        store.watching.keep([part], start=begin, end=start + HOUR)
        begin = start + HOUR
        if hours == 70:
            store.watching.keep([], start=begin, end=(now // HOUR - 1) * HOUR)
            begin = (now // HOUR - 1) * HOUR
    last_at = store.watching.sources()["partner"].last_at
    store.watching.usual("partner", 600.0)
    if silent:
        store.watching.fell_silent("partner", last_at=last_at, usual_gap=600.0)
    mobile = KnownField(
        path="mobile", kinds=frozenset({"text"}), born=0, seen=40, absent=0, first_at=now, last_at=now
    )
    new = KnownField(
        path=name,
        kinds=frozenset({"number"}),
        born=30,
        seen=2,
        absent=0,
        first_at=now,
        last_at=now,
        change="new",
        changed_at=now,
        advice=f'CustomField1 = "{name}"',
    )
    store.shapes.keep("partner", [mobile, new], samples=40, before=0)
    store.close()
