"""docs/dialer.md names every code and every message that the client knows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.dialer.messages import REASONS
from tests.dialer.documented import CALLS, MULTI_FIRST, MULTI_OVERALL, SINGLE, clean

PAGE = (Path(__file__).parents[2] / "docs" / "dialer.md").read_text()
MESSAGES = [
    *(row[0] for row in SINGLE),
    *(row[1] for row in MULTI_OVERALL),
    *(row[0] for row in MULTI_FIRST),
    *(row[1] for row in CALLS),
]


@pytest.mark.parametrize("code", sorted(REASONS))
def test_each_code_is_explained(code: str) -> None:
    assert f"`{code}`" in PAGE


def test_the_page_names_no_code_that_is_not_there() -> None:
    named = set(re.findall(r"\| `([a-z_]+\.[a-z_]+)` \|", PAGE))
    assert named == set(REASONS)


@pytest.mark.parametrize("message", sorted({clean(message) for message in MESSAGES}))
def test_each_documented_message_is_in_the_table(message: str) -> None:
    shown = re.sub(r"^(add_lead|add_multi_lead|manual_dial) ", "", message).replace("liopk", "…")
    assert f"| {shown} |" in PAGE


@pytest.mark.parametrize("number", range(1, 21))
def test_each_inconsistency_of_the_document_has_its_decision(number: int) -> None:
    assert f"\n| {number} | " in PAGE


@pytest.mark.parametrize("code", sorted(REASONS))
def test_each_sentence_is_one_for_people(code: str) -> None:
    sentence = REASONS[code]
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) < 200
