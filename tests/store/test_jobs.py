"""What a job does to many leads, once each, whatever happens to the process that does it."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gateway.config import DialerConfig, GatewayConfig, SourceConfig
from gateway.leads.lead import State
from gateway.operating import many
from gateway.operating.many import Skipped
from gateway.operating.worker import JobWorker
from gateway.store import Store, job_work
from gateway.store.choosing import Chosen
from gateway.store.jobs import LEASE, Action, Job, Standing
from gateway.store.records import Hold, NewLead
from gateway.store.suppression_lists import Line
from tests.fakes import FakeClock
from tests.store.making import NOW, OWNER, keep, mark, same_person, send, state_of

LIST = "list:25062018"
EVERYTHING = Chosen()
CONFIG = GatewayConfig(
    dialers={"main": DialerConfig(name="main", url="http://dialer.example/")},
    sources={"website": SourceConfig(name="website", kind="form", dialer="main", list_id="25062018")},
)


@dataclass
class Office:
    """The running parts that an order and its worker need."""

    store: Store
    clock: FakeClock
    config: GatewayConfig = CONFIG

    def order(self, action: Action, chosen: Chosen = EVERYTHING, **more: Any) -> Job:
        known = {
            "upto": self.store.console.jobs.newest_lead(),
            "actor": "omar",
            "reason": "the list is there",
        }
        return many.order(self, action, chosen, **(known | more))

    def do(self, action: Action, chosen: Chosen = EVERYTHING, **more: Any) -> Job:
        """Order it and have it done; the job as it ended."""
        return self.done(self.order(action, chosen, **more))

    def undo(self, job: Job) -> Job:
        undo = many.order_undo(self, job, actor="ada", reason="the wrong leads")
        assert undo is not None
        return self.done(undo)

    def done(self, job: Job) -> Job:
        self.clock.turn(0.01)
        while JobWorker(self).work():
            continue
        return self.now(job)

    def now(self, job: Job) -> Job:
        found = self.store.console.jobs.find(job.id)
        assert found is not None
        return found


@pytest.fixture
def office(store: Store, clock: FakeClock) -> Office:
    return Office(store=store, clock=clock)


def held(store: Store, **more: Any) -> NewLead:
    return keep(store, state=State.HELD, hold_scope=LIST, reason_code="list.not_found", **more)


def hold(store: Store) -> None:
    store.hold(
        Hold(dialer="main", scope=LIST, code="list.not_found", message="x", since=NOW, probe_at=NOW + 600)
    )


def test_a_preview_says_how_many_and_why_not_the_others(office: Office) -> None:
    store = office.store
    for _ in range(3):
        held(store)
    keep(store, state=State.QUARANTINED, phone="")
    keep(store, state=State.REJECTED, phone="9811111111")
    keep(store, state=State.TEST)
    store.suppress("9811111111", now=NOW)

    seen = many.preview(office, Action.RETRY, EVERYTHING)

    assert (seen.total, seen.applies) == (6, 3)
    assert set(seen.skipped) == {
        Skipped(leads=1, why="without a phone number: “Release” reads them again"),
        Skipped(leads=1, why="on the do-not-call list"),
        Skipped(leads=1, why="tests, which are never sent"),
    }
    (pace,) = seen.paces
    assert (pace.dialer, pace.leads, pace.per_second, pace.together) == ("main", 3, 10, 20)


def test_a_dialer_without_a_cap_takes_them_as_fast_as_it_can(store: Store, clock: FakeClock) -> None:
    uncapped = DialerConfig(name="main", url="http://dialer.example/", max_per_second=0)
    held(store)

    (pace,) = many.preview(
        Office(store=store, clock=clock, config=replace(CONFIG, dialers={"main": uncapped})),
        Action.RELEASE,
        EVERYTHING,
    ).paces

    assert (pace.per_second, pace.seconds) == (0, None)


def test_leads_held_behind_a_mended_list_are_let_go(office: Office) -> None:
    hold(office.store)
    leads = [held(office.store) for _ in range(3)]

    job = office.do(Action.RELEASE)

    assert (job.standing, job.total, job.looked_at, job.changed) == (Standing.DONE, 3, 3, 3)
    assert {state_of(office.store, lead) for lead in leads} == {State.QUEUED}
    # A hold that went on would keep them in the queue, and no held lead would be left to try.
    assert office.store.holds("main") == []
    assert len(office.store.claim_due("main", owner=OWNER, limit=9, now=office.clock.now())) == 3


def test_a_hold_ends_with_the_job_and_not_before(office: Office) -> None:
    hold(office.store)
    first, second = held(office.store), held(office.store)
    jobs, now = office.store.console.jobs, office.clock.now()
    job = jobs.take(office.order(Action.RELEASE).id, now=now)
    assert job is not None

    job = jobs.advance(
        job, job_work.release(job, [first.id], [], now), position=first.id, looked_at=1, now=now
    )
    assert job is not None
    office.store.reap(now=now, alive=lambda _: True)

    # Behind nothing, the second would have been let go past the job, which would not have counted it.
    assert state_of(office.store, second) is State.HELD
    jobs.finish(job, now=now)
    assert office.store.holds("main") == []


def test_every_lead_tells_of_the_job_that_changed_it(office: Office) -> None:
    lead = held(office.store)

    job = office.do(Action.RELEASE)

    (deed,) = [entry.deed for entry in office.store.console.audit.of("lead", lead.id)]
    assert (deed.action, deed.actor, deed.reason, deed.detail) == (
        "lead.released",
        "omar",
        "the list is there",
        {"job": job.id},
    )
    told = [entry.deed for entry in office.store.console.audit.of("job", job.id)]
    assert [each.action for each in told] == ["job.started", "job.finished"]
    assert (told[1].detail["looked_at"], told[1].detail["changed"]) == (1, 1)


def test_leads_that_came_after_the_order_are_not_touched(office: Office) -> None:
    before = held(office.store)
    job = office.order(Action.DISCARD)
    after = held(office.store)

    office.done(job)

    assert (state_of(office.store, before), state_of(office.store, after)) == (State.REJECTED, State.HELD)


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        (Chosen(states=(State.HELD,)), 2),
        (Chosen(states=(State.HELD, State.DEAD)), 3),
        (Chosen(source="website"), 3),
        (Chosen(dialer="second"), 1),
        (Chosen(reason="list.not_found"), 2),
        (Chosen(since=NOW + 10), 1),
        (Chosen(until=NOW + 10), 3),
    ],
)
def test_all_that_match_are_discarded_and_no_others(office: Office, chosen: Chosen, number: int) -> None:
    held(office.store)
    held(office.store, dialer="second")
    keep(office.store, state=State.DEAD)
    keep(office.store, state=State.QUEUED, source="partner", received_at=NOW + 60)

    seen = many.preview(office, Action.DISCARD, chosen)
    job = office.do(Action.DISCARD, chosen)

    assert (seen.applies, job.total, job.changed) == (number, number, number)


def test_chosen_leads_are_discarded_and_no_others(office: Office) -> None:
    leads = [held(office.store) for _ in range(4)]

    job = office.do(Action.DISCARD, Chosen(ids=(leads[0].id, leads[2].id)))

    assert job.changed == 2
    assert [state_of(office.store, lead) for lead in leads] == [
        State.REJECTED,
        State.HELD,
        State.REJECTED,
        State.HELD,
    ]


def test_a_job_of_many_portions_looks_at_every_lead_once(office: Office) -> None:
    leads = [held(office.store) for _ in range(10)]
    job = office.order(Action.RETRY)

    assert JobWorker(office, together=3).work()
    job = office.now(job)

    assert (job.looked_at, job.changed) == (10, 10)
    assert [len(office.store.console.audit.of("lead", lead.id)) for lead in leads] == [1] * 10


def test_a_job_goes_on_where_a_killed_process_left_it(office: Office) -> None:
    for _ in range(3):
        held(office.store)
    jobs = office.store.console.jobs
    job = office.order(Action.RETRY)
    taken = jobs.take(job.id, now=office.clock.now())
    assert taken is not None
    jobs.advance(taken, lambda _: 0, position=job.upto, looked_at=3, now=office.clock.now())

    assert not JobWorker(office).work()  # the dead process may still be alive
    office.clock.turn(LEASE + 1)
    ended = office.done(job)

    assert (ended.standing, ended.looked_at, ended.changed) == (Standing.DONE, 3, 0)


def test_a_killed_process_has_done_nothing_twice_and_nothing_by_halves(office: Office, url: str) -> None:
    leads = [held(office.store) for _ in range(60)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.working", url], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        job = office.order(Action.DISCARD)
        end = time.monotonic() + 20
        while not office.now(job).changed:
            assert time.monotonic() < end, "it never began"
            time.sleep(0.005)
        process.kill()

    left = office.now(job)
    states = [state_of(office.store, lead) for lead in leads]
    assert 0 < left.changed < 60
    assert states == [State.REJECTED] * left.changed + [State.HELD] * (60 - left.changed)

    # The clock of the killed process was the machine's; for this one its lease is over.
    office.clock.turn(time.time() + 2 * LEASE - office.clock.now())
    ended = office.done(job)
    assert (ended.standing, ended.looked_at, ended.changed) == (Standing.DONE, 60, 60)
    assert [len(office.store.console.audit.of("lead", lead.id)) for lead in leads] == [1] * 60


def test_a_process_that_lost_its_lease_changes_nothing(office: Office) -> None:
    lead = held(office.store)
    jobs = office.store.console.jobs
    job = office.order(Action.DISCARD)
    late = jobs.take(job.id, now=office.clock.now())
    assert late is not None
    office.clock.turn(LEASE + 1)
    assert jobs.take(job.id, now=office.clock.now()) is not None

    work = job_work.discard(late, [lead.id], office.clock.now())
    lost = jobs.advance(late, work, position=lead.id, looked_at=1, now=office.clock.now())

    assert lost is None
    assert state_of(office.store, lead) is State.HELD


def test_a_job_that_breaks_ends_and_says_so(office: Office) -> None:
    held(office.store)
    job = office.order(Action.RETRY)
    broken = "UPDATE jobs SET wanted = 'no JSON' WHERE id = ?"
    office.store.write(lambda transaction: transaction.run(broken, (job.id,)))

    ended = office.done(job)

    assert ended.standing is Standing.DONE
    assert ended.problem is not None
    assert "stopped" in ended.problem


def test_a_cancelled_job_stops_at_its_next_portion(office: Office) -> None:
    lead = held(office.store)
    job = office.order(Action.DISCARD)
    assert office.store.console.jobs.cancel(job.id, actor="ada", now=office.clock.now())

    ended = office.done(job)

    assert (ended.standing, ended.changed) == (Standing.CANCELLED, 0)
    assert state_of(office.store, lead) is State.HELD
    assert not office.store.console.jobs.cancel(job.id, actor="ada", now=office.clock.now())


# -- taking back ---------------------------------------------------------------------------------------------


def test_discarded_leads_go_back_to_where_they_were(office: Office) -> None:
    hold(office.store)
    leads = [
        held(office.store),
        keep(office.store),
        keep(office.store, state=State.DEAD, reason_code="dialer.busy"),
    ]
    discarded = office.do(Action.DISCARD)
    assert {state_of(office.store, lead) for lead in leads} == {State.REJECTED}

    undone = office.undo(discarded)

    assert (undone.total, undone.changed) == (3, 3)
    assert [state_of(office.store, lead) for lead in leads] == [State.HELD, State.QUEUED, State.DEAD]
    status = office.store.status(leads[2].id)
    assert status is not None
    assert status.reason_code == "dialer.busy"


def test_what_somebody_decided_about_since_is_not_taken_back(office: Office) -> None:
    lead, other = keep(office.store, state=State.DEAD), keep(office.store, state=State.DEAD)
    discarded = office.do(Action.DISCARD)
    office.clock.turn(1)
    office.store.retry([lead.id], now=office.clock.now())

    undone = office.undo(discarded)

    assert (undone.total, undone.changed) == (2, 1)
    assert (state_of(office.store, lead), state_of(office.store, other)) == (State.QUEUED, State.DEAD)


def test_released_leads_that_have_not_left_are_held_again(office: Office) -> None:
    hold(office.store)
    gone, waiting = held(office.store), held(office.store)
    released = office.do(Action.RELEASE)
    now = office.clock.now()
    office.store.claim_due("main", owner=OWNER, limit=9, now=now)
    send(office.store, gone)

    undone = office.undo(released)

    assert (undone.total, undone.changed) == (2, 1)
    assert (state_of(office.store, gone), state_of(office.store, waiting)) == (State.SENDING, State.HELD)
    # A line that has it in memory finds it gone; and it is not let go again behind a hold that is no more.
    assert office.store.transact([mark(waiting)])[0][waiting.id] == "lost"
    assert [each.scope for each in office.store.holds("main")] == [LIST]


def test_a_job_is_taken_back_once(office: Office) -> None:
    held(office.store)
    job = office.do(Action.DISCARD)

    office.undo(job)

    assert many.order_undo(office, job, actor="ada", reason="again") is None


# -- release, and lists of numbers ---------------------------------------------------------------------------


def test_suspected_spam_is_sent_as_it_is(office: Office) -> None:
    lead = keep(office.store, state=State.QUARANTINED, reason_code="spam.link_in_name")

    assert office.do(Action.RELEASE).changed == 1

    assert state_of(office.store, lead) is State.QUEUED


def test_what_could_not_be_read_is_read_again(office: Office) -> None:
    # The enquiry that `keep` stores holds a whole number: it can be read by now.
    lead = keep(office.store, state=State.QUARANTINED, phone="", fields={}, reason_code="phone.invalid")

    assert office.do(Action.RELEASE).changed == 1

    story = office.store.story(lead.id)
    assert story is not None
    assert (story.lead.state, story.phone) == (State.QUEUED, "9876543210")


def test_what_still_cannot_be_read_stays_and_is_not_counted(office: Office) -> None:
    lead = keep(office.store, state=State.QUARANTINED, phone="", source="gone")

    job = office.do(Action.RELEASE)

    assert (job.looked_at, job.changed) == (1, 0)
    assert state_of(office.store, lead) is State.QUARANTINED


def test_a_number_on_the_list_is_not_sent_again_by_a_job(office: Office) -> None:
    lead = keep(office.store, state=State.REJECTED, phone="9811111111")
    office.store.suppress("9811111111", now=NOW)

    assert office.do(Action.RETRY).changed == 0

    assert state_of(office.store, lead) is State.REJECTED


def test_the_same_person_may_enquire_again_after_a_discard(office: Office) -> None:
    keep(office.store, state=State.HELD, identities=(same_person(),))
    office.do(Action.DISCARD)

    assert state_of(office.store, keep(office.store, identities=(same_person(),))) is State.QUEUED


def test_an_imported_list_stops_what_waits(office: Office) -> None:
    lead = keep(office.store, phone="9811111111")
    lines = [
        Line(number=1, phone="9811111111", verdict=""),
        Line(number=2, phone="9822222222", verdict=""),
        Line(number=3, phone="9822222222", verdict=""),
    ]
    office.store.console.suppression_lists.judge("LIST", lines)

    job = office.done(many.order_list(office, "LIST", numbers=2, actor="omar", reason="the register"))

    assert (job.standing, job.looked_at, job.changed) == (Standing.DONE, 2, 2)
    assert state_of(office.store, lead) is State.SUPPRESSED
    found = office.store.console.suppressions.find("9822222222")
    assert found is not None
    assert (found.reason, found.added_by) == ("the register", "omar")
