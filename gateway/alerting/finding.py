"""One trouble that a rule has found, and how its numbers are said."""

from __future__ import annotations

from dataclasses import dataclass

_STEPS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"))
_ONES = {86400.0: "day", 3600.0: "hour", 60.0: "minute"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Rule and subject are what it is known by from one look to the next."""

    rule: str
    subject: str  # a dialer, a source, dialer/list, source/key; empty: the gateway itself
    severity: str
    summary: str  # sentences for people; holds nothing that a sender, a dialer or a visitor wrote
    next_step: str
    leads: int | None = None  # how many it keeps from being called
    since: float | None = None  # when it began, where that is known better than by looking


def counted(number: int, one: str = "lead") -> str:
    """ "no lead", "1 lead", "1,200 leads"."""
    return f"{number:,} {one if number == 1 else one + 's'}" if number else f"no {one}"


def waits(number: int) -> str:
    """The sentence about the leads behind a trouble."""
    text = f"{counted(number)} {'wait' if number > 1 else 'waits'} for it."
    return text[:1].upper() + text[1:]


def span(seconds: float) -> str:
    """Roughly how long: "40 s", "23 min", "2 h 5 min", "3 d"."""
    for place, (size, unit) in enumerate(_STEPS):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            below = _STEPS[place + 1] if place + 1 < len(_STEPS) else None
            second = f" {rest // below[0]:.0f} {below[1]}" if below and rest >= below[0] else ""
            return f"{whole:.0f} {unit}{second}"
    return f"{max(0.0, seconds):.0f} s"


def lately(seconds: float) -> str:
    """How far back is looked: "the last day", "the last 2 h"."""
    return f"the last {_ONES.get(seconds) or span(seconds)}"
