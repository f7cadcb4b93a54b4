"""Frees leads that stand in the store as this process's while none of its lines has them.

A store that fails in the middle of claiming or of giving back leaves them so, and nobody would send them
before this process ends.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from gateway.clock import Clock
from gateway.delivery.line import Line
from gateway.store import Store
from gateway.store.operations import Release
from gateway.store.recorder import Recorder

log = structlog.get_logger("gateway.delivery")


class Strays:
    """A lead is one when two looks in a row find it so: between its commit and its line it looks the same."""

    def __init__(
        self, *, owner: str, lines: Mapping[str, Line], store: Store, recorder: Recorder, clock: Clock
    ) -> None:
        self._owner = owner
        self._lines = lines
        self._store = store
        self._recorder = recorder
        self._clock = clock
        self._seen: frozenset[str] = frozenset()

    def release(self) -> None:
        """One look. A lead that is freed although a line has it is lost to that line, not sent twice."""
        waiting = self._store.waiting_of(self._owner)
        found = frozenset(
            each for each in waiting if not any(line.owns(each) for line in self._lines.values())
        )
        strays, self._seen = found & self._seen, found
        if not strays:
            return
        self._recorder.record(
            Release(owner=self._owner, lead_ids=tuple(sorted(strays)), next_at=self._clock.now())
        )
        log.warning("delivery.strays_released", leads=len(strays))
