"""What people asked to be done to many leads: who works at it now, how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from gateway.leads.identity import first_id
from gateway.leads.lead import State
from gateway.store import choosing, holds
from gateway.store.audit import Deed, note
from gateway.store.choosing import Candidate, Chosen, Group
from gateway.store.console_tables import job_leads, jobs
from gateway.store.database import Database
from gateway.store.purging import PORTION
from gateway.store.tables import leads
from gateway.store.transaction import Transaction

LEASE = 20.0  # seconds; a portion takes a fraction of one
TWICE = 10.0  # seconds in which the same order is one whose button was pressed twice
JOB_LOCK = 7  # kinds are taken in ascending order within one transaction
KEPT = 90 * 86400.0  # seconds in which the leads that a job changed are known, and can be taken back

_CREATE = (
    "INSERT INTO jobs (id, action, actor, reason, wanted, upto, undoes, standing, created_at, total, looked_at,"
    " changed, position) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, 0, 0, '')"
)
_TAKE = (
    "UPDATE jobs SET leased_until = ?, standing = 'running' WHERE id = ? AND finished_at IS NULL"
    " AND (leased_until IS NULL OR leased_until < ?)"
)
# Whoever has the lease knows to which moment it was given; nobody else writes the same one.
_RENEW = "UPDATE jobs SET leased_until = ? WHERE id = ? AND finished_at IS NULL AND leased_until = ?"
_ADVANCE = "UPDATE jobs SET position = ?, looked_at = looked_at + ?, changed = changed + ? WHERE id = ?"
_GIVE_BACK = "UPDATE jobs SET leased_until = NULL WHERE id = ? AND finished_at IS NULL AND leased_until = ?"
_CANCEL = (
    "UPDATE jobs SET cancel_asked_at = ? WHERE id = ? AND finished_at IS NULL AND cancel_asked_at IS NULL"
)
_FINISH = "UPDATE jobs SET standing = ?, finished_at = ?, leased_until = NULL, problem = ? WHERE id = ?"
_LIFTS = "SELECT lifts FROM jobs WHERE id = ?"
_TWIN = (
    "SELECT id FROM jobs WHERE action = ? AND wanted = ? AND upto = ? AND actor = ? AND undoes IS NULL"
    " AND (finished_at IS NULL OR created_at > ?)"
)
_UNDONE = "SELECT count(*) FROM jobs WHERE undoes = ? AND standing <> 'cancelled'"
_FORGET = (
    "DELETE FROM job_leads WHERE (job_id, lead_id) IN"  # noqa: S608
    f" (SELECT job_id, lead_id FROM job_leads WHERE job_id < ? LIMIT {PORTION})"
)


class Action(StrEnum):
    """What a job does."""

    RETRY = "retry"  # send again
    RELEASE = "release"  # let go what is held, read again what is in quarantine
    DISCARD = "discard"  # never send
    UNDO = "undo"  # take back what another job did, as far as that is possible
    SUPPRESS = "suppress"  # put an imported list of numbers on the do-not-call list


class Standing(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A row of `jobs`."""

    id: str
    action: Action
    actor: str
    reason: str
    wanted: str  # JSON: see Chosen, or {"import": id}
    upto: str  # no lead that came after this one
    undoes: str | None = None
    standing: Standing = Standing.WAITING
    created_at: float
    finished_at: float | None = None
    cancel_asked_at: float | None = None
    total: int
    looked_at: int = 0
    changed: int = 0
    position: str = ""
    leased_until: float | None = None
    problem: str | None = None
    lifts: str = "[]"  # JSON: [dialer, scope] of the holds that end with it

    @property
    def finished(self) -> bool:
        return self.finished_at is not None


