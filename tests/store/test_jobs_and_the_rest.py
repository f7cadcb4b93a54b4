"""What jobs leave behind: holds, memories that end, and a store that is away meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.clock import SystemClock
from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.operating import many
from gateway.operating.many import Parts
from gateway.operating.worker import JobWorker
from gateway.store import Store, StoreUnavailable, job_work
from gateway.store.errors import Trouble
from gateway.store.jobs import KEPT, Action, Job, Standing
from gateway.store.suppression_lists import KEPT as LIST_KEPT
from gateway.store.suppression_lists import Line
from tests.fakes import FakeClock
from tests.store.making import NOW, OWNER, state_of
from tests.store.test_jobs import LIST, Office, held, hold


@pytest.fixture
def office(store: Store, clock: FakeClock) -> Office:
    return Office(store=store, clock=clock)


def begun(office: Office) -> Job:
    """A job that has let the first of its leads go."""
    jobs, now = office.store.console.jobs, office.clock.now()
    job = jobs.take(office.order(Action.RELEASE).id, now=now)
    assert job is not None
    (first,) = jobs.walk(job, (State.HELD,), limit=1)
    work = job_work.release(job, [first.id], [], now)
    job = jobs.advance(job, work, position=first.id, looked_at=1, now=now)
    assert job is not None
    return job


def cancel(office: Office, job: Job) -> None:
    office.store.console.jobs.cancel(job.id, actor="ada", now=office.clock.now())
    office.clock.turn(60)
    assert office.done(job).standing is Standing.CANCELLED


def break_down(office: Office, job: Job) -> None:
    office.store.console.jobs.finish(job, now=office.clock.now(), problem="It met an error.")


@pytest.mark.parametrize("ends", [cancel, break_down])
def test_a_job_that_ends_early_lets_go_only_what_it_has_reached(
    office: Office, ends: Callable[[Office, Job], None]
) -> None:
    hold(office.store)
    leads = [held(office.store) for _ in range(3)]
    ends(office, begun(office))
    now = office.clock.now()
    office.store.reap(now=now, alive=lambda _: True)

    assert [state_of(office.store, lead) for lead in leads] == [State.QUEUED, State.HELD, State.HELD]
    assert [each.scope for each in office.store.holds("main")] == [LIST]
    # Nothing is stuck: one of those that are held is tried when its time has come, and takes the others along.
    assert office.store.take_probe("main", LIST, owner=OWNER, now=NOW + 900) is not None


def test_what_a_job_changed_is_forgotten_after_its_time_and_the_job_is_not(office: Office) -> None:
    held(office.store)
    job = office.do(Action.DISCARD)
    office.clock.turn(KEPT - 60)
    office.store.purge_idempotency(now=office.clock.now())
    assert office.store.console.jobs.became(job.id) == {State.REJECTED: 1}

    office.clock.turn(120)
    office.store.purge_idempotency(now=office.clock.now())

    assert office.store.console.jobs.became(job.id) == {}
    assert office.now(job).changed == 1


def test_a_list_that_is_being_imported_keeps_its_lines(office: Office) -> None:
    lists, import_id = office.store.console.suppression_lists, new_id(office.clock.now())
    lists.judge(import_id, [Line(number=1, phone="9811111111", verdict="")])
    job = many.order_list(office, import_id, numbers=1, actor="omar", reason="the register")
    office.clock.turn(LIST_KEPT + 60)
    office.store.purge_idempotency(now=office.clock.now())

    assert office.done(job).changed == 1
    office.store.purge_idempotency(now=office.clock.now())
    assert lists.counts(import_id) == {}


def test_an_order_whose_button_was_pressed_twice_is_one_job(office: Office) -> None:
    lead = held(office.store)
    first, second = office.order(Action.RETRY), office.order(Action.RETRY)
    office.done(first)
    third = office.order(Action.RETRY)

    assert (second.id, third.id) == (first.id, first.id)
    assert len(office.store.console.jobs.page()) == 1
    assert len(office.store.console.audit.of("lead", lead.id)) == 1

    office.clock.turn(60)  # now it is meant
    assert office.order(Action.RETRY).id != first.id


@dataclass
class AwayJobs:
    """Of a store that is away."""

    def due(self, **_: Any) -> None:
        raise StoreUnavailable(Trouble.ERROR, "The database cannot be reached.")


@dataclass
class AwayParts:
    """What a worker needs, of which nothing works."""

    config: Any = None
    clock: Any = None
    store: Any = None

    def __post_init__(self) -> None:
        self.clock, self.store, self.console, self.jobs = SystemClock(), self, self, AwayJobs()


def test_a_worker_says_once_that_the_store_is_away() -> None:
    parts: Parts = AwayParts()
    worker = JobWorker(parts)
    with capture_logs() as lines:
        pauses = [worker.turn() for _ in range(3)]

    assert [line["event"] for line in lines] == ["jobs.store_away"]
    assert min(pauses) > 1
