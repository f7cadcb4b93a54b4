"""Tells the others how the lines of this process stand, and halts those whose dialer a person has paused."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import structlog

from gateway.clock import Clock
from gateway.delivery.holds import Holds
from gateway.delivery.line import Line
from gateway.delivery.pausing import Pauses
from gateway.store import Store, StoreUnavailable
from gateway.store.lines import Closed, LineReport

log = structlog.get_logger("gateway.delivery")

TICK = 0.5  # seconds: a pause is heeded after so long at most
REPORT = 5.0  # seconds between two reports of a line that stands as before


class Keeper:
    """A thread of its own, because a person who presses "pause" does not wait for a sweep."""

    def __init__(
        self, *, owner: str, lines: Mapping[str, Line], store: Store, holds: Holds, clock: Clock
    ) -> None:
        self._owner = owner
        self._lines = lines
        self._store = store
        self._holds = holds
        self._clock = clock
        self._pauses = Pauses(store, lines)
        self._standing: tuple[object, ...] = ()
        self._report_at = 0.0
        self._begun: dict[str, int] = {}
        self._reported_at = clock.monotonic()
        self._stopping = threading.Event()
        self._store_away = False
        self._thread = threading.Thread(target=self._run, name="line-keeper", daemon=True)

    def start(self) -> None:
        """The first look is made here: a line that is paused sends nothing, from its first moment on."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """No report is written afterwards."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def look(self) -> None:
        """Heed what is paused; report when something has changed, or the last report grows old."""
        self._pauses.refresh()
        now = self._clock.monotonic()
        standing = tuple((line.open, self._closed(line)) for line in self._lines.values())
        if self._lines and (now >= self._report_at or standing != self._standing):
            self._store.console.lines.report([self._report(line) for line in self._lines.values()])
            self._standing, self._reported_at, self._report_at = standing, now, now + REPORT
            self._begun = {name: line.pulse.begun for name, line in self._lines.items()}

    def _report(self, line: Line) -> LineReport:
        now = self._clock.now()
        passed = self._clock.monotonic() - self._reported_at
        begun = line.pulse.begun - self._begun.get(line.config.name, line.pulse.begun)
        return LineReport(
            owner=self._owner,
            dialer=line.config.name,
            at=now,
            is_open=line.open,
            reason=self._closed(line),
            opens_at=self._opens_at(line, now),
            under_way=line.pulse.under_way,
            waiting=line.waiting(),
            average=line.pulse.average,
            rate=begun / passed if passed > 0 else 0.0,
            last_answer_at=line.last.answered_at,
            last_outcome=line.last.outcome,
        )

    def _closed(self, line: Line) -> Closed | None:
        if line.halted:
            return Closed.PAUSED
        if line.paused:
            return Closed.HELD
        if not line.breaker.closed:
            return Closed.AWAY
        return Closed.STALLED if line.pulse.stalled else None

    def _opens_at(self, line: Line, now: float) -> float | None:
        match self._closed(line):
            case Closed.HELD:
                hold = self._holds.whole_line(line.config.name)
                return hold.probe_at if hold is not None else None
            case Closed.AWAY:
                return now + line.breaker.opens_in
            case _:
                return None

    def _run(self) -> None:
        while not self._stopping.wait(TICK):
            try:
                self.look()
                self._store_away = False
            except StoreUnavailable as error:
                if not self._store_away:  # said once; what was read last holds
                    log.warning("line_keeper.store_away", reason=error.code, next_step=error.message)
                self._store_away = True
            except Exception:
                log.exception("line_keeper.failed")
