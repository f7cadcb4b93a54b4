"""The figures of the overview: right on both engines, shared by all who look, quick however much is stored."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.transaction import Transaction
from tests.console.busy_day import HOUR, put, put_weeks

NOON = datetime(2026, 11, 25, 6, 30, tzinfo=UTC).timestamp()  # in India
MIDNIGHT = NOON - 12 * HOUR


def test_leads_of_today_are_counted_by_source_and_state(store: Store) -> None:
    put(store, NOON - 60, leads=5)
    put(store, NOON - 50, state="rejected", reason="phone.invalid", leads=2)
    put(store, NOON - 40, state="duplicate", source="partner")
    put(store, NOON - 30, state="queued", source="partner", leads=3)
    put(store, NOON - 20, state="sending", source="partner")
    put(store, NOON - 10, state="test", source="partner", leads=4)
    put(store, MIDNIGHT - 1, leads=7)  # yesterday

    counts = store.console.figures.counts(now=NOON, since=MIDNIGHT)

    assert counts.today["website"] == {State.DELIVERED: 5, State.REJECTED: 2}
    assert counts.today["partner"] == {
        State.DUPLICATE: 1,
        State.QUEUED: 3,
        State.SENDING: 1,
        State.TEST: 4,
    }
    assert (counts.leads, counts.of("partner")) == (12, 5)
    assert counts.rejected == {"phone.invalid": 2}
    assert counts.last_at == pytest.approx(NOON - 10, abs=0.01)
    assert counts.last["website"] == pytest.approx(NOON - 50, abs=0.01)


def test_the_day_begins_at_midnight_where_people_live(store: Store) -> None:
    put(store, MIDNIGHT + 1)
    put(store, MIDNIGHT - 1)

    assert store.console.figures.counts(now=NOON, since=MIDNIGHT).leads == 1


def test_what_waits_is_counted_however_old_it_is(store: Store) -> None:
    put(store, MIDNIGHT - 9 * HOUR, state="queued", leads=2)
    put(store, NOON - 5, state="queued")
    put(store, MIDNIGHT - HOUR, state="held", scope="list:1", leads=3)
    put(store, NOON - 5, state="held", scope="list:2")
    put(store, NOON - 9, state="unconfirmed", dialer="other")

    counts = store.console.figures.counts(now=NOON, since=MIDNIGHT)

    (waiting,) = counts.waiting
    assert (waiting.leads, waiting.today) == (3, 1)
    assert waiting.oldest_at == pytest.approx(MIDNIGHT - 9 * HOUR, abs=0.01)
    assert counts.parked_in(State.HELD) == 4
    assert counts.parked_in(State.HELD, dialer="main", scope="list:1") == 3
    assert counts.parked_in(State.UNCONFIRMED, dialer="main") == 0


def test_ten_who_look_cost_one_count(store: Store) -> None:
    put(store, NOON - 60)
    figures = store.console.figures
    first = figures.counts(now=NOON, since=MIDNIGHT)
    put(store, NOON)

    assert figures.counts(now=NOON + 4.9, since=MIDNIGHT) is first
    assert figures.counts(now=NOON + 5.1, since=MIDNIGHT).leads == 2


def test_a_page_that_has_changed_something_counts_anew(store: Store) -> None:
    figures = store.console.figures
    figures.counts(now=NOON, since=MIDNIGHT)
    put(store, NOON - 1)
    figures.forget()

    assert figures.counts(now=NOON, since=MIDNIGHT).leads == 1


def test_hours_come_from_the_watch_and_what_it_has_not_seen_is_counted(store: Store) -> None:
    counted_until = NOON - 90
    put_weeks(store, now=NOON - 30 * 60, by_hour=12, weeks=1)  # until the hour that runs
    store.write(lambda transaction: _watched_until(transaction, counted_until))
    put(store, NOON - 60, leads=3)
    put(store, NOON - 50, state="test")

    hours = store.console.figures.pace(now=NOON).hours

    assert len(hours) == 24
    assert [each.leads for each in hours[:-1]] == [12] * 23
    assert hours[-1].leads == 3


def _watched_until(transaction: Transaction, until: float) -> None:
    transaction.run(
        "INSERT INTO watches (name, looked_until, awake_since, next_at) VALUES ('sources', ?, 0, 0)",
        (until,),
    )


def test_five_minutes_of_the_last_hour_are_counted_without_tests(store: Store) -> None:
    put(store, NOON - 10 * 60, leads=4)
    put(store, NOON - 2, state="test")

    steps = store.console.figures.pace(now=NOON).steps

    assert len(steps) == 12
    assert {each.start: each.leads for each in steps if each.leads} == {NOON - 600: 4}


def test_the_time_to_the_dialer_is_told_by_percentiles_that_happened(store: Store) -> None:
    for number in range(1, 101):
        put(store, NOON - 60 - number, took=number / 10)
    put(store, NOON - 2 * HOUR, took=500.0)
    put(store, NOON - 20, state="queued")

    times = store.console.figures.pace(now=NOON).times

    assert times is not None
    assert times.leads == 100
    assert (times.p50, times.p95, times.p99) == (pytest.approx(5), pytest.approx(9.5), pytest.approx(9.9))


def test_where_nothing_was_delivered_there_is_no_time(store: Store) -> None:
    assert store.console.figures.pace(now=NOON).times is None


def test_the_past_weeks_are_the_same_hours_and_no_others(store: Store) -> None:
    put_weeks(store, now=NOON, by_hour=5, weeks=3)

    past = store.console.figures.past(now=NOON, since=MIDNIGHT)

    hours = past.leads["website"]
    assert set(hours.values()) == {5}
    assert len(hours) < 3 * 60
    assert int(NOON // HOUR) - 168 in hours
    assert int(NOON // HOUR) - 84 not in hours


def test_attempts_are_told_by_outcome(store: Store) -> None:
    lead_id = new_id(NOON - 5)

    def work(transaction: Transaction) -> None:
        for number, outcome in enumerate(["created", "created", "busy"]):
            transaction.run(
                "INSERT INTO attempts (lead_id, attempt_id, dialer, action, started_at, finished_at, told_by,"
                " outcome, state) VALUES (?, ?, 'main', 'add_lead', ?, ?, ?, ?, 'delivered')",
                (lead_id, f"A{number}", NOON, NOON, lead_id, outcome),
            )

    store.write(work)

    assert store.console.figures.attempts("main", since=NOON - HOUR) == {"created": 2, "busy": 1}
    assert store.console.figures.attempts("main", since=NOON) == {}


def test_a_busy_day_is_counted_in_a_moment(sqlite_store: Store) -> None:
    """A tenth of the day that is promised (100,000 leads in 100 ms), and a tenth of the time, with room for CI."""
    for minute in range(20):
        put(sqlite_store, NOON - 60 * minute, leads=500)
    sqlite_store.console.figures.counts(now=NOON - 60, since=MIDNIGHT)
    began = time.perf_counter()

    counts = sqlite_store.console.figures.counts(now=NOON, since=MIDNIGHT)

    assert counts.leads == 10_000
    assert time.perf_counter() - began < 0.05


def test_what_is_settled_is_not_counted_each_time_and_what_was_missed_is_found(store: Store) -> None:
    figures = store.console.figures
    put(store, NOON - HOUR, leads=5)
    put(store, NOON - 10)
    assert figures.counts(now=NOON, since=MIDNIGHT).leads == 6
    put(store, NOON + 60, leads=2)
    put(store, NOON - HOUR, source="late", leads=3)  # an import, say: within ten minutes it is seen

    assert figures.counts(now=NOON + 61, since=MIDNIGHT).leads == 8
    assert figures.counts(now=NOON + 300, since=MIDNIGHT).leads == 8
    healed = figures.counts(now=NOON + 601, since=MIDNIGHT)
    assert (healed.leads, healed.of("late")) == (11, 3)
    assert healed.last["website"] == pytest.approx(NOON + 60, abs=0.01)