class Jobs:
    """Reached as `store.console.jobs`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- before ----------------------------------------------------------------------------------------------

    def newest_lead(self) -> str:
        """The lead that came last: a job made now touches none that comes later."""
        return self._database.read(choosing.newest)

    def groups(self, chosen: Chosen, *, upto: str) -> list[Group]:
        """What was chosen, counted."""
        return self._database.read(lambda connection: choosing.groups(connection, chosen, upto))

    def create(self, job: Job, *, address: str = "") -> Job | None:
        """Keep a job, for whichever process is free; None when it undoes what was undone before.

        Pressed twice it is one job, which is told both times: two would send what comes back in between again.
        """
        kept = self._database.write(lambda transaction: _create(transaction, job, address))
        return job if kept == job.id else self.find(kept)

    # -- looking ---------------------------------------------------------------------------------------------

    def find(self, job_id: str) -> Job | None:
        return self._database.read(lambda connection: _find(connection, jobs.c.id == job_id))

    def undone_by(self, job_id: str) -> Job | None:
        """The job that takes this one back."""
        undoes = (jobs.c.undoes == job_id) & (jobs.c.standing != Standing.CANCELLED.value)
        return self._database.read(lambda connection: _find(connection, undoes))

    def page(self, *, after: str | None = None, limit: int = 30) -> list[Job]:
        """The latest first; `after` is the last job of the page before."""
        wanted = select(jobs) if after is None else select(jobs).where(jobs.c.id < after)
        return self._database.read(
            lambda connection: [
                _job(dict(row))
                for row in connection.execute(wanted.order_by(jobs.c.id.desc()).limit(limit)).mappings()
            ]
        )

    def became(self, job_id: str) -> dict[State, int]:
        """Where the leads that a job changed stand now."""
        both = job_leads.join(leads, leads.c.id == job_leads.c.lead_id)
        wanted = (
            select(leads.c.state, func.count())
            .select_from(both)
            .where(job_leads.c.job_id == job_id)
            .group_by(leads.c.state)
        )
        return self._database.read(
            lambda connection: {State(row[0]): row[1] for row in connection.execute(wanted)}
        )

    # -- working ---------------------------------------------------------------------------------------------

    def due(self, *, now: float) -> str | None:
        """The oldest job that nobody works at; cheap enough to be asked all the time."""
        free = (jobs.c.leased_until.is_(None)) | (jobs.c.leased_until < now)
        wanted = select(jobs.c.id).where(jobs.c.finished_at.is_(None), free).order_by(jobs.c.id).limit(1)
        return self._database.read(lambda connection: connection.scalar(wanted))

    def take(self, job_id: str, *, now: float) -> Job | None:
        """Make a job ours for a while; None when another process was quicker."""

        def work(transaction: Transaction) -> bool:
            return bool(transaction.run(_TAKE, (now + LEASE, job_id, now)).rowcount)

        if not self._database.write(work):
            return None
        return self.find(job_id)

    def walk(self, job: Job, states: tuple[State, ...], *, limit: int) -> list[Candidate]:
        """The leads it looks at next."""
        chosen = Chosen.of_json(job.wanted)
        return self._database.read(
            lambda connection: choosing.walk(
                connection, chosen, states, after=job.position, upto=job.upto, limit=limit
            )
        )

    def changed_by(self, job_id: str, *, after: str, limit: int) -> list[str]:
        """The leads another job changed, for the one that undoes it."""
        wanted = select(job_leads.c.lead_id).where(job_leads.c.job_id == job_id, job_leads.c.lead_id > after)
        return self._database.read(
            lambda connection: list(connection.scalars(wanted.order_by(job_leads.c.lead_id).limit(limit)))
        )

    def advance(
        self, job: Job, work: Callable[[Transaction], int], *, position: str, looked_at: int, now: float
    ) -> Job | None:
        """One portion: the work and how far it went are on disk together, or neither is.

        None when the job is not ours any more, or somebody has cancelled it.
        """

        def portion(transaction: Transaction) -> Job | None:
            if not transaction.run(_RENEW, (now + LEASE, job.id, job.leased_until)).rowcount:
                return None
            asked = transaction.run("SELECT cancel_asked_at FROM jobs WHERE id = ?", (job.id,)).scalar_one()
            if asked is not None:
                _finish(transaction, job, Standing.CANCELLED, now)
                return None
            changed = work(transaction)
            transaction.run(_ADVANCE, (position, looked_at, changed, job.id))
            return replace(
                job,
                leased_until=now + LEASE,
                position=position,
                looked_at=job.looked_at + looked_at,
                changed=job.changed + changed,
            )

        return self._database.write(portion)

    def finish(self, job: Job, *, now: float, problem: str | None = None) -> None:
        """All of it was looked at, or it cannot go on."""

        def work(transaction: Transaction) -> None:
            if transaction.run(_RENEW, (now + LEASE, job.id, job.leased_until)).rowcount:
                _finish(transaction, job, Standing.DONE, now, problem)

        self._database.write(work)

    def give_back(self, job: Job) -> None:
        """This process stops: the next one need not wait for the lease to end."""
        self._database.write(lambda transaction: transaction.run(_GIVE_BACK, (job.id, job.leased_until)))

    def cancel(self, job_id: str, *, actor: str, now: float, address: str = "") -> bool:
        """End a job after the portion that is under way; False when it has ended already."""

        def work(transaction: Transaction) -> bool:
            if not transaction.run(_CANCEL, (now, job_id)).rowcount:
                return False
            note(transaction, [_deed(actor, "job.cancelled", job_id, address=address)], now)
            return True

        return self._database.write(work)


def lift_at_the_end(transaction: Transaction, job_id: str, scopes: set[tuple[str, str]]) -> None:
    """What refused these leads is said to be mended: behind a hold that went on, nothing in the queue is tried."""
    known = {
        (dialer, scope) for dialer, scope in orjson.loads(transaction.run(_LIFTS, (job_id,)).scalar_one())
    }
    if not scopes <= known:
        lifts = orjson.dumps(sorted(known | scopes)).decode()
        transaction.run("UPDATE jobs SET lifts = ? WHERE id = ?", (lifts, job_id))


def purge_job_leads(transaction: Transaction, now: float) -> int:
    """Forget how leads were before a job of long ago; the job itself is kept."""
    return transaction.run(_FORGET, (first_id(now - KEPT),)).rowcount


def _create(transaction: Transaction, job: Job, address: str) -> str:
    """The id of the job that is kept: this one, or one that was there before; empty: none."""
    if job.undoes is not None:
        transaction.run("UPDATE jobs SET changed = changed WHERE id = ?", (job.undoes,))  # one undo at a time
        if transaction.run(_UNDONE, (job.undoes,)).scalar_one():
            return ""
    else:
        transaction.lock(JOB_LOCK, [job.wanted])
        same = (job.action.value, job.wanted, job.upto, job.actor, job.created_at - TWICE)
        if twins := transaction.run(_TWIN, same).fetchall():
            return str(twins[0][0])
    transaction.run(
        _CREATE,
        (
            job.id,
            job.action.value,
            job.actor,
            job.reason,
            job.wanted,
            job.upto,
            job.undoes,
            job.created_at,
            job.total,
        ),
    )
    started = _deed(
        job.actor, "job.started", job.id, reason=job.reason, address=address, did=job.action, leads=job.total
    )
    note(transaction, [started], job.created_at)
    return job.id


def _finish(
    transaction: Transaction, job: Job, standing: Standing, now: float, problem: str | None = None
) -> None:
    transaction.run(_FINISH, (standing.value, now, problem, job.id))
    if standing is Standing.DONE and problem is None:
        # Not before: whoever finds leads held behind nothing lets them go, past the job that counts them.
        for dialer, scope in orjson.loads(transaction.run(_LIFTS, (job.id,)).scalar_one()):
            holds.lift_hold(transaction, dialer, scope)
    ended = _deed(
        "gateway",
        "job.finished",
        job.id,
        did=job.action,
        standing=standing,
        looked_at=job.looked_at,
        changed=job.changed,
    )
    note(transaction, [ended], now)


def _deed(
    actor: str, action: str, job_id: str, *, reason: str = "", address: str = "", **detail: Any
) -> Deed:
    return Deed(
        actor=actor,
        action=action,
        subject="job",
        subject_id=job_id,
        reason=reason,
        detail=detail,
        address=address,
    )


def _find(connection: Connection, condition: Any) -> Job | None:
    row = (
        connection.execute(select(jobs).where(condition).order_by(jobs.c.id.desc()).limit(1))
        .mappings()
        .first()
    )
    return None if row is None else _job(dict(row))


def _job(row: Mapping[str, Any]) -> Job:
    facts = {"action": Action(row["action"]), "standing": Standing(row["standing"])}
    return Job(**{**row, **facts})
