"""What can be expected to go wrong is told on standard error, with an exit code that means something."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import CommandLine


def test_a_bad_configuration_is_told_key_by_key_and_ends_with_1(migrated: CommandLine) -> None:
    migrated.config.write_text(migrated.config.read_text().replace('dedupe = "10m"', 'dedupe = "often"'))
    done = migrated.run("keys", "create", "partner")
    assert done.exit_code == 1
    assert "sources.website.dedupe" in done.stderr
    assert "Next:" in done.stderr


def test_bad_settings_are_told_by_variable_and_end_with_1(command_line: CommandLine) -> None:
    command_line.environ["GATEWAY_PORT"] = "eighty"
    done = command_line.run("leads", "list")
    assert done.exit_code == 1
    assert "GATEWAY_PORT" in done.stderr


def test_a_database_without_tables_names_the_command_that_makes_them_and_ends_with_3(
    command_line: CommandLine,
) -> None:
    done = command_line.run("leads", "list")
    assert done.exit_code == 3
    assert "gateway migrate" in done.stderr


def test_a_database_that_cannot_be_made_ends_with_3(command_line: CommandLine) -> None:
    (command_line.folder / "file").write_text("")
    command_line.environ["GATEWAY_DATABASE_URL"] = f"sqlite:///{command_line.folder}/file/gateway.db"
    done = command_line.run("migrate")
    assert done.exit_code == 3
    assert "GATEWAY_DATABASE_URL" in done.stderr


def test_a_server_with_a_weak_secret_key_does_not_start(migrated: CommandLine) -> None:
    migrated.environ["GATEWAY_SECRET_KEY"] = "changeme"
    done = migrated.run("serve")
    assert done.exit_code == 1
    assert "GATEWAY_SECRET_KEY" in done.stderr


def test_a_busy_port_is_told_with_the_option_that_chooses_another(migrated: CommandLine) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = migrated.run("serve", "--port", str(taken.getsockname()[1]))
    assert done.exit_code == 3
    assert "--port" in done.stderr


def test_wrong_usage_ends_with_2(command_line: CommandLine) -> None:
    assert command_line.run("leads", "retry").exit_code == 2
    assert command_line.run("leeds").exit_code == 2


def test_no_failure_shows_a_traceback(command_line: CommandLine) -> None:
    for words in (["leads", "list"], ["verify"], ["holds", "list"], ["keys", "list"]):
        assert "Traceback" not in command_line.run(*words).output


def test_a_server_whose_database_has_no_tables_says_so_and_ends_with_3(command_line: CommandLine) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "serve", "--port", str(port)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), **command_line.environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "gateway migrate" in done.stderr
    assert "Traceback" not in done.stderr
