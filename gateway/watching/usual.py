"""How long a source usually lets one wait for a lead at this hour of the week."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from gateway.store.watching import HOUR, Hour

WEEK = 168  # hours
WEEKS = 8  # looked back
WEEKS_AT_LEAST = 2  # before that nobody can say what is usual


def usual_gap(hours: Sequence[Hour], *, at: float) -> float | None:
    """The median, over the same hour of the last weeks, of the longest wait that touched that hour; None while
    less than two weeks are known. `hours` are all of one source, oldest first.

    A quiet night counts as usual at night and not in the morning; one week of trouble, or a holiday, changes little.
    """
    samples = list(_samples(hours, at))
    return statistics.median_high(samples) if len(samples) >= WEEKS_AT_LEAST else None


def _samples(hours: Sequence[Hour], at: float) -> Iterator[float]:
    numbers = [each.hour for each in hours]
    for week in range(1, WEEKS + 1):
        hour = int(at // HOUR) - week * WEEK
        if numbers and hour > numbers[0]:
            yield _longest_wait(hours, numbers, hour, until=at)


def _longest_wait(hours: Sequence[Hour], numbers: Sequence[int], hour: int, *, until: float) -> float:
    """The longest time between two leads of which at least a moment was in `hour`."""
    place = bisect_left(numbers, hour)
    before = hours[place - 1].last_at
    if place < len(hours) and numbers[place] == hour:
        this, place = hours[place], place + 1
        after = hours[place].first_at if place < len(hours) else until
        return max(this.first_at - before, this.longest_gap, after - this.last_at)
    after = hours[place].first_at if place < len(hours) else until
    return after - before
