"""Whose turn it is to pull, how far a source is pulled, and which rows are known; on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gateway.store import Store
from gateway.store.pulls import REMEMBERED, Checkpoint
from tests.store.making import NOW, keep, same_person

FIRST, SECOND = "pull-1", "pull-2"


def take(store: Store, owner: str = FIRST, now: float = NOW, **changes: float) -> Checkpoint | None:
    return store.pulls.take("portal", owner, now=now, **{"begin": NOW - 300, "lease": 240, **changes})


def taken(store: Store, owner: str = FIRST, now: float = NOW) -> Checkpoint:
    checkpoint = take(store, owner, now)
    assert checkpoint is not None
    return checkpoint


def standing(store: Store) -> Checkpoint:
    checkpoint = store.pulls.of("portal")
    assert checkpoint is not None
    return checkpoint


def test_a_source_that_was_never_pulled_begins_where_it_is_told(store: Store) -> None:
    assert store.pulls.of("portal") is None

    assert taken(store).covered == NOW - 300
    assert taken(store, SECOND, NOW + 241).covered == NOW - 300


def test_one_turn_at_a_time(store: Store) -> None:
    taken(store)

    assert take(store, SECOND) is None
    assert take(store, SECOND, NOW + 239) is None
    assert take(store, SECOND, NOW + 241) is not None


def test_of_many_who_want_a_turn_one_gets_it(url: str, open_store: Callable[[str], Store]) -> None:
    stores = [open_store(url) for _ in range(6)]
    begin = threading.Barrier(len(stores))
    won: list[str] = []

    def want(number: int) -> None:
        begin.wait(5)
        if take(stores[number], f"pull-{number}"):
            won.append(f"pull-{number}")

    threads = [threading.Thread(target=want, args=(number,)) for number in range(len(stores))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert won == [standing(stores[0]).owner]


def test_the_pause_is_kept_whoever_asks(store: Store) -> None:
    taken(store)
    store.pulls.ask("portal", FIRST, now=NOW, next_at=NOW + 305, lease=240)
    store.pulls.rest("portal", FIRST, next_at=NOW + 600)

    assert take(store, SECOND, NOW + 599) is None
    assert take(store, SECOND, NOW + 600) is not None


def test_a_plan_may_be_cut_short_the_pace_and_a_refusal_may_not(store: Store) -> None:
    taken(store)
    store.pulls.ask("portal", FIRST, now=NOW, next_at=NOW + 305, lease=240)
    store.pulls.rest("portal", FIRST, next_at=NOW + 600)

    assert take(store, SECOND, NOW + 304, asked_before=NOW - 1) is None
    assert take(store, SECOND, NOW + 305, asked_before=NOW) is not None
    store.pulls.rest("portal", SECOND, next_at=NOW + 900, failures=1, reason="pull.too_many")
    assert take(store, FIRST, NOW + 700, asked_before=NOW + 395) is None


def test_who_lost_its_turn_changes_nothing(store: Store) -> None:
    taken(store)
    taken(store, SECOND, NOW + 300)
    before = standing(store)

    assert not store.pulls.ask("portal", FIRST, now=NOW + 301, next_at=NOW + 999, lease=240)
    assert not store.pulls.cover("portal", FIRST, start=NOW - 300, end=NOW)
    assert not store.pulls.rest("portal", FIRST, next_at=NOW + 999)
    assert standing(store) == before


def test_what_is_covered_grows_without_a_gap_and_never_shrinks(store: Store) -> None:
    taken(store)

    def covered_after(start: float, end: float) -> float:
        store.pulls.cover("portal", FIRST, start=start, end=end)
        return standing(store).covered - NOW

    assert covered_after(NOW - 200, NOW) == -300  # begins too late
    assert covered_after(NOW - 900, NOW - 100) == -100
    assert covered_after(NOW - 900, NOW - 500) == -100
    assert covered_after(NOW - 100, NOW) == 0


def test_a_rest_says_what_is_next(store: Store) -> None:
    taken(store)
    store.pulls.ask("portal", FIRST, now=NOW, next_at=NOW + 5, lease=240)

    store.pulls.rest("portal", FIRST, next_at=NOW + 60, span=1800.0, failures=3, reason="pull.status")

    assert standing(store) == Checkpoint(
        source="portal",
        covered=NOW - 300,
        span=1800.0,
        asked_at=NOW,
        next_at=NOW + 60,
        failures=3,
        reason="pull.status",
    )


def test_a_clock_that_went_wrong_stops_nobody_for_long(store: Store) -> None:
    taken(store, now=NOW + 86400)
    store.pulls.ask("portal", FIRST, now=NOW + 86400, next_at=NOW + 86400 + 305, lease=240)

    assert standing(store).due(NOW)
    assert take(store, SECOND, NOW) is not None


def test_rows_are_known_that_were_seen_or_pushed(store: Store) -> None:
    store.pulls.see("portal", ["seen", "seen", "both"], now=NOW)
    store.pulls.see("another", ["elsewhere"], now=NOW)
    keep(store, identities=(same_person("pushed", scope="key:portal"),))
    keep(store, identities=(same_person("both", scope="key:portal"),))
    keep(store, identities=(same_person("other scope", scope="key:another"),))
    asked = ["seen", "pushed", "both", "elsewhere", "other scope", "new"]

    assert store.pulls.known("portal", asked, scope="key:portal", now=NOW) == {"seen", "pushed", "both"}
    assert store.pulls.known("portal", asked, scope="key:portal", now=NOW + 601) == {"seen", "both"}


def test_rows_are_forgotten_after_thirty_days(store: Store) -> None:
    store.pulls.see("portal", ["old"], now=NOW)
    store.pulls.see("portal", ["young"], now=NOW + 60)

    store.purge_idempotency(now=NOW + REMEMBERED)

    left = store.pulls.known("portal", ["old", "young"], scope="key:portal", now=NOW + REMEMBERED)
    assert left == {"young"}
