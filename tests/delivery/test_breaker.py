"""The circuit opens when the dialer is away, and closes when it is back."""

from __future__ import annotations

from gateway.delivery.breaker import Breaker, Circuit
from tests.delivery.turning import TurnedClock


def opened() -> tuple[Breaker, TurnedClock]:
    clock = TurnedClock()
    breaker = Breaker(clock, threshold=3, first_pause=2.0, longest_pause=5.0)
    for _ in range(3):
        breaker.unavailable()
    return breaker, clock


def test_it_opens_after_failures_in_a_row() -> None:
    breaker, _ = opened()

    assert breaker.circuit is Circuit.OPEN


def test_an_answer_in_between_begins_the_count_anew() -> None:
    breaker = Breaker(TurnedClock(), threshold=3)
    breaker.unavailable(), breaker.unavailable()
    breaker.answered()
    breaker.unavailable(), breaker.unavailable()

    assert breaker.circuit is Circuit.CLOSED


def test_only_the_failure_that_opens_it_says_so() -> None:
    breaker = Breaker(TurnedClock(), threshold=2)

    assert [breaker.unavailable() for _ in range(3)] == [False, True, False]


def test_after_the_pause_one_probe_may_go() -> None:
    breaker, clock = opened()
    clock.turn(2.0)

    assert breaker.circuit is Circuit.HALF_OPEN


def test_a_failed_probe_doubles_the_pause_up_to_the_longest() -> None:
    breaker, clock = opened()
    pauses = []
    for _ in range(3):
        breaker.unavailable()
        waited = 0.0
        while breaker.circuit is Circuit.OPEN:
            clock.turn(0.5)
            waited += 0.5
        pauses.append(waited)

    assert pauses == [4.0, 5.0, 5.0]


def test_a_probe_that_is_answered_closes_it() -> None:
    breaker, clock = opened()
    clock.turn(2.0)
    breaker.answered()

    assert breaker.circuit is Circuit.CLOSED
    assert breaker.closed
