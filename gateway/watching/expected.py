"""How many leads are usual for a stretch of time, from the same stretch of past weeks."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping

from gateway.store.watching import HOUR
from gateway.watching.usual import WEEK, WEEKS, WEEKS_AT_LEAST


def usual_between(hours: Mapping[int, int], *, start: float, end: float, known_since: float) -> float | None:
    """The median over past weeks of what came between `start` and `end` of this one; None while less than two
    weeks are known. `hours` are leads by hour since the epoch; of an hour that is touched, its part counts.

    One week of trouble, or a holiday, changes little.
    """
    back = (week * WEEK * HOUR for week in range(1, WEEKS + 1))
    weeks = [_between(hours, start - each, end - each) for each in back if start - each >= known_since]
    return statistics.median(weeks) if len(weeks) >= WEEKS_AT_LEAST else None


def joined(sources: Iterable[Mapping[int, int]]) -> dict[int, int]:
    """The hours of several sources as those of one."""
    found: dict[int, int] = {}
    for hours in sources:
        for hour, leads in hours.items():
            found[hour] = found.get(hour, 0) + leads
    return found


def _between(hours: Mapping[int, int], start: float, end: float) -> float:
    first, last = int(start // HOUR), int(end // HOUR)
    return sum(
        hours.get(hour, 0) * max(0.0, min(end, (hour + 1) * HOUR) - max(start, hour * HOUR)) / HOUR
        for hour in range(first, last + 1)
    )
