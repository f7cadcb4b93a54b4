"""A gateway with its console, and people who have signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gateway.accounts import Role
from gateway.store import Store
from tests.console.at_the_console import AtTheConsole, add_account, console_config, signed_in
from tests.web.gateway_under_test import Gateway, opened


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database with its tables: copying it is quicker than making them for each test."""
    path = tmp_path_factory.mktemp("empty") / "gateway.db"
    Store.migrate(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture
def open_console_gateway(tmp_path: Path, empty_database: bytes) -> Iterator[Callable[..., Gateway]]:
    """Opens a gateway with `toml` behind the usual configuration; the rest is for `opened`: a dialer, settings."""
    (tmp_path / "gateway.db").write_bytes(empty_database)
    with ExitStack() as stack:

        def open_one(toml: str = "", *, config: Any = None, public_url: str = "", **options: Any) -> Gateway:
            known = {"public_url": public_url} if public_url else {}
            return stack.enter_context(opened(tmp_path, config or console_config(toml, **known), **options))

        yield open_one


@pytest.fixture(scope="module")
def shared_console(tmp_path_factory: pytest.TempPathFactory, empty_database: bytes) -> Iterator[Gateway]:
    """One gateway for all tests of a module that leave nothing behind which another could stumble over."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "gateway.db").write_bytes(empty_database)
    with opened(folder, console_config()) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def shared_viewer(shared_console: Gateway) -> AtTheConsole:
    return signed_in(shared_console, add_account(shared_console, "vera", Role.VIEWER))


@pytest.fixture
def console(open_console_gateway: Callable[..., Gateway]) -> Gateway:
    """The usual gateway: `.store`, `.dialer`, `.clock`, `.lead(fields)`, `.form(…)`, `.webhook(…)`."""
    return open_console_gateway()


@pytest.fixture
def viewer(console: Gateway) -> AtTheConsole:
    return signed_in(console, add_account(console, "vera", Role.VIEWER))


@pytest.fixture
def operator(console: Gateway) -> AtTheConsole:
    return signed_in(console, add_account(console, "omar", Role.OPERATOR))


@pytest.fixture
def admin(console: Gateway) -> AtTheConsole:
    return signed_in(console, add_account(console, "ada", Role.ADMIN))
