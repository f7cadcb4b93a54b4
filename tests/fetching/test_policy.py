"""When a lead is asked for again: a table, no waiting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway import remaking
from gateway.fetching.policy import Next, after
from gateway.sources.fetch import BLAMES, REASONS

ROOT = Path(__file__).parents[2]
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


def test_every_reason_is_documented_in_the_words_of_the_program() -> None:
    page = (ROOT / "docs" / "reason-codes.md").read_text()

    assert [code for code, text in REASONS.items() if f"| `{code}` | {text} |" not in page] == []


def test_every_code_of_a_lead_left_alone_is_documented() -> None:
    page = (ROOT / "docs" / "reason-codes.md").read_text()
    codes = re.findall(r'"(remake\.[a-z_]+)"', Path(remaking.__file__).read_text())

    assert codes
    assert [code for code in codes if f"| `{code}` |" not in page] == []
