"""How many leads are usual by now: the median of past weeks, and nothing before two of them are known."""

from __future__ import annotations

from gateway.watching.expected import joined, usual_between

HOUR = 3600.0
WEEK = 168 * HOUR
MONDAY = 2800 * WEEK  # the beginning of some hour


def weeks(*by_week: int, hours: int = 24) -> dict[int, int]:
    """For each of the past weeks, the latest first, that many leads in each hour of the same day."""
    return {
        int((MONDAY - (back + 1) * WEEK) // HOUR) + hour: leads
        for back, leads in enumerate(by_week)
        for hour in range(hours)
    }


def usual(hours: dict[int, int], *, start: float = MONDAY, end: float, known: float = 0.0) -> float | None:
    return usual_between(hours, start=start, end=end, known_since=known)


def test_one_week_of_trouble_changes_nothing() -> None:
    known = MONDAY - 3.5 * WEEK

    assert usual(weeks(10, 0, 10), end=MONDAY + 4 * HOUR, known=known) == 40


def test_less_than_two_weeks_are_not_usual() -> None:
    assert usual(weeks(10), end=MONDAY + HOUR, known=MONDAY - 1.5 * WEEK) is None
    assert usual(weeks(10, 10), end=MONDAY + HOUR, known=MONDAY - 2 * WEEK) == 10


def test_of_an_hour_that_is_touched_its_part_counts() -> None:
    """Where midnight is at half past an hour of the world's time, as in India."""
    known = MONDAY - 2 * WEEK

    assert usual(weeks(12, 12), start=MONDAY + HOUR / 2, end=MONDAY + HOUR, known=known) == 6
    assert usual(weeks(12, 12), start=MONDAY + HOUR / 2, end=MONDAY + 2.25 * HOUR, known=known) == 21


def test_a_week_in_which_nothing_came_counts_as_nothing() -> None:
    assert usual({}, end=MONDAY + HOUR, known=MONDAY - 3 * WEEK) == 0


def test_sources_are_joined_hour_by_hour() -> None:
    assert joined([{1: 2, 2: 3}, {2: 4}]) == {1: 2, 2: 7}
