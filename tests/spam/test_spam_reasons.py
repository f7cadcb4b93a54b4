"""docs/reason-codes.md says what the spam checks say, in their words, and they say nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gateway.spam
from gateway.spam import reasons
from gateway.web import screening

ROOT = Path(__file__).parents[2]
SECTION = (ROOT / "docs" / "reason-codes.md").read_text().split("\n## Spam checks\n")[1].split("\n## ")[0]
SENTENCES = {**reasons.PROBLEMS, **reasons.NOTES}


def test_every_reason_is_documented_in_the_words_of_the_program() -> None:
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| (.*) \|$", SECTION, re.MULTILINE))

    assert [code for code, sentence in SENTENCES.items() if sentence not in rows.get(code, "")] == []
    assert set(rows) == set(SENTENCES)


def test_every_code_that_is_told_has_its_sentence() -> None:
    files = [*Path(gateway.spam.__file__).parent.glob("*.py"), Path(screening.__file__)]
    written = {
        code for file in files for code in re.findall(r'"((?:spam|captcha)\.[a-z_]+)"', file.read_text())
    }

    assert written == set(SENTENCES)


@pytest.mark.parametrize("sentence", SENTENCES.values())
def test_every_sentence_is_one_for_people(sentence: str) -> None:
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) < 140
