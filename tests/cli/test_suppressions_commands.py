"""`gateway suppressions`: numbers that are never called, kept from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.leads.lead import State
from tests.cli.conftest import CommandLine
from tests.cli.test_leads_commands import keep


def numbers(command_line: CommandLine) -> list[str]:
    listed = command_line.run("suppressions", "list", "--json")
    return [each["number"] for each in json.loads(listed.stdout)]


def test_a_number_is_added_in_any_spelling_and_stops_what_waits(migrated: CommandLine) -> None:
    waiting = keep(migrated, State.HELD)

    done = migrated.run("suppressions", "add", "+91 98765-43210", "--reason", "asked by phone")

    assert done.exit_code == 0, done.output
    assert "1 waiting lead of it will not be sent." in done.stdout
    store = migrated.store()
    status = store.status(waiting)
    assert status is not None
    assert status.state is State.SUPPRESSED
    assert [
        (entry.deed.actor, entry.deed.action, entry.deed.reason)
        for entry in store.console.audit.latest(subject="suppression")
    ] == [("command line", "suppression.added", "asked by phone")]
    store.close()
    assert numbers(migrated) == ["9876543210"]
    again = migrated.run("suppressions", "add", "9876543210", "--reason", "again")
    assert "was on the list already" in again.stdout


def test_a_number_is_taken_off(migrated: CommandLine) -> None:
    assert "No number is on the list." in migrated.run("suppressions", "list").stdout
    migrated.run("suppressions", "add", "9876543210", "--reason", "asked by phone")
    assert "asked by phone" in migrated.run("suppressions", "list").stdout

    done = migrated.run("suppressions", "remove", "098765 43210", "--reason", "a mistake")

    assert "may be called again" in done.stdout
    again = migrated.run("suppressions", "remove", "9876543210", "--reason", "a mistake")
    assert again.exit_code == 1
    assert "not on the list" in again.stderr


def test_what_is_no_number_is_explained(migrated: CommandLine) -> None:
    done = migrated.run("suppressions", "add", "12345", "--reason", "asked by phone")

    assert done.exit_code == 1
    assert "too few digits" in " ".join(done.stderr.split())


def test_a_file_is_judged_first_and_then_added(migrated: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_text("Name,Mobile\nAsha,98111 11111\nRavi,98222 22222\nAsha,9811111111\nNobody,12\n")

    dry = migrated.run("suppressions", "import", str(file), "--reason", "the register", "--dry-run")
    assert "4 lines: 2 new, 0 on the list already, 1 repeated, 1 without a number." in dry.stdout
    assert "line 5: The phone number has too few digits" in dry.stderr
    assert numbers(migrated) == []

    done = migrated.run("suppressions", "import", str(file), "--reason", "the register", "--yes")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == "2 numbers put on the list."
    assert sorted(numbers(migrated)) == ["9811111111", "9822222222"]
    again = migrated.run("suppressions", "import", str(file), "--reason", "the register", "--yes")
    assert "0 new, 2 on the list already" in again.stdout


def test_a_person_who_says_no_adds_nothing(migrated: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("9811111111\n")

    done = migrated.run("suppressions", "import", str(file), "--reason", "the register", answer="n\n")

    assert done.exit_code == 1
    assert numbers(migrated) == []


def test_a_file_without_numbers_is_refused(migrated: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("Name,City\nAsha,Pune\n")

    done = migrated.run("suppressions", "import", str(file), "--reason", "x", "--yes")

    assert done.exit_code == 1
    assert "no column holds phone numbers" in done.stderr
