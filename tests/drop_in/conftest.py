"""A gateway and its dialer for the folder's tests; one for all that leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drop_in.world import World, opened
from tests.running import EmulatorHandle, running_emulator


@pytest.fixture(scope="session")
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
def world(tmp_path: Path, emulator: EmulatorHandle) -> Iterator[World]:
    emulator.reset()
    with opened(tmp_path, emulator) as world:
        yield world
