"""What the pages of jobs show: an order in words, how far it is, what it has come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from gateway.leads.lead import State
from gateway.operating.many import may_be_undone
from gateway.store.choosing import Chosen
from gateway.store.jobs import Action, Job, Standing
from gateway.web.console.writing import counted

MOST_FOLLOWED = 20_000  # leads whose present states are counted while a page looks again and again
SOON = 600.0  # seconds for which a finished job's page still follows its leads
VERBS = {
    Action.RETRY: "Send again",
    Action.RELEASE: "Release",
    Action.DISCARD: "Discard",
    Action.UNDO: "Take back",
    Action.SUPPRESS: "Do not call",
}
DONE = {
    Action.RETRY: "queued again",
    Action.RELEASE: "released",
    Action.DISCARD: "discarded",
    Action.UNDO: "taken back",
    Action.SUPPRESS: "put on the list",
}
_TONES = {
    Standing.WAITING: "calm",
    Standing.RUNNING: "calm",
    Standing.DONE: "good",
    Standing.CANCELLED: "warn",
}
_MOVING = (State.QUEUED, State.SENDING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Became:
    """Leads of a job that are in one state now."""

    state: State
    leads: int
    link: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JobFacts:
    """One job as it is shown."""

    job: Job
    title: str
    chosen: str
    tone: str
    standing: str
    done: str  # what `changed` counts
    left_alone: int  # neither changed nor still to come
    per_second: float | None
    left: float | None  # seconds
    may_cancel: bool
    may_undo: bool
    became: tuple[Became, ...] = ()
    follows: bool = False  # whether the page looks again by itself
    undone_by: Job | None = None


def facts(
    job: Job, *, now: float, became: Mapping[State, int] | None = None, undone_by: Job | None = None
) -> JobFacts:
    """What there is to say about `job` now."""
    per_second = _speed(job, now)
    states = dict(became or {})
    moving = any(states.get(state) for state in _MOVING) and now - (job.finished_at or now) < SOON
    return JobFacts(
        job=job,
        title=title_of(job),
        chosen=in_words(job),
        tone="bad" if job.problem else _TONES[job.standing],
        standing="cancelling" if job.cancel_asked_at and not job.finished else job.standing.value,
        done=DONE[job.action],
        left_alone=_left_alone(job),
        per_second=per_second,
        left=(job.total - job.looked_at) / per_second if per_second and not job.finished else None,
        may_cancel=not job.finished and job.cancel_asked_at is None,
        may_undo=may_be_undone(job) and undone_by is None and _is_left(job, became),
        became=tuple(_became(job, state, number) for state, number in states.items()),
        follows=not job.finished or moving,
        undone_by=undone_by,
    )


def title_of(job: Job) -> str:
    """ "Release 500 leads"."""
    noun = "number" if job.action is Action.SUPPRESS else "lead"
    return f"{VERBS[job.action]}: {counted(job.total, noun)}"


def in_words(job: Job) -> str:
    """Which leads were chosen."""
    if job.action is Action.UNDO:
        return "what another job did"
    if job.action is Action.SUPPRESS:
        return "an imported list"
    return chosen_in_words(Chosen.of_json(job.wanted))


def chosen_in_words(chosen: Chosen) -> str:
    """ "held, source website"."""
    if chosen.ids:
        return f"{counted(len(chosen.ids), 'lead')} chosen by hand"
    named = (
        ("source", chosen.source),
        ("dialer", chosen.dialer),
        ("list", chosen.list_id),
        ("reason", chosen.reason),
    )
    words = [" or ".join(state.value for state in chosen.states)] if chosen.states else []
    words += [f"{name} {value}" for name, value in named if value is not None]
    words += [] if chosen.test is None else ["tests" if chosen.test else "no tests"]
    words += ["of a certain time"] if chosen.since is not None or chosen.until is not None else []
    return ", ".join(words) or "all leads"


def list_of(chosen: Chosen, state: State | None = None) -> str:
    """Where the list of these leads is, or of those among them that are in one state."""
    states = [state.value] if state else [each.value for each in chosen.states]
    filters: dict[str, Any] = {"source": chosen.source, "dialer": chosen.dialer, "list": chosen.list_id}
    times = {"since": chosen.since, "until": chosen.until}
    filters |= {name: None if moment is None else f"{moment:.3f}" for name, moment in times.items()}
    filters["state"] = states or None
    # What a job has changed has another reason now, or none.
    filters["reason"] = None if state else chosen.reason
    return url_for("console_leads.index", **filters)


def _is_left(job: Job, became: Mapping[State, int] | None) -> bool:
    """Whether a lead may still be as the job left it; of what has left, nothing can be taken back."""
    state = State.REJECTED if job.action is Action.DISCARD else State.QUEUED
    return became is None or bool(became.get(state))


def _left_alone(job: Job) -> int:
    """Some may have gone on by themselves before it came to them: those were never looked at."""
    seen = job.total if job.standing is Standing.DONE and not job.problem else job.looked_at
    return max(0, seen - job.changed)


def _became(job: Job, state: State, number: int) -> Became:
    chosen = Chosen() if job.action in (Action.UNDO, Action.SUPPRESS) else Chosen.of_json(job.wanted)
    return Became(state=state, leads=number, link=list_of(chosen, state))


def _speed(job: Job, now: float) -> float | None:
    passed = (job.finished_at or now) - job.created_at
    return job.looked_at / passed if job.looked_at and passed > 0 else None
