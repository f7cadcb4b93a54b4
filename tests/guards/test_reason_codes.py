"""Every reason code is in the documentation, with the sentence the program says."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.dialer import messages
from gateway.store import verify
from gateway.web import reasons

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reason-codes.md").read_text()


def rows() -> dict[str, list[str]]:
    """The table rows of the page, by their code."""
    found: dict[str, list[str]] = {}
    for line in PAGE.splitlines():
        if match := re.match(r"\| `([a-z0-9_.]+)` \|", line):
            found.setdefault(match[1], []).append(line)
    return found


def test_every_answer_of_the_dialer_is_documented_in_the_words_of_the_program() -> None:
    wrong = [
        code
        for code, sentence in messages.REASONS.items()
        if not any(sentence in row for row in rows().get(code, []))
    ]

    assert wrong == []


def test_every_answer_of_the_gateway_is_documented_in_the_words_of_the_program() -> None:
    wrong = [
        code
        for code, reason in reasons.REASONS.items()
        if not any(reason.sentence in row and str(reason.status) in row for row in rows().get(code, []))
    ]

    assert wrong == []


def test_every_finding_of_verify_is_documented() -> None:
    codes = set(re.findall(r'"(verify\.[a-z_]+)"', Path(verify.__file__).read_text()))

    assert codes - set(rows()) == set()
