"""`[sources.NAME.call_on_arrival]` is read, with its defaults, and what does not fit is told by its key."""

from __future__ import annotations

import pytest

from gateway.config import CallOnArrival, ConfigError
from gateway.config.load import parse_config

FILE = """
[dialers.main]
url = "http://127.0.0.1:8100/"
[sources.website]
kind = "form"
list_id = "25062018"
"""


def read(table: str) -> CallOnArrival | None:
    return parse_config(FILE + table, {}).sources["website"].call_on_arrival


def test_without_the_table_nobody_is_called() -> None:
    assert read("") is None


def test_an_agent_is_enough() -> None:
    table = '[sources.website.call_on_arrival]\nagent_user = "agent1"\n'

    assert read(table) == CallOnArrival(agent_user="agent1", mode="preview", within=600.0)
    assert read(table + 'mode = "dial"\nwithin = "2m"\n') == CallOnArrival(
        agent_user="agent1", mode="dial", within=120.0
    )


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", "agent_user is missing"),
        ('agent_user = "a b"\n', "agent_user must be"),
        ('agent_user = "a"\nmode = "ring"\n', "mode must be one of preview, dial"),
        ('agent_user = "a"\nwithin = "2d"\n', "within must be between"),
        ('agent_user = "a"\nagents = "b"\n', "agents is not a key"),
    ],
)
def test_what_does_not_fit_is_told(table: str, told: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read("[sources.website.call_on_arrival]\n" + table)

    assert any(
        f"{each.key} {each.message}".startswith(f"sources.website.call_on_arrival.{told}")
        for each in raised.value.problems
    )
