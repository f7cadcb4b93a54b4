"""Passes a Click to Call on to its dialer: within the caps, never with a login that is refused, and once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from gateway.clock import Clock
from gateway.delivery.gate import Gate, Permit
from gateway.delivery.holds import PROBE_AFTER
from gateway.delivery.pausing import CALL_MESSAGE, PAUSED
from gateway.dialer.outcome import Busy, Call, CallAnswer, Dialer, Exchange, Refused, Rejected, Scope
from gateway.store import Store, StoreUnavailable
from gateway.store.records import Hold

log = structlog.get_logger("gateway.delivery")

LONGEST_WAIT = 2.0  # seconds for a permit; the rest of the time belongs to the dialer
_SUPPRESSED = "The number is on the do-not-call list."
_NO_ROOM = "The dialer has as many requests as it may. Try again in a moment."


class Calls:
    """The calls of one process; their gates count together with those of the lines."""

    def __init__(
        self,
        dialers: Mapping[str, Dialer],
        *,
        open_gate: Callable[[str], Gate],
        store: Store,
        clock: Clock,
    ) -> None:
        self._dialers = dialers
        self._open_gate = open_gate
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._gates: dict[str, Gate] = {}

    def place(self, dialer: str, call: Call) -> CallAnswer:
        """Ask for one call and take at most `call.seconds`; raises StoreUnavailable before anything is sent."""
        began = self._clock.monotonic()
        held = self._held_login(dialer)
        if held is not None:
            return _unasked(Refused(code=held.code, message=held.message, scope=Scope.LOGIN))
        permit = self._permit(self._gate(dialer), began + min(LONGEST_WAIT, call.seconds / 2))
        if permit is None:
            return _unasked(Busy(code="dialer.busy", message=_NO_ROOM))
        try:
            # Asked last: a call that has waited for its permit must not start after the pause.
            if self._store.console.lines.pause_of(dialer) is not None:
                return _unasked(Refused(code=PAUSED, message=CALL_MESSAGE, scope=Scope.LINE))
            # Asked once more in the very moment: it may have been added while the call waited for its turn.
            if self._store.is_suppressed(call.value):
                return _unasked(Rejected(code="suppressed", message=_SUPPRESSED))
            left = began + call.seconds - self._clock.monotonic()
            answer = self._dialers[dialer].manual_dial(replace(call, seconds=left))
        finally:
            permit.release()
        self._note_login(dialer, answer)
        return answer

    def close(self) -> None:
        """Give every slot back."""
        with self._lock:
            gates, self._gates = self._gates, {}
        for gate in gates.values():
            gate.close()

    def _gate(self, dialer: str) -> Gate:
        with self._lock:
            if dialer not in self._gates:
                self._gates[dialer] = self._open_gate(dialer)
            return self._gates[dialer]

    def _permit(self, gate: Gate, until: float) -> Permit | None:
        while True:
            entered = gate.enter()
            if not isinstance(entered, float):
                return self._departed(entered, until)
            if not self._waited(entered, until):
                return None

    def _departed(self, permit: Permit, until: float) -> Permit | None:
        while (wait := permit.depart()) > 0:
            if not self._waited(wait, until):
                permit.cancel()
                return None
        return permit

    def _waited(self, seconds: float, until: float) -> bool:
        if self._clock.monotonic() + seconds > until:
            return False
        threading.Event().wait(seconds)
        return True

    def _held_login(self, dialer: str) -> Hold | None:
        """Ten wrong logins lock the dialer's API user: a call may try one only when a lead might."""
        now = self._clock.now()
        return next(
            (hold for hold in self._store.holds(dialer) if hold.scope == Scope.LOGIN and now < hold.probe_at),
            None,
        )

    def _note_login(self, dialer: str, answer: CallAnswer) -> None:
        refusal = answer.outcome
        if not isinstance(refusal, Refused) or refusal.scope is not Scope.LOGIN:
            return
        now = self._clock.now()
        hold = Hold(
            dialer=dialer,
            scope=Scope.LOGIN.value,
            code=refusal.code,
            message=refusal.message,
            since=now,
            probe_at=now + PROBE_AFTER[Scope.LOGIN],
        )
        log.error("dialer.held", dialer=dialer, scope=hold.scope, reason=hold.code, next_step=refusal.message)
        try:
            self._store.hold(hold)
        except StoreUnavailable as error:
            log.error("dialer.hold_not_stored", dialer=dialer, scope=hold.scope, reason=error.code)


def _unasked(outcome: Refused | Rejected | Busy) -> CallAnswer:
    """Nothing was sent."""
    nothing = Exchange(action="manual_dial", http_status=None, response="", seconds=0.0)
    return CallAnswer(outcome=outcome, exchange=nothing)
