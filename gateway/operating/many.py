"""USE CASE: many leads at once: what would happen to them, why not to others, and the order that it shall."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

import orjson

from gateway.clock import Clock
from gateway.config import Batching, GatewayConfig
from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.choosing import Chosen, Group
from gateway.store.job_work import DISCARDABLE, RELEASABLE, RETRYABLE
from gateway.store.jobs import Action, Job

SUSPICIOUS = ("spam.", "captcha.")  # reasons of quarantined leads that are whole: a person decides about them
STATES = {Action.RETRY: RETRYABLE, Action.RELEASE: RELEASABLE, Action.DISCARD: DISCARDABLE}

_NO_NUMBER = "without a phone number: “Release” reads them again"
_LISTED = "on the do-not-call list"
_WHY_NOT = {
    State.QUEUED: "waiting for their turn: they are sent by themselves",
    State.SENDING: "on their way at this moment",
    State.DELIVERED: "in the dialer already",
    State.REJECTED: "rejected already",
    State.HELD: "held",
    State.UNCONFIRMED: "unconfirmed: the dialer may have them, so only “Send again” sends them",
    State.QUARANTINED: "in quarantine",
    State.DUPLICATE: "repetitions of another lead",
    State.SUPPRESSED: "stopped: their numbers must not be called",
    State.TEST: "tests, which are never sent",
    State.DEAD: "dead, given up after seven days: only “Send again” sends them",
}


class Parts(Protocol):
    """What an order needs of the running parts."""

    @property
    def config(self) -> GatewayConfig: ...
    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Leads that stand alike, and how many of them the order applies to."""

    state: State
    source: str
    dialer: str
    leads: int
    applies: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """Leads that stay as they are, and why."""

    leads: int
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How soon one dialer can have them: its own line decides that, and fresh leads go first."""

    dialer: str
    leads: int
    per_second: int  # requests; 0: as many as the dialer answers
    together: int  # leads in one request
    seconds: float | None  # at best; None: nobody can say


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What an order would do, before anything is done."""

    action: Action
    upto: str
    total: int
    applies: int
    reads_again: int  # quarantined leads among them
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...]
    paces: tuple[Pace, ...]


def preview(parts: Parts, action: Action, chosen: Chosen) -> Preview:
    """Count what was chosen, as it stands now."""
    jobs = parts.store.console.jobs
    upto = jobs.newest_lead()
    groups = jobs.groups(chosen, upto=upto)
    skipped: Counter[str] = Counter()
    rows = [_row(action, group, skipped) for group in groups]
    to_send: Counter[str] = Counter()
    for row in rows:
        to_send[row.dialer] += row.applies if action is not Action.DISCARD else 0
    return Preview(
        action=action,
        upto=upto,
        total=sum(row.leads for row in rows),
        applies=sum(row.applies for row in rows),
        reads_again=sum(
            row.applies for row in rows if action is Action.RELEASE and row.state is State.QUARANTINED
        ),
        rows=tuple(rows),
        skipped=tuple(Skipped(leads=number, why=why) for why, number in skipped.most_common() if number),
        paces=tuple(
            _pace(parts.config, dialer, number) for dialer, number in to_send.most_common() if number
        ),
    )


def order(
    parts: Parts,
    action: Action,
    chosen: Chosen,
    *,
    upto: str,
    actor: str,
    reason: str,
    address: str = "",
) -> Job:
    """Have it done to the leads that were counted, and to none that came later."""
    groups = parts.store.console.jobs.groups(chosen, upto=upto)
    total = sum(group.leads for group in groups if group.state in STATES[action])
    job = _job(parts, action, actor=actor, reason=reason, wanted=chosen.as_json(), upto=upto, total=total)
    return parts.store.console.jobs.create(job, address=address) or job


def order_undo(parts: Parts, undone: Job, *, actor: str, reason: str, address: str = "") -> Job | None:
    """Have a finished job taken back as far as it can be; None where that was asked for before."""
    job = _job(
        parts,
        Action.UNDO,
        actor=actor,
        reason=reason,
        wanted="{}",
        upto=undone.upto,
        total=undone.changed,
        undoes=undone.id,
    )
    return parts.store.console.jobs.create(job, address=address)


def order_list(
    parts: Parts, import_id: str, *, numbers: int, actor: str, reason: str, address: str = ""
) -> Job:
    """Have an imported list of numbers put on the do-not-call list."""
    wanted = orjson.dumps({"import": import_id}).decode()
    job = _job(parts, Action.SUPPRESS, actor=actor, reason=reason, wanted=wanted, upto="", total=numbers)
    return parts.store.console.jobs.create(job, address=address) or job


def may_be_undone(job: Job) -> bool:
    """Whether there is anything to take back, and a way to."""
    return job.finished and job.changed > 0 and job.action in STATES


def _job(
    parts: Parts,
    action: Action,
    *,
    actor: str,
    reason: str,
    wanted: str,
    upto: str,
    total: int,
    undoes: str | None = None,
) -> Job:
    now = parts.clock.now()
    return Job(
        id=new_id(now),
        action=action,
        actor=actor,
        reason=reason,
        wanted=wanted,
        upto=upto,
        undoes=undoes,
        created_at=now,
        total=total,
    )


def _row(action: Action, group: Group, skipped: Counter[str]) -> Row:
    applies = group.leads
    if group.state not in STATES[action]:
        skipped[_WHY_NOT[group.state]] += applies
        applies = 0
    elif action is not Action.DISCARD:
        # What is in quarantine without a number is what release reads again.
        without = 0 if action is Action.RELEASE else group.without_phone
        skipped[_NO_NUMBER] += without
        skipped[_LISTED] += group.suppressed
        applies -= without + group.suppressed
    return Row(
        state=group.state, source=group.source, dialer=group.dialer, leads=group.leads, applies=applies
    )


def _pace(config: GatewayConfig, name: str, number: int) -> Pace:
    dialer = config.dialers.get(name)
    if dialer is None:
        return Pace(dialer=name, leads=number, per_second=0, together=1, seconds=None)
    together = 1 if dialer.batch is Batching.NEVER else dialer.batch_max
    return Pace(
        dialer=name,
        leads=number,
        per_second=dialer.max_per_second,
        together=together,
        seconds=number / (dialer.max_per_second * together) if dialer.max_per_second else None,
    )
