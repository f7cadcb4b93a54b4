"""Counts what a call does, so that "no body takes for ever" is proven without a clock."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType


def steps_of(call: Callable[[], object], *, ignoring: type[Exception]) -> int:
    """How many functions are called, Python's and C's, and how many lines are run."""
    count = 0

    def step(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    def line(frame: FrameType, event: str, argument: object) -> Callable[..., object]:
        step(frame, event, argument)
        return line

    sys.setprofile(step)
    sys.settrace(line)
    try:
        with suppress(ignoring):
            call()
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    return count
