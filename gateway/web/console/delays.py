"""Why a lead took as long as it did: its time cut into stretches, each with what it was spent on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.leads.lead import State
from gateway.store.audit import Entry
from gateway.store.beside import Beside, Trouble
from gateway.store.records import Attempt, Story
from gateway.web.console.writing import span

BESIDE_ATTEMPTS = frozenset({"fetch", "remake", "edit", "withdraw", "resolve"})  # no requests to the dialer
LATE = 10.0  # seconds after which one asks why


class Cause(StrEnum):
    """What a stretch of time was spent on."""

    TURN = "turn"  # queued, not tried yet
    RETRY = "retry"  # between two attempts
    ANSWER = "answer"  # the dialer was asked and had not answered
    HELD = "held"
    PAUSED = "paused"
    PERSON = "person"  # nobody had decided
    PLATFORM = "platform"  # its platform had told no more than an id


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """From one moment to the next."""

    since: float
    until: float
    cause: Cause
    message: str = ""

    @property
    def seconds(self) -> float:
        return max(0.0, self.until - self.since)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Point:
    since: float
    until: float
    before: State | None  # where it says so
    after: State
    message: str
    fetch: bool = False
    asked: bool = False  # the dialer


def is_attempt(attempt: Attempt) -> bool:
    """Whether the dialer was asked for something, or would have been."""
    return attempt.action not in BESIDE_ATTEMPTS


def stretches(story: Story, beside: Beside, log: Sequence[Entry], now: float) -> list[Stretch]:
    """From its arrival to its end, or to now; nothing of what came after the end."""
    end = beside.finished_at if beside.finished_at is not None else now
    found: list[Stretch] = []
    at, cause, message, tried = story.lead.received_at, None, "", False
    for point in _points(story, log):
        if point.since > end:
            break
        before = _cause(point.before, tried=tried) if point.before is not None else cause
        first = Cause.PLATFORM if point.fetch else Cause.TURN
        found.append(
            _explained(Stretch(since=at, until=point.since, cause=before or first, message=message), beside)
        )
        if point.until > point.since:
            found.append(Stretch(since=point.since, until=point.until, cause=Cause.ANSWER))
        tried = tried or point.asked
        at, cause, message = point.until, _cause(point.after, tried=tried), point.message
        if point.fetch and point.after is State.QUARANTINED:
            cause = Cause.PLATFORM
    if at < end:
        last = cause or _cause(story.lead.state, tried=tried)
        found.append(_explained(Stretch(since=at, until=end, cause=last, message=message), beside))
    return found


def longest(found: Sequence[Stretch]) -> Stretch | None:
    """The stretch that most of the time went into, where there was any time to speak of."""
    best = max(found, key=lambda each: each.seconds, default=None)
    return best if best is not None and best.seconds >= 1.0 else None


def _points(story: Story, log: Sequence[Entry]) -> list[_Point]:
    points = [
        _Point(
            since=each.started_at,
            until=each.finished_at,
            before=None,
            after=each.state,
            message=each.message or "",
            fetch=each.action == "fetch",
            asked=is_attempt(each),
        )
        for each in story.attempts
    ]
    for entry in log:
        before = entry.deed.detail.get("before")
        if isinstance(before, dict) and before.get("state") in set(State):
            was = State(before["state"])
            after = State.QUEUED if was is not State.DELIVERED else was
            points.append(_Point(since=entry.at, until=entry.at, before=was, after=after, message=""))
    return sorted(points, key=lambda each: each.since)


def _cause(state: State, *, tried: bool) -> Cause:
    if state in (State.QUEUED, State.SENDING, State.DELIVERED):
        return Cause.RETRY if tried else Cause.TURN
    return Cause.HELD if state is State.HELD else Cause.PERSON


def _explained(stretch: Stretch, beside: Beside) -> Stretch:
    """Of a wait in the queue, what was wrong meanwhile: the lead itself was never tried and cannot tell."""
    if stretch.cause not in (Cause.TURN, Cause.RETRY) or stretch.seconds < 1.0:
        return stretch
    for entry in beside.dialer_deeds:
        if "pause" in entry.deed.action and stretch.since - 1 <= entry.at <= stretch.until:
            told = f"{entry.deed.actor} paused the dialer"
            return _because(
                stretch, Cause.PAUSED, f"{told}: {entry.deed.reason}" if entry.deed.reason else told
            )
    if beside.pause is not None and beside.pause.since <= stretch.until and beside.finished_at is None:
        return _because(
            stretch, Cause.PAUSED, f"{beside.pause.actor} paused the dialer: {beside.pause.reason}"
        )
    trouble = next((each for each in beside.troubles if _covers(each, stretch)), None)
    if trouble is not None:
        return _because(stretch, Cause.HELD, trouble.summary)
    if beside.hold is not None and beside.finished_at is None and beside.hold.since <= stretch.until:
        return _because(stretch, Cause.HELD, beside.hold.message)
    return stretch


def _because(stretch: Stretch, cause: Cause, message: str) -> Stretch:
    return Stretch(since=stretch.since, until=stretch.until, cause=cause, message=message)


def _covers(trouble: Trouble, stretch: Stretch) -> bool:
    """At least half of the wait."""
    until = stretch.until if trouble.until is None else trouble.until
    return min(until, stretch.until) - max(trouble.since, stretch.since) >= stretch.seconds / 2


def because(found: Sequence[Stretch], attempts: int) -> str:
    """The reason of a delay as the end of a sentence: what most of the time was spent on, and how long."""
    if not found:
        return ""
    times: dict[Cause, float] = {}
    for each in found:
        times[each.cause] = times.get(each.cause, 0.0) + each.seconds
    cause = max(times, key=lambda each: times[each])
    message = next(
        (first_sentence(each.message) for each in reversed(found) if each.cause is cause and each.message), ""
    )
    tries = f" ({attempts} attempts)" if attempts > 1 else ""
    told = {
        Cause.TURN: "it waited for its turn: other leads went before it",
        Cause.RETRY: f"the dialer did not take it at first{tries}",
        Cause.ANSWER: f"the dialer took {span(times[cause])} to answer{tries}",
        Cause.HELD: f"it was held for {span(times[cause])}",
        Cause.PAUSED: f"it waited {span(times[cause])}",
        Cause.PERSON: f"it waited {span(times[cause])} for a person to decide",
        Cause.PLATFORM: f"its platform took {span(times[cause])} to tell the rest of it",
    }[cause]
    return f"{told}: {message}" if message and cause not in (Cause.TURN, Cause.PERSON) else told


def first_sentence(message: str) -> str:
    """The first sentence, without its full stop."""
    return message.partition(". ")[0].rstrip(".")
