"""How long a caller is willing to wait for the dialer: `Prefer: wait=N` (RFC 7240)."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 25  # seconds: proxies in front give up at 30

_WAIT = re.compile(r'\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:;.*)?', re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """Seconds to wait, and what to say about a preference that was honoured."""

    seconds: float
    applied: str = ""


def wait_of(prefer: str, default: float) -> Wait:
    """The caller's wish within our bound; what is malformed is ignored, as the RFC asks."""
    for preference in prefer.split(",") if prefer else ():
        if wish := _WAIT.fullmatch(preference):
            seconds = min(int(wish[1]), LONGEST)
            return Wait(seconds=seconds, applied=f"wait={seconds}")
    return Wait(seconds=min(default, LONGEST))
