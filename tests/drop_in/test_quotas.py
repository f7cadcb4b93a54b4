"""An old program that sends too much: told in the shape it reads, and nothing of what was too much is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from tests.drop_in.world import lead, opened, rows
from tests.running import EmulatorHandle


def told(answer: TestResponse) -> Any:
    """What is said of a JSON that calls itself HTML."""
    return json.loads(answer.get_data())


def test_a_lead_beyond_the_daily_cap_is_refused_in_the_dialers_shape(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    with opened(tmp_path, emulator, daily_cap=1) as world:
        first, second = world.ask(lead()), world.ask(lead())

        assert told(first)["success"] == "true"
        assert (second.status_code, told(second)["success"]) == (200, "false")
        assert told(second)["message"].endswith("ENOUGH LEADS FOR TODAY")
        assert len(world.stored()) == 1


def test_of_many_leads_those_that_fit_are_taken(tmp_path: Path, emulator: EmulatorHandle) -> None:
    with opened(tmp_path, emulator, daily_cap=1) as world:
        answer = told(world.ask(rows()))

        assert answer["lead 1"]["success"] == "true"
        assert answer["lead 2"]["message"].endswith("ENOUGH LEADS FOR TODAY")


def test_every_lead_of_one_request_counts_against_the_quota_of_a_day(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    with opened(tmp_path, emulator, limits=("3 per day per key",)) as world:
        first, second, third = world.ask(rows()), world.ask(rows()), world.ask(lead())

        assert [each.status_code for each in (first, second, third)] == [200, 429, 429]
        assert told(second)["message"].endswith("TOO MANY REQUESTS")
        assert int(second.headers["Retry-After"]) > 0
        assert len(world.stored()) == 2
