"""Where somebody goes after the sign-in: a page of the console, and nowhere else."""

from __future__ import annotations

import re

NEXT = "next"
MOST = 1000  # characters
# One slash, then "console/": no host, no scheme, no backslash, no control character, no way up.
_OURS = re.compile(r"/console/[\w.~!$&'()*+,;=:@%/?-]*", re.ASCII)
_UP = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)


def as_next(target: str) -> str:
    """`target` when it is a page of our own; else nothing."""
    path = target.partition("?")[0]
    good = len(target) <= MOST and _OURS.fullmatch(target) and "//" not in path and not _UP.search(path)
    return target if good and not path.startswith("/console/sign-") else ""
