"""docs/reason-codes.md lists every code this package can produce, in its own section, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gateway.leads
from gateway.leads import reasons

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reason-codes.md").read_text(encoding="utf-8")


def listed(section: str) -> set[str]:
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([a-z_.]+)` \|", text, re.MULTILINE))


@pytest.mark.parametrize(
    ("section", "codes"),
    [("Problems of an enquiry", reasons.PROBLEMS), ("Warnings on a lead", reasons.NOTES)],
)
def test_the_page_lists_exactly_the_codes_there_are(section, codes):
    missing = set(codes) - listed(section)
    assert not missing, f"docs/reason-codes.md, section {section}: add {sorted(missing)}"


def test_every_code_the_package_writes_has_its_sentence():
    code = re.compile(r'"((?:phone|text|type|url|field|attribution|prospects_id)\.[a-z_]+)"')
    folder = Path(gateway.leads.__file__).parent
    written = {
        found for file in folder.glob("*.py") for found in code.findall(file.read_text(encoding="utf-8"))
    }
    assert written == set(reasons.PROBLEMS) | set(reasons.NOTES)


@pytest.mark.parametrize("sentence", [*reasons.PROBLEMS.values(), *reasons.NOTES.values()])
def test_every_sentence_is_one_for_people(sentence):
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) < 140
