"""How a platform is asked for the leads it keeps: what is asked and how its answer reads, without any network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.config import SourceConfig

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
# The gateway knows a platform's lead again for thirty days: what is older would be called a second time.
FARTHEST = 29 * DAY


class PullTrouble(Exception):  # noqa: N818  reads as what it is
    """The platform gave no leads; `code` is stable, `message` holds the next step and nothing of the answer."""

    def __init__(self, code: str, message: str, *, pause: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.pause = pause  # seconds the platform wants to be left alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A span of the platform's time, in seconds since the epoch, UTC."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One GET to the platform, or a POST of a form."""

    url: str
    query: tuple[tuple[str, str], ...] = field(
        default=(), repr=False
    )  # with the key: never logged, never kept
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(
        default=None, repr=False
    )  # a POST of these fields, secrets among them


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    body: bytes
    retry_after: float | None = None  # seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The leads of one answer."""

    rows: Sequence[Any]  # each as the platform wrote it; `parse` of the kind reads an array of them
    next_page: str | None = None  # how the next answer of the same window is asked for
    cut: bool = False  # the platform has more in this window than it gives: ask for a shorter one


@dataclass(frozen=True, kw_only=True, slots=True)
class Pull:
    """How the leads of one kind are pulled."""

    needs: tuple[str, ...]  # the options that switch it on
    every: float  # seconds between two pulls
    pace: float  # seconds the platform wants between two questions
    longest: float  # seconds one question may span
    shortest: float  # seconds below which a window is not cut in two
    overlap: float  # seconds in which the platform may still file a lead of the past
    ask: Callable[[SourceConfig, Window, str, float], Question]  # the page, "" for the first; now
    read: Callable[[SourceConfig, str, Answer], Page]  # which page it is; raises PullTrouble
    wrap: Callable[[Sequence[Any]], Any] = list  # rows as `parse` of the kind reads them, each one lead
    own_ids: bool = True  # False: its key is our guess, so what repeats it is kept, as a duplicate

    def is_on(self, source: SourceConfig) -> bool:
        return all(source.options.get(name) for name in self.needs)


def value_of(answer: Answer) -> Any:
    """The JSON of an answer, read generously: one odd lead must not hide the others."""
    try:
        return json.loads(answer.body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):  # ValueError: no JSON, or a number of thousands of digits
        raise unreadable() from None


def refuse_trouble(answer: Answer, *, resting: float) -> None:
    """Raise for a status by which platforms say no; `resting` are the seconds it wants after too many questions."""
    if answer.status == 429:
        raise too_many(answer.retry_after or resting)
    if answer.status in (401, 403):
        raise wrong_key()
    if answer.status >= 500:
        raise out_of_order(answer.retry_after)
    if answer.status != 200:
        raise PullTrouble(
            "pull.refused",
            f"The platform answered with status {answer.status}. Look at the source's options.",
        )


def out_of_order(pause: float | None) -> PullTrouble:
    return PullTrouble("pull.status", "The platform is out of order. It is asked again.", pause=pause)


def wrong_key() -> PullTrouble:
    return PullTrouble(
        "pull.key",
        "The platform does not take our key. Make a new one there, and put it where the option points.",
    )


def too_many(pause: float) -> PullTrouble:
    return PullTrouble(
        "pull.too_many",
        "The platform was asked too often. Make sure that no other program uses the same key.",
        pause=pause,
    )


def unreadable() -> PullTrouble:
    return PullTrouble(
        "pull.unreadable",
        "The platform's answer cannot be read. It is asked again; if it stays so, look at the key.",
    )
