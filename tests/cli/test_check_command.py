"""`gateway check` says what is wrong, what to do, and ends with a code a script can use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cli.conftest import CommandLine
from tests.running import Serving


def findings(command_line: CommandLine, *words: str) -> list[dict[str, Any]]:
    found = json.loads(command_line.run("check", "--json", *words).stdout)["findings"]
    assert isinstance(found, list)
    return found


def test_everything_in_order_ends_with_0(migrated: CommandLine, here: Serving) -> None:
    use(migrated, here.url)
    done = migrated.run("check")
    assert done.exit_code == 0, done.output
    assert "Everything is in order." in done.stdout


def test_a_dialer_nobody_answers_for_is_named_and_ends_with_3(migrated: CommandLine, here: Serving) -> None:
    use(migrated, here.url)
    here.stop()
    done = migrated.run("check")
    assert done.exit_code == 3
    assert "dialers.main.url" in done.stdout


def test_a_database_without_tables_is_named(command_line: CommandLine, here: Serving) -> None:
    use(command_line, here.url)
    done = command_line.run("check")
    assert done.exit_code == 3
    assert "gateway migrate" in done.stdout


def test_every_configuration_error_is_a_finding(migrated: CommandLine) -> None:
    text = migrated.config.read_text().replace('dedupe = "10m"', 'dedupe = "often"')
    migrated.config.write_text(text.replace('region = "IN"', 'region = "X"'))
    assert {finding["key"] for finding in findings(migrated)} >= {"sources.website.dedupe", "gateway.region"}
    assert migrated.run("check").exit_code == 1


def test_a_warning_alone_ends_with_0(migrated: CommandLine, here: Serving) -> None:
    use(migrated, here.url)
    migrated.config.write_text(migrated.config.read_text().replace('method = "POST"', 'method = "GET"'))
    assert [f["key"] for f in findings(migrated) if f["weight"] == "warning"] == ["dialers.main.method"]
    assert migrated.run("check").exit_code == 0


def test_offline_connects_to_nothing(command_line: CommandLine) -> None:
    assert {finding["part"] for finding in findings(command_line, "--offline")} == {
        "settings",
        "configuration",
    }


def test_a_redis_that_is_away_is_named(migrated: CommandLine, here: Serving) -> None:
    use(migrated, here.url)
    migrated.environ["GATEWAY_RATELIMIT_URL"] = "redis://127.0.0.1:1/0"
    assert [f["part"] for f in findings(migrated) if f["weight"] == "unreachable"] == ["limiter"]


def test_it_runs_as_a_program(command_line: CommandLine) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "check", "--offline"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **command_line.environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 dialer, 3 sources" in done.stdout


def use(command_line: CommandLine, url: str) -> None:
    text = command_line.config.read_text()
    command_line.config.write_text(text.replace("https://dialer.example", url))
