"""What an attempt means: told, given up, or again, and when."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.callbacks.post import Answered, Unanswered
from gateway.store.callbacks import Standing

_HOUR = 3600.0
# Seconds between the attempts, as Standard Webhooks recommends; the last one comes after three days.
PAUSES = (
    5.0,
    300.0,
    1800.0,
    *(hours * _HOUR for hours in (2, 5, 10, 14, 20, 24)),
)
ATTEMPTS = len(PAUSES) + 1
SPREAD = 0.1  # of a pause, either way, so that those that failed together do not come back together


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """Where a callback stands after an attempt."""

    standing: Standing
    next_at: float | None = None
    http_status: int | None = None
    problem: str | None = None


def judge(answer: Answered | Unanswered, *, attempts: int, now: float, dice: float) -> Judgement:
    """`attempts` counts this one too; `dice` is between 0 and 1."""
    if isinstance(answer, Unanswered):
        return _again(answer.problem, None, 0.0, attempts, now, dice)
    if 200 <= answer.status < 300:
        return Judgement(standing=Standing.SENT, http_status=answer.status)
    if answer.status == 410:
        return Judgement(standing=Standing.GIVEN_UP, http_status=answer.status, problem="gone")
    problem = "redirect" if 300 <= answer.status < 400 else "refused"
    return _again(problem, answer.status, answer.retry_after, attempts, now, dice)


def _again(
    problem: str, status: int | None, asked_for: float, attempts: int, now: float, dice: float
) -> Judgement:
    if attempts >= ATTEMPTS:
        return Judgement(standing=Standing.GIVEN_UP, http_status=status, problem=problem)
    pause = PAUSES[attempts - 1] * (1 - SPREAD + 2 * SPREAD * dice)
    return Judgement(
        standing=Standing.WAITING, next_at=now + max(pause, asked_for), http_status=status, problem=problem
    )
