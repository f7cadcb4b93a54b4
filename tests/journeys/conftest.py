"""One gateway for all tests that do not kill it; each test uses phone numbers of its own."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator

import pytest

from tests.journeys.running_gateway import RunningGateway, running_gateway
from tests.running import EmulatorHandle, running_emulator

_numbers = itertools.count(1)

PORTAL_TOKEN = "portal-token-0123456789"
SIGNED_SECRET = "signed-secret-0123456789"
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = {
    "PORTAL_TOKEN": PORTAL_TOKEN,
    "SIGNED_SECRET": SIGNED_SECRET,
    "STANDARD_SECRET": STANDARD_SECRET,
}
_DOORS = {
    "website": 'kind = "form"',
    "narrow": 'kind = "form"\nlimits = ["3 per hour per ip"]',
    "portal": 'kind = "generic"\nauth = "token"\ntoken = "env:PORTAL_TOKEN"',
    "signed": 'kind = "generic"\nauth = "hmac"\nsecret = "env:SIGNED_SECRET"',
    "standard": 'kind = "generic"\nauth = "standard-webhooks"\nsecret = "env:STANDARD_SECRET"',
    "listed": 'kind = "generic"\nauth = "ip"\nnetworks = ["192.0.2.0/24"]',
}


def every_door(trusted_proxies: int = 0) -> str:
    """Configuration with one source of each kind that strangers try."""
    tables = [f"[gateway]\ntrusted_proxies = {trusted_proxies}"]
    for name, table in _DOORS.items():
        limits = "" if "limits" in table else 'limits = ["1000000 per minute"]'
        tables.append(f'[sources.{name}]\ndialer = "main"\nlist_id = "25062018"\n{table}\n{limits}')
    return "\n".join(tables)


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
    options = {
        "timeout": 2,
        "wait": 8,
        "limits": '["1000000 per minute"]',
        "dialer_extra": "connect_timeout = 1",
    }
    with running_gateway(folder, shared_emulator.api_url, options=options) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def open_emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


@pytest.fixture(scope="session")
def open_gateway(
    tmp_path_factory: pytest.TempPathFactory, open_emulator: EmulatorHandle
) -> Iterator[RunningGateway]:
    """One gateway with every door, for all tests that only knock."""
    folder = tmp_path_factory.mktemp("open")
    with running_gateway(
        folder, open_emulator.api_url, options={"wait": 8, "more": every_door()}, environment=SECRETS
    ) as gateway:
        yield gateway


@pytest.fixture
def kept() -> Callable[[RunningGateway], int]:
    """How many enquiries are on disk."""

    def count(gateway: RunningGateway) -> int:
        with sqlite3.connect(f"file:{gateway.folder}/gateway.db?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM enquiries").fetchone()[0])

    return count
