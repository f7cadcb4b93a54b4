"""What the spam checks of a form say about one enquiry."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.leads.lead import Note, Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Why an enquiry looks like spam, and what could not be checked."""

    problems: tuple[Problem, ...] = ()  # any: the lead is quarantined, its sender is told nothing
    notes: tuple[Note, ...] = ()  # accepted and marked, e.g. captcha.unverified

    @property
    def suspicious(self) -> bool:
        return bool(self.problems)


CLEAN = Verdict()
