"""A command line with a database of its own, and nothing else of this machine's environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from gateway.cli import group
from gateway.clock import SystemClock
from gateway.store import Store
from tests.config.files import ENVIRON, GOOD
from tests.running import Serving

SECRET_KEY = "kV9-3hT7_qLz2RrXw8PbN5mYcE4sGfAjUoI1dHtQ"
PARTNER = """
[sources.partner]
kind = "partner"
dialer = "main"
list_id = "25062018"
"""


class CommandLine:
    """Runs commands in this process, with settings of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "gateway.toml"
        self.config.write_text(GOOD + PARTNER)
        self.environ = {
            **ENVIRON,
            "GATEWAY_CONFIG": str(self.config),
            "GATEWAY_DATABASE_URL": f"sqlite:///{folder}/gateway.db",
            "GATEWAY_STATE_DIR": str(folder / "state"),
            "GATEWAY_SECRET_KEY": SECRET_KEY,
        }

    def run(self, *words: str, answer: str | None = None) -> Result:
        others = {name: None for name in os.environ if name.startswith("GATEWAY_")}
        return CliRunner().invoke(group, list(words), env={**others, **self.environ}, input=answer)

    def store(self) -> Store:
        return Store.open(self.environ["GATEWAY_DATABASE_URL"], clock=SystemClock())


@pytest.fixture
def command_line(tmp_path: Path) -> CommandLine:
    """Its database does not exist yet."""
    return CommandLine(tmp_path)


@pytest.fixture
def migrated(command_line: CommandLine) -> CommandLine:
    """Its database has its tables."""
    done = command_line.run("migrate")
    assert done.exit_code == 0, done.output
    return command_line


@pytest.fixture
def here() -> Iterator[Serving]:
    """Somebody who listens where the dialer should."""
    serving = Serving(Flask("nobody"))
    serving.start()
    yield serving
    serving.stop()
