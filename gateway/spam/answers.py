"""What checking a captcha can come to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """Solved; `proof` names this one answer, which nobody may use again before `expires_at`."""

    proof: str
    expires_at: float  # seconds since the epoch


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Not solved, or not for us; `code` is one of reasons.PROBLEMS."""

    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unverified:
    """Nobody could say. The enquiry is taken: a broken service or a wrong secret must cost no person's call."""

    why: str  # for the operator's log: timeout | unreachable | status | unreadable | configuration | busy
    detail: str = ""  # the service's own codes, never what was sent


Answer = Passed | Refused | Unverified
