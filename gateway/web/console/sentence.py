"""A sentence with moments and links in it, as pieces that a template writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from gateway.web.console.writing import zone
from gateway.web.context import services


@dataclass(frozen=True, slots=True)
class At:
    """A moment: the clock alone where it is today, else with its date."""

    at: float | None

    @property
    def form(self) -> str:
        today = self.at is not None and _day(self.at) == _day(services().clock.now())
        return "clock" if today else "full"


@dataclass(frozen=True, slots=True)
class To:
    """Words that lead somewhere."""

    text: str
    address: str


Piece = str | At | To
Sentence = Sequence[Piece]


def sentence(text: str, *pieces: Piece | None) -> Sentence:
    """`text` with a piece in the place of each {}; None is nothing."""
    found: list[Piece] = []
    for words, piece in zip_longest(text.split("{}"), pieces):
        found += [each for each in (words, piece) if each]
    return found


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, zone()).date()
