"""What one portion of a job does to its leads, and how each was before, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.leads.lead import State
from gateway.store import accepting, deciding, holds, remaking, suppressions, untold
from gateway.store.audit import Deed, note
from gateway.store.jobs import Action, Job, lift_at_the_end
from gateway.store.records import Hold
from gateway.store.remaking import Remake
from gateway.store.transaction import Bulk, Transaction

RETRYABLE = (State.UNCONFIRMED, State.HELD, State.REJECTED, State.DEAD, State.QUARANTINED)
RELEASABLE = (State.HELD, State.QUARANTINED)
DISCARDABLE = (State.QUEUED, State.HELD, State.UNCONFIRMED, State.QUARANTINED, State.DEAD)
PROBE_AGAIN = 60.0  # seconds after which one of the leads tries that are held again
DEEDS = {
    Action.RETRY: "lead.retried",
    Action.RELEASE: "lead.released",
    Action.DISCARD: "lead.discarded",
    Action.UNDO: "lead.withdrawn",
}

_BEFORE = Bulk(
    "SELECT leads.id, leads.state, leads.reason_code, leads.message, leads.hold_scope, leads.next_at,"
    " leads.finished_at, leads.attempts, leads.possible_duplicate, leads.dialer, leads.phone,"
    " EXISTS (SELECT 1 FROM suppressions WHERE suppressions.phone = leads.phone) FROM (VALUES",
    1,
    ") AS v JOIN leads ON leads.id = v.column1 ORDER BY leads.id {lock}",
)
_REMEMBER = Bulk(
    "INSERT INTO job_leads (job_id, lead_id, before) VALUES", 3, "ON CONFLICT (job_id, lead_id) DO NOTHING"
)
_REMEMBERED = Bulk(
    "SELECT j.lead_id, j.before FROM (VALUES",
    2,
    ") AS v JOIN job_leads AS j ON j.job_id = v.column1 AND j.lead_id = v.column2",
)
# As the job left them: nobody has sent, held or decided about them since.
_UNTOUCHED = Bulk(
    "FROM (VALUES",
    3,
    ") AS v JOIN leads ON leads.id = v.column1 WHERE leads.state = v.column2"
    " AND leads.updated_at = CAST(v.column3 AS DOUBLE PRECISION) ORDER BY leads.id {lock}",
)
_TAKE_BACK = Bulk(
    "UPDATE leads SET state = v.column2, reason_code = v.column3, message = v.column4, hold_scope = v.column5,"
    " next_at = CAST(v.column6 AS DOUBLE PRECISION), finished_at = CAST(v.column7 AS DOUBLE PRECISION),"
    " attempts = v.column8, possible_duplicate = v.column9, updated_at = CAST(v.column10 AS DOUBLE PRECISION),"
    " owner = NULL FROM (VALUES",
    10,
    ") AS v WHERE leads.id = v.column1",
)
_IS_HELD = "SELECT count(*) FROM holds WHERE dialer = ? AND scope = ?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """A lead as the job met it."""

    id: str
    state: State
    reason_code: str | None
    message: str | None
    hold_scope: str | None
    next_at: float | None
    finished_at: float | None
    attempts: int
    possible_duplicate: int
    dialer: str
    phone: str
    suppressed: bool

    def kept(self, now: float) -> str:
        """As it stands beside the job; no number is in it."""
        facts = {name: getattr(self, name) for name in _KEPT}
        return orjson.dumps({"at": now, **facts}).decode()


_KEPT = (
    "state",
    "reason_code",
    "message",
    "hold_scope",
    "next_at",
    "finished_at",
    "attempts",
    "possible_duplicate",
    "dialer",
)

Work = Callable[[Transaction], int]


def retry(job: Job, ids: Sequence[str], now: float) -> Work:
    """Send these again; a number on the do-not-call list stays where it is."""

    def work(transaction: Transaction) -> int:
        found = [
            each
            for each in _before(transaction, ids)
            if each.state in RETRYABLE and each.phone and not each.suppressed
        ]
        _queue(transaction, job, found, now)
        return _written(transaction, job, found, now)

    return work


def release(job: Job, ids: Sequence[str], remakes: Sequence[Remake], now: float) -> Work:
    """Let `ids` go as they are; `remakes` were read again, and are changed where they could be made a lead."""

    def work(transaction: Transaction) -> int:
        accepting.lock_identities(
            transaction, [lead for each in remakes for lead in (each.lead, *each.others)]
        )
        wanted = [*ids, *(each.lead.id for each in remakes)]
        before = {each.id: each for each in _before(transaction, wanted)}
        plain = [before[each] for each in sorted(ids) if each in before]
        found = [each for each in plain if each.state in RELEASABLE and each.phone and not each.suppressed]
        _queue(transaction, job, found, now)
        became = remaking.remake(transaction, remakes, now) if remakes else []
        found += [
            before[kept.id] for kept in became if kept is not None and kept.state is not State.QUARANTINED
        ]
        return _written(transaction, job, found, now)

    return work


def discard(job: Job, ids: Sequence[str], now: float) -> Work:
    """Never send these."""

    def work(transaction: Transaction) -> int:
        found = [each for each in _before(transaction, ids) if each.state in DISCARDABLE]
        deciding.discard(transaction, [each.id for each in found], job.reason, now)
        return _written(transaction, job, found, now)

    return work


def undo(job: Job, undone: Job, ids: Sequence[str], now: float) -> Work:
    """Back to where they were, those that are still as `undone` left them."""
    left_in = State.REJECTED if undone.action is Action.DISCARD else State.QUEUED

    def work(transaction: Transaction) -> int:
        kept = {row[0]: orjson.loads(row[1]) for row in _remembered(transaction, undone, ids)}
        rows = [(lead_id, left_in.value, facts["at"]) for lead_id, facts in sorted(kept.items())]
        untouched = {row[0] for row in transaction.read("leads.id", _UNTOUCHED, rows)}
        found = [each for each in _before(transaction, sorted(untouched)) if not each.suppressed]
        untold.note(transaction, [each.id for each in found], now)
        transaction.write(_TAKE_BACK, [_taken_back(each.id, kept[each.id], now) for each in found])
        if undone.action is not Action.DISCARD:
            _hold_again(transaction, (kept[each.id] for each in found), now)
        return _written(transaction, job, found, now)

    return work


def suppress(job: Job, phones: Sequence[str], now: float) -> Work:
    """Put these numbers on the do-not-call list; how many were not there before."""

    def work(transaction: Transaction) -> int:
        new, _ = suppressions.add(transaction, phones, reason=job.reason, actor=job.actor, now=now)
        return len(new)

    return work


# -- parts ---------------------------------------------------------------------------------------------------


def _before(transaction: Transaction, ids: Sequence[str]) -> list[Before]:
    rows = transaction.select(_BEFORE, [(lead_id,) for lead_id in sorted(set(ids))])
    return [
        Before(
            id=row[0],
            state=State(row[1]),
            reason_code=row[2],
            message=row[3],
            hold_scope=row[4],
            next_at=row[5],
            finished_at=row[6],
            attempts=row[7],
            possible_duplicate=row[8],
            dialer=row[9],
            phone=row[10],
            suppressed=bool(row[11]),
        )
        for row in rows
    ]


def _queue(transaction: Transaction, job: Job, found: Sequence[Before], now: float) -> None:
    scopes = {
        (each.dialer, each.hold_scope) for each in found if each.state is State.HELD and each.hold_scope
    }
    lift_at_the_end(transaction, job.id, scopes)
    deciding.retry(transaction, [each.id for each in found], now)


def _hold_again(transaction: Transaction, facts: Iterable[dict[str, Any]], now: float) -> None:
    """What is held behind nothing would be let go at once."""
    scopes = {
        (each["dialer"], each["hold_scope"]): each
        for each in facts
        if each["state"] == State.HELD and each["hold_scope"]
    }
    for (dialer, scope), each in sorted(scopes.items(), key=lambda pair: pair[0]):
        if transaction.run(_IS_HELD, (dialer, scope)).scalar_one():
            continue
        hold = Hold(
            dialer=dialer,
            scope=scope,
            code=each["reason_code"] or "operator.held",
            message=each["message"] or "",
            since=now,
            probe_at=now + PROBE_AGAIN,
        )
        holds.set_hold(transaction, hold)


def _remembered(transaction: Transaction, undone: Job, ids: Sequence[str]) -> list[Any]:
    return list(transaction.select(_REMEMBERED, [(undone.id, lead_id) for lead_id in sorted(set(ids))]))


def _taken_back(lead_id: str, facts: dict[str, Any], now: float) -> tuple[Any, ...]:
    return (
        lead_id,
        facts["state"],
        facts["reason_code"],
        facts["message"],
        facts["hold_scope"],
        facts["next_at"],
        facts["finished_at"],
        facts["attempts"],
        facts["possible_duplicate"],
        now,
    )


def _written(transaction: Transaction, job: Job, found: Sequence[Before], now: float) -> int:
    transaction.write(_REMEMBER, [(job.id, each.id, each.kept(now)) for each in found])
    deeds = [
        Deed(
            actor=job.actor,
            action=DEEDS[job.action],
            subject="lead",
            subject_id=each.id,
            reason=job.reason,
            detail={"job": job.id},
        )
        for each in found
    ]
    note(transaction, deeds, now)
    return len(found)
