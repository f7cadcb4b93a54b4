"""One running emulator for the folder, as new for every test, and the words a test asks it with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.running import EmulatorHandle, running_emulator


@pytest.fixture(scope="session")
def running() -> Iterator[EmulatorHandle]:
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: EmulatorHandle) -> EmulatorHandle:
    running.reset()
    return running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session
