"""A lead's story in order: what happened, how long after what came before, and where the time went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from gateway.web.console.delays import Cause, Stretch, first_sentence
from gateway.web.console.writing import zone

_WAITED = {
    Cause.TURN: "waited for its turn",
    Cause.RETRY: "waited for the next attempt",
    Cause.HELD: "held",
    Cause.PAUSED: "waited",
    Cause.PERSON: "waited for a person",
    Cause.PLATFORM: "waited for its platform",
    Cause.ANSWER: "waited for the dialer's answer",
}
SHORTEST = 0.001  # seconds; what is closer together happened at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """What can be opened: pairs of names and values, a text, changes, or a command to copy."""

    summary: str
    pairs: Sequence[tuple[str, str]] = ()
    text: str = ""
    changes: Sequence[tuple[str, str, str, str]] = ()  # field, before, after, why
    note: str = ""
    copy: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Another lead, as it can be opened."""

    lead_id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """One thing that happened."""

    at: float
    title: str
    tone: str = ""  # good, warn, bad, calm
    lines: Sequence[str] = ()
    details: Sequence[Detail] = ()
    links: Sequence[Link] = ()
    until: float | None = None  # when it was over, where it took time
    kind: str = ""  # for tests and styles: received, made, attempt, deed …
    order: int = 0  # of moments at the same time
    gap: float | None = None  # seconds since what came before
    waited: str = ""  # what they were spent on, where it was more than nothing
    longest: bool = False  # most of the lead's time went here
    form: str = "full"  # how its time is written: clock, where it is the same day as the moment before
    slow: bool = field(default=False)  # its own duration is the longest stretch

    @property
    def took(self) -> float | None:
        return None if self.until is None else max(0.0, self.until - self.at)


def in_order(moments: Sequence[Moment], spent: Sequence[Stretch], worst: Stretch | None) -> list[Moment]:
    """Oldest first, each with its distance from the one before; the longest stretch is marked."""
    ordered = sorted(moments, key=lambda each: (each.at, each.order))
    told: list[Moment] = []
    before: float | None = None
    for each in ordered:
        form = "clock" if told and _day(told[-1].at) == _day(each.at) else "full"
        told.append(replace(_placed(each, before, spent, worst), form=form))
        end = each.until if each.until is not None else each.at
        before = end if before is None else max(before, end)
    return told


def _placed(moment: Moment, before: float | None, spent: Sequence[Stretch], worst: Stretch | None) -> Moment:
    changes: dict[str, Any] = {}
    if before is not None:
        changes["gap"] = max(0.0, moment.at - before)
        if changes["gap"] > SHORTEST:
            stretch = _around(spent, before, moment.at)
            changes["waited"] = _words(stretch) if stretch is not None else ""
            changes["longest"] = worst is not None and stretch is worst and worst.cause is not Cause.ANSWER
    if worst is not None and worst.cause is Cause.ANSWER and worst.since == moment.at and moment.until:
        changes["slow"] = True
    return replace(moment, **changes)


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, zone()).date()


def _around(spent: Sequence[Stretch], since: float, until: float) -> Stretch | None:
    """The stretch that this gap is the most of: what did not matter to the lead may stand in between."""
    middle = (since + until) / 2
    return next((each for each in spent if each.since <= middle <= each.until), None)


def _words(stretch: Stretch) -> str:
    told = _WAITED[stretch.cause]
    return (
        f"{told}: {first_sentence(stretch.message)}"
        if stretch.message and stretch.cause is not Cause.TURN
        else told
    )
