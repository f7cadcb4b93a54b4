"""Dialers that a person has paused: what this process does about them, and what is said of their leads."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from gateway.delivery import counts
from gateway.delivery.line import Line
from gateway.store import Store

log = structlog.get_logger("gateway.delivery")

PAUSED = "dialer.paused"
MESSAGE = "An operator has paused this dialer. The lead is kept, and goes when the dialer is resumed."
CALL_MESSAGE = "An operator has paused this dialer. Nothing was dialed. Ask again when it is resumed."


class Pauses:
    """What stands in the store decides; a process that starts, or restarts, finds it there."""

    def __init__(self, store: Store, lines: Mapping[str, Line]) -> None:
        self._store = store
        self._lines = lines

    def refresh(self) -> None:
        """Read which dialers are paused now, and halt their lines or let them go on."""
        paused = self._store.console.lines.pauses()
        for name, line in self._lines.items():
            halted = name in paused
            counts.paused(name, is_paused=halted)
            if halted == line.halted:
                continue
            line.halt(halted=halted)
            log.info("dialer.paused" if halted else "dialer.resumed", dialer=name)
