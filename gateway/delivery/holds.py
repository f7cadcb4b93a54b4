"""What the dialer refuses us just now: which lines and lists stand still, until when, and their release."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import structlog

from gateway.clock import Clock
from gateway.delivery.line import Line
from gateway.dialer.outcome import Outcome, Refused, Scope, Unknown
from gateway.store import Store, StoreUnavailable
from gateway.store.records import Hold, QueuedLead

log = structlog.get_logger("gateway.delivery")

# Ten failed logins lock the dialer's API user for fifteen minutes, the right password included.
PROBE_AFTER: Mapping[Scope, float] = {Scope.LOGIN: 900.0, Scope.LINE: 300.0, Scope.LIST: 300.0}
WHOLE_LINE = (Scope.LOGIN.value, Scope.LINE.value)


class Holds:
    """The holds of all dialers as this process last read them, and the changes it makes to them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._holds: dict[tuple[str, str], Hold] = {}

    def of(self, dialer: str, list_id: str) -> Hold | None:
        """The hold that stops leads for this list now, if any."""
        if not self._holds:
            return None
        for scope in (*WHOLE_LINE, f"list:{list_id}"):
            hold = self._holds.get((dialer, scope))
            if hold is not None:
                return hold
        return None

    def whole_line(self, dialer: str) -> Hold | None:
        """The hold that stops everything for this dialer."""
        return next(
            (self._holds[dialer, scope] for scope in WHOLE_LINE if (dialer, scope) in self._holds), None
        )

    def all_of(self, dialer: str) -> list[Hold]:
        return [hold for (name, _), hold in self._holds.items() if name == dialer]

    def scope_of(self, outcome: Outcome, lead: QueuedLead) -> str | None:
        """Under which hold a refused lead waits."""
        scope = outcome.scope if isinstance(outcome, (Refused, Unknown)) else None
        if scope is None:
            return None
        return f"list:{lead.list_id}" if scope is Scope.LIST else scope.value

    def refresh(self, line: Line) -> None:
        """Read the store's holds of this line; other processes set and lift them too."""
        name = line.config.name
        found = {(name, hold.scope): hold for hold in self._store.holds(name) if _is_the_dialers(hold)}
        with self._lock:
            others = {key: hold for key, hold in self._holds.items() if key[0] != name}
            self._holds = {**others, **found}
        self._set_paused(line)

    def refused(self, line: Line, lead: QueuedLead, outcome: Refused | Unknown) -> None:
        """The dialer refuses us: everything behind this cause is held, and tried again later with one lead."""
        scope = self.scope_of(outcome, lead)
        if scope is None or outcome.scope is None:
            return
        now = self._clock.now()
        hold = Hold(
            dialer=line.config.name,
            scope=scope,
            code=outcome.code,
            message=outcome.message,
            since=now,
            probe_at=now + PROBE_AFTER[outcome.scope],
        )
        known = (hold.dialer, scope) in self._holds
        with self._lock:
            self._holds = {**self._holds, (hold.dialer, scope): hold}
        line.proven = False
        self._set_paused(line)
        if not known:
            log.error(
                "dialer.held", dialer=hold.dialer, scope=scope, reason=hold.code, next_step=outcome.message
            )
        try:
            self._store.hold(hold)
        except StoreUnavailable as error:
            log.error("dialer.hold_not_stored", dialer=hold.dialer, scope=scope, reason=error.code)

    def accepted(self, line: Line, lead: QueuedLead) -> None:
        """The dialer took a lead again: what was held for this cause is released together."""
        if not self._holds:
            return
        for scope in (*WHOLE_LINE, f"list:{lead.list_id}"):
            if (line.config.name, scope) in self._holds:
                self._release(line, scope)

    def _release(self, line: Line, scope: str) -> None:
        name = line.config.name
        try:
            released = self._store.release_hold(name, scope, now=self._clock.now())
        except StoreUnavailable as error:
            log.error("dialer.release_not_stored", dialer=name, scope=scope, reason=error.code)
            return
        with self._lock:
            self._holds = {key: hold for key, hold in self._holds.items() if key != (name, scope)}
        self._set_paused(line)
        log.info("dialer.released", dialer=name, scope=scope, leads=released)

    def _set_paused(self, line: Line) -> None:
        line.paused = self.whole_line(line.config.name) is not None


def _is_the_dialers(hold: Hold) -> bool:
    """Leads that a platform is to be asked for are held elsewhere, and are none of the lines' business."""
    return hold.scope in WHOLE_LINE or hold.scope.startswith("list:")
