"""The mark of a test lead that the console sends through the real route, and what happens to it there.

It stands in the WSGI environment under a name that no header can have, so nobody outside can set it: a visitor who
could would make leads that are never dialed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from flask import has_request_context, request

from gateway.leads.lead import Submission

KEY = "gateway.test_lead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Something the request has come through, and how long after its beginning."""

    name: str  # proven, read, enquiry
    seconds: float


@dataclass(slots=True)
class Course:
    """What one test lead has come through so far."""

    began: float = field(default_factory=time.monotonic)
    steps: list[Step] = field(default_factory=list)
    enquiry_id: str = ""

    def note(self, name: str) -> None:
        self.steps.append(Step(name=name, seconds=self.elapsed))

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def after(self, name: str) -> float | None:
        """When a step was reached; None: never."""
        return next((step.seconds for step in self.steps if step.name == name), None)


def course() -> Course | None:
    """Of this request; None for every request that is no test of ours."""
    found = request.environ.get(KEY) if has_request_context() else None
    return found if isinstance(found, Course) else None


def note(name: str) -> None:
    """The request of a test has come as far as `name`."""
    if found := course():
        found.note(name)


def note_enquiry(enquiry_id: str) -> None:
    """Under which id the enquiry of a test is kept."""
    if found := course():
        found.enquiry_id = enquiry_id
        found.note("enquiry")


def marked(submission: Submission) -> Submission:
    """As a test, if this request is one: kept, never dialed."""
    return replace(submission, test=True) if course() else submission
