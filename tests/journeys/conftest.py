"""One gateway for all tests that do not kill it; each test uses phone numbers of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.journeys.running_gateway import RunningGateway, running_gateway
from tests.running import EmulatorHandle, running_emulator

_numbers = itertools.count(1)


@pytest.fixture
def phone() -> Callable[[], str]:
    """A number nobody else uses."""
    return lambda: str(8_100_000_000 + next(_numbers))


@pytest.fixture(scope="module")
def shared_emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


@pytest.fixture(scope="module")
def shared_gateway(
    tmp_path_factory: pytest.TempPathFactory, shared_emulator: EmulatorHandle
) -> Iterator[RunningGateway]:
    """Two seconds for the dialer, no cap on its pace, and no limit that a whole module would meet."""
    folder = tmp_path_factory.mktemp("gateway")
    options = {"timeout": 2, "wait": 8, "limits": '["1000000 per minute"]', "dialer_extra": "connect_timeout = 1"}
    with running_gateway(folder, shared_emulator.api_url, options=options) as gateway:
        yield gateway
