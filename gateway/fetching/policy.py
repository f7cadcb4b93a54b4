"""When a lead is asked for again, or that it is not: pure, by what went wrong and how often."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.sources.fetch import BLAMES, Blame

SHORTEST, LONGEST = 5.0, 3600.0  # seconds between two tries
GROWTH = 4.0
LOOKS_FOR_GONE = (60.0, 600.0)  # seconds: a platform may announce a lead before it can show it
FEWEST_TRIES, ENOUGH = 10, 7 * 86400.0  # after so many tries, and so many seconds, nobody asks any more
PROBE_AFTER = 300.0  # seconds between two tries with a token that was refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """What becomes of a lead that was not told."""

    code: str
    after: float | None  # seconds; None: it is not asked for again by itself
    counts: bool = True


def after(code: str, *, tries: int, age: float, pause: float | None = None) -> Next:
    """`tries` with this one, `age` of the lead and the `pause` its platform wants, in seconds."""
    blame = BLAMES[code]
    if blame is Blame.ACCESS:
        return Next(code=code, after=0.0, counts=False)  # the hold on its source says when
    if blame is Blame.FINAL:
        return Next(code=code, after=dict(enumerate(LOOKS_FOR_GONE, start=1)).get(tries))
    if tries >= FEWEST_TRIES and age >= ENOUGH:
        return Next(code="fetch.given_up", after=None)
    usual = min(LONGEST, SHORTEST * GROWTH ** (min(tries, 10) - 1))
    return Next(code=code, after=max(usual, min(pause or 0.0, LONGEST)))
