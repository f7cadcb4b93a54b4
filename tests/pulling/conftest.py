"""Each test has an empty database of its own, once in SQLite and once in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes import FakeClock
from tests.pulling.platforms import running
from tests.pulling.world import PLATFORMS, World, opened_world
from tests.store.conftest import migrated_file, migrated_postgres, sqlite_path, url

__all__ = ["migrated_file", "migrated_postgres", "sqlite_path", "url"]


@pytest.fixture
def open_world(clock: FakeClock, tmp_path: Path) -> Iterator[Callable[[str, str], World]]:
    """A platform of a kind and a gateway with this database."""
    with ExitStack() as stack:

        def open_world(kind: str, url: str) -> World:
            platform = stack.enter_context(running(PLATFORMS[kind](now=clock.now)))
            return stack.enter_context(opened_world(kind, platform, clock, url, tmp_path))

        yield open_world


@pytest.fixture
def indiamart(open_world: Callable[[str, str], World], url: str) -> World:
    return open_world("indiamart", url)


@pytest.fixture(params=sorted(PLATFORMS))
def world(
    request: pytest.FixtureRequest, open_world: Callable[[str, str], World], sqlite_path: Path
) -> World:
    """Every kind that can be pulled."""
    return open_world(request.param, f"sqlite:///{sqlite_path}")
