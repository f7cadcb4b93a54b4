"""When a lead is asked for again: a table, no waiting."""

from __future__ import annotations

import pytest

from gateway.fetching.policy import Next, after
from gateway.sources.fetch import BLAMES, REASONS

WEEK = 7 * 86400.0


@pytest.mark.parametrize(
    ("code", "tries", "age", "pause", "expected"),
    [
        ("fetch.failing", 1, 0, None, 5.0),
        ("fetch.failing", 2, 0, None, 20.0),
        ("fetch.failing", 5, 0, None, 1280.0),
        ("fetch.failing", 6, 0, None, 3600.0),
        ("fetch.failing", 999, WEEK - 1, None, 3600.0),
        ("fetch.failing", 9, 30 * WEEK, None, 3600.0),
        ("fetch.failing", 10, WEEK, None, None),
        ("fetch.busy", 1, 0, 90.0, 90.0),
        ("fetch.busy", 1, 0, 1e9, 3600.0),
        ("fetch.busy", 4, 0, 90.0, 320.0),
        ("fetch.gone", 1, 0, None, 60.0),
        ("fetch.gone", 2, 0, None, 600.0),
        ("fetch.gone", 3, 0, None, None),
        ("fetch.token", 999, 30 * WEEK, None, 0.0),
    ],
)
def test_after(code: str, tries: int, age: float, pause: float | None, expected: float | None) -> None:
    assert after(code, tries=tries, age=age, pause=pause).after == expected


def test_a_lead_that_is_given_up_says_so() -> None:
    assert after("fetch.refused", tries=10, age=WEEK) == Next(code="fetch.given_up", after=None)


def test_a_try_with_a_dead_token_is_not_counted_against_its_lead() -> None:
    assert not after("fetch.token", tries=1, age=0).counts
    assert not after("fetch.version", tries=1, age=0).counts


def test_every_trouble_has_a_sentence() -> None:
    assert set(BLAMES) <= set(REASONS)
