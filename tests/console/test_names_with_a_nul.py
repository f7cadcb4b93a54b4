"""A NUL in an address is a name that nothing has, on every engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.accounts import Role
from tests.console.at_the_console import AtTheConsole, add_account, console_config, signed_in
from tests.servers import PostgresServer
from tests.web.gateway_under_test import opened


@pytest.fixture(scope="module")
def on_postgresql(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AtTheConsole]:
    """An admin at a gateway whose database refuses to be asked for a NUL."""
    url = postgres_server.new_database()
    with opened(tmp_path_factory.mktemp("nul"), console_config(), database_url=url) as gateway:
        yield signed_in(gateway, add_account(gateway, "ada", Role.ADMIN))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("leads/%00", 404),
        ("leads/%00/now", 404),
        ("jobs/%00", 404),
        ("people/%00", 404),
        ("do-not-call/lists/%00", 404),
        ("jobs?after=%00", 200),
        ("audit?actor=%00&subject=%00&id=%00&after=%00", 200),
        ("leads?q=%00&text=%00&list=%00&after=%00", 200),
    ],
)
def test_a_name_that_no_database_can_hold_is_found_nowhere(
    on_postgresql: AtTheConsole, path: str, status: int
) -> None:
    assert on_postgresql.get(f"/console/{path}").status_code == status


def test_a_reason_that_no_database_can_hold_is_kept_without_it(on_postgresql: AtTheConsole) -> None:
    lead = on_postgresql.gateway.lead({"MobileNo": "9876543210"}).json["lead"]["id"]  # type: ignore[index]

    answer = on_postgresql.post(f"/console/leads/{lead}/suppress", reason="asked\0 by phone")

    assert answer.status_code == 303
    (listed,) = on_postgresql.gateway.store.console.suppressions.page().numbers
    assert listed.reason == "asked\N{REPLACEMENT CHARACTER} by phone"
