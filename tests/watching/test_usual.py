"""What is usual is told by the same hour of the weeks before, and one odd week changes little."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from gateway.store.watching import HOUR, Hour
from gateway.watching.usual import WEEK, usual_gap

MONDAY = 2_976 * 168 * HOUR  # some hour of some week


def hours_of(times: list[float]) -> list[Hour]:
    """As the watch would have counted leads at these times."""
    found: dict[int, Hour] = {}
    for at in sorted(times):
        hour = int(at // HOUR)
        one = Hour(source="website", hour=hour, leads=1, first_at=at, last_at=at)
        found[hour] = found[hour].joined(one) if hour in found else one
    return list(found.values())


def office(weeks: int, *, every: float = 600.0, until_hour: int = 18) -> list[float]:
    """A lead every ten minutes from 9 to 18 o'clock, seven days a week, for so many weeks before MONDAY."""
    days = (MONDAY - day * 86_400 for day in range(1, weeks * 7 + 1))
    return [day + 9 * HOUR + step for day in days for step in _steps(until_hour - 9, every)]


def _steps(hours: int, every: float) -> list[float]:
    return [number * every for number in range(int(hours * HOUR / every))]


def usual(times: list[float], at: float) -> float | None:
    return usual_gap(hours_of(times), at=at)


def test_by_day_it_is_minutes_and_by_night_it_is_hours() -> None:
    leads = office(8)

    assert usual(leads, MONDAY + 12 * HOUR) == 600.0
    assert usual(leads, MONDAY + 2 * HOUR) == 15 * HOUR + 600.0
    assert usual(leads, MONDAY + 22 * HOUR) == 15 * HOUR + 600.0


def test_the_first_hour_of_the_morning_still_belongs_to_the_night() -> None:
    leads = office(8)

    assert usual(leads, MONDAY + 8 * HOUR) == 15 * HOUR + 600.0
    assert usual(leads, MONDAY + 10 * HOUR) == 600.0


def test_one_week_of_trouble_changes_nothing() -> None:
    leads = [at for at in office(8) if not MONDAY - 14 * 86_400 <= at < MONDAY - 7 * 86_400]

    assert usual(leads, MONDAY + 12 * HOUR) == 600.0


@pytest.mark.parametrize(("days", "known"), [(0, False), (7, False), (13, False), (15, True), (56, True)])
def test_it_takes_two_weeks_to_know(days: int, known: bool) -> None:
    leads = [at for at in office(8) if at >= MONDAY - days * 86_400]

    assert (usual(leads, MONDAY + 12 * HOUR) is not None) is known


def test_a_source_that_has_stopped_long_ago_is_no_error() -> None:
    leads = [at for at in office(8) if at < MONDAY - 5 * 7 * 86_400]

    gap = usual(leads, MONDAY + 12 * HOUR)

    assert gap is not None
    assert gap > 86_400


def test_a_weekend_is_a_weekend() -> None:
    weekdays = [at for at in office(8) if int((MONDAY - at) // 86_400) % 7 not in (0, 1)]
    saturday = MONDAY + 5 * 86_400 + 12 * HOUR

    assert usual(weekdays, saturday) == pytest.approx(2 * 86_400 + 15 * HOUR + 600)
    assert usual(weekdays, MONDAY + 2 * 86_400 + 12 * HOUR) == 600.0


@pytest.mark.parametrize("per_hour", [0.3, 2.0, 30.0])
def test_chance_alone_is_hardly_ever_taken_for_silence(per_hour: float) -> None:
    chance = random.Random(17)
    times, at = [], MONDAY - 8 * WEEK * HOUR
    while at < MONDAY + WEEK * HOUR:
        at += chance.expovariate(per_hour / HOUR)
        times.append(at)
    past, present = [at for at in times if at < MONDAY], [at for at in times if at >= MONDAY]
    hours = hours_of(past)

    alarms = 0
    for last, following in pairwise(present):
        gap = usual_gap(hours, at=min(following, MONDAY + WEEK * HOUR - 1))
        assert gap is not None
        alarms += following - last >= max(3 * gap, 900.0)

    assert alarms <= 1
