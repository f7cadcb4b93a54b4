"""`gateway pull`: what it brings, what it shows, and how it says no."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from gateway.cli.failure import Exit
from gateway.leads.lead import State
from gateway.store.reading import Search
from tests.cli.conftest import CommandLine
from tests.pulling.platforms import KEY, PROFILE, Housing, IndiaMart, Platform, running
from tests.pulling.world import row_of

DAY = 86400.0


@pytest.fixture
def indiamart() -> Iterator[Platform]:
    with running(IndiaMart(now=time.time)) as platform:
        yield platform


@pytest.fixture
def pulls(migrated: CommandLine, indiamart: Platform) -> CommandLine:
    """A command line whose sources `mart` and `unpulled` are of IndiaMART."""
    return configured(
        migrated,
        f'[sources.mart]\nkind = "indiamart"\npull_key = "env:PULL_KEY"\npull_url = "{indiamart.url}"',
        '[sources.unpulled]\nkind = "indiamart"\ntoken = "env:PORTAL_TOKEN"',
    )


def configured(command_line: CommandLine, *tables: str) -> CommandLine:
    lines = [f'{table}\ndialer = "main"\nlist_id = "25062018"\n' for table in tables]
    command_line.config.write_text("\n".join([command_line.config.read_text(), *lines]))
    command_line.environ["PULL_KEY"] = KEY
    return command_line


def test_two_days_are_fetched_and_wait_for_whoever_sends(pulls: CommandLine, indiamart: Platform) -> None:
    for number in range(3):
        indiamart.file(row_of("indiamart", number, 0), time.time() - DAY - number)

    done = pulls.run("pull", "mart", "--since", "2d")

    assert done.exit_code == Exit.DONE, done.output
    assert "3 leads kept, 0 known already." in done.stdout
    leads = pulls.store().find(Search(source="mart"), limit=10).leads
    assert [lead.state for lead in leads] == [State.QUEUED] * 3


def test_what_was_fetched_is_known_when_more_is_fetched(pulls: CommandLine, indiamart: Platform) -> None:
    indiamart.file(row_of("indiamart", 1, 0), time.time() - 60)
    pulls.run("pull", "mart")
    # As if five minutes had gone by, for both of them.
    pulls.store().write(lambda transaction: transaction.run("UPDATE pulls SET asked_at = 0, next_at = 0"))
    indiamart.asked.clear()

    done = pulls.run("pull", "mart", "--since", "1h", "--json")

    found = json.loads(done.stdout)
    assert (found["fresh"], found["known"]) == (0, 1)


def test_a_long_span_is_fetched_in_windows(migrated: CommandLine) -> None:
    with running(Housing(now=time.time)) as platform:
        command_line = configured(
            migrated,
            f'[sources.homes]\nkind = "housing"\nprofile_id = "{PROFILE}"\nencryption_key = "env:PULL_KEY"\n'
            f'pull_url = "{platform.url}"',
        )
        for days in (0.5, 1.5, 2.5):
            at = time.time() - days * DAY
            platform.file(row_of("housing", round(days * 10), at), at)

        done = command_line.run("pull", "homes", "--since", "3d")

    assert done.exit_code == Exit.DONE, done.output
    assert done.stdout.count("→") == 2
    assert "3 leads kept" in done.stdout


def test_a_refused_key_says_what_to_do_and_shows_no_key(pulls: CommandLine) -> None:
    pulls.environ["PULL_KEY"] = "wrong-key-0123456789"

    done = pulls.run("pull", "mart")

    assert done.exit_code == Exit.PROBLEM
    assert "pull.key" in done.stderr
    assert "Make a new one there" in done.stderr
    assert "wrong-key" not in done.output


@pytest.mark.parametrize("fault", ["closed", "500"])
def test_a_platform_that_is_away_is_out_of_reach(pulls: CommandLine, indiamart: Platform, fault: str) -> None:
    indiamart.faults = [fault]

    assert pulls.run("pull", "mart").exit_code == Exit.UNREACHABLE


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("unpulled",), "it has no pull_key"),
        (("website",), "cannot be pulled"),
        (("nobody",), "choose one of mart"),
    ],
)
def test_what_cannot_be_pulled_is_told_with_the_next_step(
    pulls: CommandLine, words: tuple[str, ...], expected: str
) -> None:
    done = pulls.run("pull", *words)

    assert done.exit_code == Exit.PROBLEM
    assert expected in " ".join(done.stderr.split())


@pytest.mark.parametrize("since", ["40d", "yesterday", "2020-01-01", "2999-01-01"])
def test_a_span_that_would_call_people_twice_is_refused(pulls: CommandLine, since: str) -> None:
    assert pulls.run("pull", "mart", "--since", since).exit_code == Exit.USAGE


def test_a_day_may_be_named(pulls: CommandLine, indiamart: Platform) -> None:
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 2 * DAY))
    indiamart.file(row_of("indiamart", 1, 0), time.time() - 1.5 * DAY)

    assert "1 lead kept" in pulls.run("pull", "mart", "--since", day).stdout
