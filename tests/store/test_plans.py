"""What is done many times a day is found through an index, however many leads are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from gateway.leads.lead import State
from gateway.store import Store, job_work
from gateway.store.alert_facts import Since
from gateway.store.choosing import Chosen
from gateway.store.fetches import PutOff
from gateway.store.jobs import Action, Job
from gateway.store.reading import Search
from gateway.store.records import Hold
from gateway.store.remaking import Entry, Remake
from tests.store.making import NOW, OWNER, keep, make_accept, mark, record, result

HOLD = Hold(dialer="main", scope="list:1", code="x", message="x", since=NOW, probe_at=NOW)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Everything that connections opened meanwhile execute, with its values."""
    seen: list[str] = []

    def listen(driver: Any, _record: object) -> None:
        driver.set_trace_callback(seen.append)

    event.listen(Engine, "connect", listen)
    try:
        yield seen
    finally:
        event.remove(Engine, "connect", listen)


def lifecycle(store: Store) -> None:
    store.transact([make_accept()])
    lead = keep(store, owner=OWNER)
    store.transact([mark(lead)])
    store.transact([record(result(lead))])


def holding(store: Store) -> None:
    store.hold(HOLD)
    keep(store, state=State.HELD, hold_scope="list:1")
    store.take_probe("main", "list:1", owner=OWNER, now=NOW)
    store.release_hold("main", "list:1", now=NOW)


def watching(store: Store) -> None:
    store.watching.next_lead_at(NOW)
    store.watching.count(NOW, NOW + 60)
    store.shapes.deliveries(NOW, NOW + 60, sources=["website"], at_most=5)


def reaping(store: Store) -> None:
    keep(store, owner=OWNER)
    store.reap(now=NOW, alive=lambda _: False)


def remaking(store: Store) -> None:
    lead = keep(store, state=State.QUARANTINED, phone="")
    entry = Entry(id="E", action="remake", outcome="remade", started_at=NOW, finished_at=NOW)
    store.quarantine.siblings(lead.id)
    store.quarantine.remake([Remake(lead=replace(lead, state=State.QUEUED), entry=entry)], now=NOW)


def fetching(store: Store) -> None:
    keep(store, state=State.QUARANTINED, phone="", hold_scope="fetch:ads", reason_code="fetch.waiting")
    store.quarantine.anything_due("ads", ["main"], now=NOW)
    store.quarantine.waiting("ads", ["main"])
    (claimed,) = store.quarantine.claim("ads", ["main"], now=NOW, lease=NOW + 9, limit=5)
    entry = Entry(id="E", action="fetch", outcome="failed", started_at=NOW, finished_at=NOW)
    store.quarantine.put_off(PutOff(lead=claimed, at=NOW, entry=entry))
    store.quarantine.hold(replace(HOLD, scope="fetch:ads"))
    store.quarantine.take_probe("ads", "main", now=NOW + 9, lease=NOW + 99)
    store.quarantine.release("ads", "main", now=NOW)


def figures(store: Store) -> None:
    store.console.figures.counts(now=NOW, since=NOW - 3600)
    store.console.figures.pace(now=NOW)
    store.console.figures.attempts("main", since=NOW - 3600)


def suppressing(store: Store) -> None:
    keep(store, phone="9811111111")
    store.console.suppressions.add("9811111111", reason="asked", actor="omar", now=NOW)
    store.console.suppressions.stopped(["9811111111"])


def working(store: Store) -> None:
    """One portion of each job; its position is behind most leads."""
    keep(store, state=State.HELD)
    for number, action in enumerate((Action.RETRY, Action.RELEASE, Action.DISCARD)):
        job = Job(
            id=f"J{number}",
            action=action,
            actor="omar",
            reason="",
            wanted=Chosen().as_json(),
            upto="Z",
            created_at=NOW,
            total=1,
        )
        store.console.jobs.create(job)
        taken = store.console.jobs.take(job.id, now=NOW)
        assert taken is not None
        (found,) = store.console.jobs.walk(taken, (State.HELD, State.REJECTED, State.DEAD), limit=5)
        work = job_work.retry(taken, [found.id], NOW)
        store.console.jobs.advance(taken, work, position="", looked_at=1, now=NOW)
        undo = replace(job, id=f"U{number}", action=Action.UNDO)
        store.write(job_work.undo(undo, job, [found.id], NOW))
        store.console.jobs.became(job.id)


DEEDS: dict[str, Callable[[Store], object]] = {
    "claim": lambda store: store.claim_due("main", owner=OWNER, limit=5, now=NOW),
    "backlog": lambda store: store.backlog("main"),
    "look-ups": lambda store: store.unconfirmed_due("main", now=NOW, limit=5),
    "search by phone": lambda store: store.find(Search(phone="9800000000")),
    "lifecycle": lifecycle,
    "holding": holding,
    "watching": watching,
    "reaping": reaping,
    "remaking": remaking,
    "fetching": fetching,
    "figures": figures,
    "suppressing": suppressing,
    "working": working,
}


def plans_of(store: Store, deed: Callable[[Store], object], words: str = " leads") -> list[str]:
    """The plans of what `deed` asks, of those statements that have `words` in them."""
    store.close()  # it opens its connections again, under our eyes
    with statements() as seen:
        deed(store)
    store.close()
    return [
        step.detail
        for statement in seen
        if words in " ".join(statement.split()) and not statement.startswith("PRAGMA")
        for step in store.read(
            lambda connection, statement=statement: connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}"
            ).fetchall()
        )
    ]


def alerting(store: Store) -> None:
    store.console.alert_facts.look(
        Since(aside=NOW, dead=NOW, changed=NOW, given_up=NOW, keys_until=NOW), now=NOW
    )


def test_what_waits_is_counted_for_the_alerts_from_the_indexes_alone(sqlite_store: Store) -> None:
    plans = [
        plan
        for state in ("queued", "held", "unconfirmed")
        for plan in plans_of(sqlite_store, alerting, f"state = '{state}' GROUP BY leads.dialer")
    ]

    assert len(plans) >= 3
    assert all("USING COVERING INDEX" in plan for plan in plans)


@pytest.mark.parametrize("deed", DEEDS)
def test_no_whole_table_is_read(sqlite_store: Store, deed: str) -> None:
    plans = plans_of(sqlite_store, DEEDS[deed])

    assert plans
    for table in ("leads", "due", "other", "attempts", "identities", "enquiries"):
        assert not [plan for plan in plans if plan == f"SCAN {table}"]
        assert not [plan for plan in plans if plan.startswith(f"SCAN {table} USING INDEX sqlite_autoindex")]
