"""Portions save questions to the shared counter and never let more through than the limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis

from gateway.web.limit_rules import read_rule
from gateway.web.limits import Limits
from gateway.web.portions import Portion, largest_portion
from tests.web.redis_server import redis_server

RULES = (read_rule("1000 per day per source"),)


def passed(counters: list[Limits], requests: int) -> int:
    """How many of `requests` get through, spread over the processes that hold these counters."""
    standings = [counters[number % len(counters)].count(RULES, "website") for number in range(requests)]
    return sum(standing is not None and not standing.exceeded for standing in standings)


def test_alone_exactly_the_limit_passes() -> None:
    assert passed([Limits("memory://")], 1100) == 1000


def test_processes_together_never_exceed_it_and_hardly_waste_any(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        assert 980 <= passed([Limits(redis.url) for _ in range(4)], 1300) <= 1000


def test_a_fast_caller_costs_few_questions(tmp_path: Path) -> None:
    with redis_server(tmp_path) as redis:
        assert passed([Limits(redis.url)], 500) == 500

        server = Redis.from_url(redis.url.replace("redis+unix", "unix"))
        asked = server.info("commandstats")["cmdstat_evalsha"]["calls"]
        server.close()

    assert asked < 150


def test_threads_together_pass_exactly_the_limit() -> None:
    counters = Limits("memory://")
    with ThreadPoolExecutor(16) as threads:
        standings = list(threads.map(lambda _: counters.count(RULES, "website"), range(1100)))

    assert sum(standing is not None and not standing.exceeded for standing in standings) == 1000


@pytest.mark.parametrize(
    ("amount", "largest"), [(1, 1), (99, 1), (199, 1), (200, 2), (3000, 30), (10**8, 1000)]
)
def test_small_limits_are_counted_one_by_one(amount: int, largest: int) -> None:
    assert largest_portion(amount) == largest


def test_portions_grow_while_they_go_fast_and_shrink_when_they_do_not() -> None:
    portion = Portion(10_000, window=60)  # a portion lives for six seconds

    sizes = []
    for now in (0.0, 0.1, 0.2, 0.3, 100.0, 200.0):
        sizes.append(portion.wanted(now))
        portion.put(1, now)

    assert sizes == [1, 2, 4, 8, 4, 2]


def test_what_is_left_of_a_portion_is_given_up_in_time() -> None:
    portion = Portion(10_000, window=60)
    portion.wanted(0.0)
    portion.put(5, 0.0)

    assert [portion.spend(1.0), portion.spend(5.9), portion.spend(6.0)] == [True, True, False]


def test_only_one_asks_at_a_time() -> None:
    portion = Portion(10_000, window=60)

    assert [portion.wanted(0.0), portion.wanted(0.0)] == [1, 0]
