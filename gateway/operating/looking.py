"""USE CASE: what somebody typed is read in every way it may be meant, until one of them finds a lead."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

from gateway.operating.typed import By, Reading, readings
from gateway.store import Store
from gateway.store.finding import BUDGET
from gateway.store.found import FoundPage
from gateway.store.wanted import Wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """What came of it; `reading` is how the text was understood, None without a text."""

    page: FoundPage
    wanted: Wanted
    reading: Reading | None = None
    tried: tuple[Reading, ...] = ()  # this one and those before it
    others: tuple[Reading, ...] = ()  # how it may be read instead

    @property
    def only_one(self) -> str | None:
        """The one lead there is, when it is certain that there is no other."""
        if len(self.page.leads) != 1 or self.page.after is not None:
            return None
        return self.page.leads[0].id


def look_for(
    store: Store,
    typed: str,
    others: Wanted,
    *,
    region: str,
    by: By | None = None,
    after: str | None = None,
    limit: int = 50,
    masked: bool = False,
    monotonic: Callable[[], float] = time.monotonic,
) -> Looked:
    """One page of the leads that fit `others` and the first reading of `typed` that finds any; `by`: this one only."""
    possible = readings(typed, region, masked=masked)
    chosen = [each for each in possible if (each.by is by if by else not each.only_if_asked)]
    if not chosen:
        nothing = (
            FoundPage(leads=())
            if typed.strip()
            else store.console.finding.page(others, after=after, limit=limit)
        )
        return Looked(page=nothing, wanted=others, others=possible)
    until = monotonic() + BUDGET
    looked = _empty(others)
    for place, reading in enumerate(chosen):
        wanted = both(others, reading.wanted)
        left = max(0.0, until - monotonic())
        page = store.console.finding.page(wanted, after=after, limit=limit, budget=left)
        looked = Looked(
            page=page,
            wanted=wanted,
            reading=reading,
            tried=tuple(chosen[: place + 1]),
            others=_others(possible, chosen[: place + 1] if not page.leads else [reading]),
        )
        if page.leads or page.looked_back_to is not None:
            break
    return looked


def _others(possible: Sequence[Reading], done: Sequence[Reading]) -> tuple[Reading, ...]:
    """What may still find something, or something else."""
    return tuple(each for each in possible if each not in done)


def both(one: Wanted, other: Wanted) -> Wanted:
    """What fits `one` and is what `other` asks for."""
    asked = {field.name: getattr(other, field.name) for field in fields(other)}
    return replace(one, **{name: value for name, value in asked.items() if value not in (None, ())})


def _empty(wanted: Wanted) -> Looked:
    return Looked(page=FoundPage(leads=()), wanted=wanted)
