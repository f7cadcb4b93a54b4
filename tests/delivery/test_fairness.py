"""A burst of one source delays only its own leads: in memory, in the room there is for waiting, and on the way out."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.delivery.fair_share import may_have_more
from gateway.delivery.queue import BACKLOG_TURN, LOOK_AHEAD, LineQueue
from gateway.leads.lead import State
from gateway.store.records import QueuedLead
from tests.delivery.scripted import ScriptedDialer, running_bench

_numbers = itertools.count(1)


def lead(source: str, *, phone: str | None = None) -> QueuedLead:
    number = next(_numbers)
    return QueuedLead(
        id=f"lead-{number}",
        phone=phone or str(9_000_000_000 + number),
        list_id="25062018",
        fields={},
        attempts=0,
        received_at=0.0,
        source=source,
    )


def waiting(queue: LineQueue, source: str, leads: int, *, fresh: bool = True) -> list[QueuedLead]:
    made = [lead(source) for _ in range(leads)]
    for each in made:
        queue.put(each, fresh=fresh)
    return made


def sources(leads: Sequence[QueuedLead]) -> str:
    return "".join(each.source for each in leads)


# -- turns ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fresh", [True, False])
def test_a_lead_behind_anothers_burst_leaves_with_the_next_request(*, fresh: bool) -> None:
    queue = LineQueue()
    waiting(queue, "A", 1000, fresh=fresh)
    waiting(queue, "B", 1, fresh=fresh)

    assert sources(queue.take(2)) == "AB"


def test_each_source_gives_one_in_turn_in_the_order_of_its_own_leads() -> None:
    queue = LineQueue()
    first, second = waiting(queue, "A", 5), waiting(queue, "B", 2)
    waiting(queue, "C", 1)

    taken = [*queue.take(3), *queue.take(3), *queue.take(3)]

    assert sources(taken) == "ABCABAAA"
    assert [each for each in taken if each.source == "A"] == first
    assert [each for each in taken if each.source == "B"] == second


def test_turns_go_on_from_one_request_to_the_next() -> None:
    queue = LineQueue()
    for source in "ABC":
        waiting(queue, source, 100)

    taken = [queue.take(1)[0] for _ in range(BACKLOG_TURN * 3)]

    assert Counter(sources(taken)) == {"A": 8, "B": 8, "C": 8}


def test_whoever_sends_one_lead_after_another_waits_for_one_of_each_other_source() -> None:
    queue = LineQueue()
    waiting(queue, "A", 500)
    waiting(queue, "B", 500)
    behind = []
    for _ in range(20):
        mine = waiting(queue, "C", 1)[0]
        taken: list[QueuedLead] = []
        while mine not in taken:
            taken += queue.take(1)
        behind.append(len(taken) - 1)

    assert max(behind) <= 2


def test_a_source_that_waits_for_its_numbers_keeps_nobody_else_waiting() -> None:
    queue = LineQueue()
    for _ in range(LOOK_AHEAD + 5):
        queue.put(lead("A", phone="9800000000"), fresh=True)
    waiting(queue, "A", 1)
    waiting(queue, "B", 3)

    assert sources(queue.take(10)) == "ABBB"
    assert len(queue) == LOOK_AHEAD + 5


def test_the_next_free_number_of_a_source_goes_first() -> None:
    queue = LineQueue()
    busy = lead("A")
    repeated = lead("A", phone=busy.phone)
    queue.hold(busy)
    queue.put(repeated, fresh=True)
    free = waiting(queue, "A", 1)[0]

    assert queue.take(5) == [free]
    queue.finish(busy)
    assert queue.take(5) == [repeated]


def test_what_is_put_back_leaves_first_and_as_old_as_it_was() -> None:
    queue = LineQueue()
    old = waiting(queue, "A", 2, fresh=False)
    fresh = waiting(queue, "B", 2)
    taken = queue.take(4)
    assert taken == [*fresh, *old]

    queue.put_back(taken)

    assert (len(queue), queue.backlog_size) == (4, 2)
    assert queue.take(4) == [*fresh, *old]


def test_what_is_put_back_has_its_turn_again() -> None:
    queue = LineQueue()
    for source in "ABC":
        waiting(queue, source, 3)
    taken = queue.take(5)
    assert sources(taken) == "ABCAB"

    queue.put_back(taken[2:])

    assert queue.take(7)[:3] == taken[2:]


def test_everything_that_waits_is_given_up_and_nothing_that_is_in_flight() -> None:
    queue = LineQueue()
    flying = waiting(queue, "A", 1)
    queue.take(1)
    here = [*waiting(queue, "A", 3), *waiting(queue, "B", 2, fresh=False)]

    given_up = queue.empty()

    assert {each.id for each in given_up} == {each.id for each in here}
    assert (len(queue), queue.take(9)) == (0, [])
    assert [queue.owns(each.id) for each in (*flying, *here)] == [True] + [False] * 5


# -- room ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("has", "taken", "others", "may"),
    [
        (0, 0, 0, True),
        (99, 99, 0, True),
        (100, 100, 0, False),
        (0, 100, 1, True),
        (49, 149, 1, True),
        (50, 150, 1, False),
        (0, 150, 2, True),
        (33, 183, 2, False),
    ],
)
def test_beyond_the_room_each_has_an_equal_share(*, has: int, taken: int, others: int, may: bool) -> None:
    assert may_have_more(has=has, taken=taken, room=100, others=others) is may


def test_a_source_that_fills_the_memory_leaves_others_theirs() -> None:
    queue = LineQueue()
    while queue.has_room("A", 100):
        waiting(queue, "A", 1)
    while queue.has_room("B", 100):
        waiting(queue, "B", 1)
    while queue.has_room("C", 100):
        waiting(queue, "C", 1)

    assert Counter(each.source for each in queue.empty()) == {"A": 100, "B": 50, "C": 33}


# -- the line ------------------------------------------------------------------------------------------------


def test_a_partners_burst_does_not_delay_anothers_lead(tmp_path: Path, url: str) -> None:
    dialer = ScriptedDialer(seconds=0.02)
    with running_bench(tmp_path, dialer, url=url, max_concurrency=1, batch_max=5) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)  # the line has proven itself
        dialer.gate.clear()
        for _ in range(150):
            bench.take(source="busy")
        theirs = [bench.take(phone=f"912345678{number}", source="quiet") for number in range(3)]
        dialer.gate.set()
        for lead_id in theirs:
            bench.wait_for(lead_id, State.DELIVERED)

        position = [dialer.sent.index(f"912345678{number}") for number in range(3)]
        # One request was under way and one was marked behind it, of up to five leads each.
        assert position[-1] <= 1 + 2 * 5 + 2 * 3


def test_old_leads_of_one_source_do_not_wait_for_the_fresh_ones_of_another(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer(), max_concurrency=1, batch_max=10) as bench:
        bench.wait_for(bench.take(), State.DELIVERED)
        line = bench.delivery.lines()["main"]
        bench.dialer.gate.clear()
        for _ in range(300):
            bench.take(source="busy")

        assert line.waiting() > 200
        assert line.room_for_backlog() == 10
        bench.dialer.gate.set()
