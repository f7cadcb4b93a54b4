"""Carries out the jobs that people have ordered: in portions, between which fresh leads have their turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import orjson
import structlog

from gateway.leads.lead import State
from gateway.operating.many import STATES, SUSPICIOUS, Parts
from gateway.remaking import plan
from gateway.store import StoreUnavailable, job_work
from gateway.store.choosing import Candidate
from gateway.store.fetches import FETCH
from gateway.store.job_work import Work
from gateway.store.jobs import Action, Job
from gateway.store.remaking import Remake
from gateway.store.suppression_lists import NEW

log = structlog.get_logger("gateway.jobs")

TOGETHER = 200  # leads of one portion
READ_TOGETHER = 50  # those that have to be read again
TICK = 1.0  # seconds
STORE_AWAY = 5.0
LEAST_PAUSE = 0.05
REST = 2.0  # times as long as a portion has taken

_BROKEN = "It met an error and has stopped. What it had done is kept; the log says more under jobs.broken."
_GONE = "The job whose work was to be taken back is gone."


class JobWorker:
    """Runs in every process that delivers; a job is carried out by one of them at a time."""

    def __init__(self, parts: Parts, *, together: int = TOGETHER) -> None:
        self._parts = parts
        self._together = together
        self._jobs = parts.store.console.jobs
        self._stopping = threading.Event()
        self._store_away = False
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """The portion under way ends; the rest is the next process's."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def work(self, job_id: str | None = None) -> Job | None:
        """Carry out one job that nobody works at, or this one, as far as it goes; None: there was nothing to do."""
        now = self._parts.clock.now()
        job_id = job_id or self._jobs.due(now=now)
        job = None if job_id is None else self._jobs.take(job_id, now=now)
        return None if job is None else self._carry_out(job)

    def turn(self) -> float:
        """Work at what there is, whatever happens; how many seconds later to look again."""
        try:
            job = self.work()
            self._store_away = False
        except StoreUnavailable as error:
            if not self._store_away:  # said once; it goes on trying
                log.warning("jobs.store_away", reason=error.code, next_step=error.message)
            self._store_away = True
            return STORE_AWAY
        except Exception:
            log.exception("jobs.failed")
            return STORE_AWAY
        if job is None:
            return TICK
        log.info("job.worked_at", job=job.id, action=job.action, changed=job.changed, of=job.total)
        return 0.0

    def _run(self) -> None:
        while not self._stopping.wait(self.turn()):
            continue

    def _carry_out(self, job: Job) -> Job:
        """The job as it was last ours."""
        while not self._stopping.is_set():
            began = time.monotonic()
            after = self._guarded(job)
            if after is None:
                return job
            job = after
            self._stopping.wait(max(LEAST_PAUSE, REST * (time.monotonic() - began)))
        self._jobs.give_back(job)
        return job

    def _guarded(self, job: Job) -> Job | None:
        """A job that breaks ends and says so: tried for ever, it would keep all others waiting."""
        try:
            return self._portion(job)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("jobs.broken", job=job.id)
            self._jobs.finish(job, now=self._parts.clock.now(), problem=_BROKEN)
            return None

    def _portion(self, job: Job) -> Job | None:
        """The job after one portion; None when it has ended, or is another's now."""
        now = self._parts.clock.now()
        if job.action is Action.SUPPRESS:
            return self._suppressed(job, now)
        if job.action is Action.UNDO:
            return self._taken_back(job, now)
        found = _not_too_many_to_read(self._jobs.walk(job, STATES[job.action], limit=self._together), job)
        if not found:
            self._jobs.finish(job, now=now)
            return None
        return self._jobs.advance(
            job, self._work(job, found, now), position=found[-1].id, looked_at=len(found), now=now
        )

    def _work(self, job: Job, found: Sequence[Candidate], now: float) -> Work:
        ids = [each.id for each in found]
        if job.action is Action.RETRY:
            return job_work.retry(job, ids, now)
        if job.action is Action.DISCARD:
            return job_work.discard(job, ids, now)
        self._ask_platforms(found, now)
        again = [each for each in found if _is_read_again(each)]
        plain = [each.id for each in found if each not in again and not _waits_for_platform(each)]
        return job_work.release(job, plain, self._remakes(again, now), now)

    def _remakes(self, again: Sequence[Candidate], now: float) -> list[Remake]:
        store, config = self._parts.store, self._parts.config
        planned = (plan(store, config, each.id, now) for each in again)
        return [each for each in planned if isinstance(each, Remake)]

    def _ask_platforms(self, found: Sequence[Candidate], now: float) -> None:
        """A lead whose platform has not told it yet is asked for at once; nothing else can be made of it."""
        for source, dialer in sorted(
            {(each.source, each.dialer) for each in found if _waits_for_platform(each)}
        ):
            self._parts.store.quarantine.release(source, dialer, now=now)

    def _taken_back(self, job: Job, now: float) -> Job | None:
        undone = self._jobs.find(job.undoes or "")
        if undone is None:
            self._jobs.finish(job, now=now, problem=_GONE)
            return None
        ids = self._jobs.changed_by(undone.id, after=job.position, limit=self._together)
        if not ids:
            self._jobs.finish(job, now=now)
            return None
        work = job_work.undo(job, undone, ids, now)
        return self._jobs.advance(job, work, position=ids[-1], looked_at=len(ids), now=now)

    def _suppressed(self, job: Job, now: float) -> Job | None:
        import_id = orjson.loads(job.wanted)["import"]
        lines = self._parts.store.console.suppression_lists.page(
            import_id, after=int(job.position or 0), limit=self._together, verdict=NEW
        )
        if not lines:
            self._jobs.finish(job, now=now)
            return None
        work = job_work.suppress(job, [line.phone for line in lines], now)
        return self._jobs.advance(job, work, position=str(lines[-1].number), looked_at=len(lines), now=now)


def _not_too_many_to_read(found: list[Candidate], job: Job) -> list[Candidate]:
    """Reading takes longer than changing a state, and the next portion has its turn soon."""
    if job.action is not Action.RELEASE:
        return found
    read = [place for place, each in enumerate(found) if _is_read_again(each)]
    return found if len(read) <= READ_TOGETHER else found[: read[READ_TOGETHER]]


def _waits_for_platform(lead: Candidate) -> bool:
    return lead.state is State.QUARANTINED and (lead.hold_scope or "").startswith(FETCH)


def _is_read_again(lead: Candidate) -> bool:
    """Of what the spam checks hold back, everything was understood: a person has decided, and it goes as it is."""
    if lead.state is not State.QUARANTINED or _waits_for_platform(lead):
        return False
    return not (lead.phone and (lead.reason_code or "").startswith(SUSPICIOUS))
