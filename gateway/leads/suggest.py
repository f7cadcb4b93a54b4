"""Guesses which field a sender meant: "did you mean" for names that are not known."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

_LONGEST = 40  # characters; comparing is quadratic, and no field's name is longer


def suggest(squeezed: str, accepted: Mapping[str, str]) -> str | None:
    """The accepted name nearest to `squeezed`; `accepted` maps squeezed spellings to names."""
    if len(squeezed) > _LONGEST:
        return None
    if exact := accepted.get(squeezed):
        return exact
    near = get_close_matches(squeezed, accepted, n=1, cutoff=0.7)
    return accepted[near[0]] if near else None
