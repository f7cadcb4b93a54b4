"""Gives the messages that wait to their targets, and tries again those that were not taken."""

from __future__ import annotations

import threading

import structlog

from gateway.alerting import counts
from gateway.alerting.letters import Letter, joined
from gateway.alerting.post import ProcessSender, Sender, Sent, advice
from gateway.clock import Clock
from gateway.config.alert_table import AlertsConfig, AlertTarget
from gateway.store import Store

log = structlog.get_logger("gateway.alerting")

# Longer than any sending: whoever dies with a message leaves it to another, who tells it once more at most.
LEASE = 120.0
PAUSES = (15.0, 60.0, 300.0, 900.0, 1800.0)  # seconds between the tries; the last one again and again
GIVEN_UP_AFTER = 86400.0
_GIVEN_UP = "given_up"


class Telling:
    """Of one process; a target is served by one process at a time."""

    def __init__(
        self, config: AlertsConfig, *, store: Store, clock: Clock, sender: Sender | None = None
    ) -> None:
        self._targets = {each.reference: each for each in config.targets}
        self._store = store
        self._clock = clock
        self._sender = sender or ProcessSender()
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self._sender.stop()

    def send_due(self) -> int:
        """How many targets were tried."""
        if not self._targets:
            return 0
        messages, now = self._store.console.alert_messages, self._clock.now()
        due = messages.anything_due(sorted(self._targets), now=now)
        for reference in due:
            if not self._stopping.is_set():
                self._serve(self._targets[reference])
        return len(due)

    def at_once(self, letter: Letter) -> dict[str, Sent]:
        """Past the database, to every target: for when that is what has failed."""
        return {reference: self._sender.send(target, letter) for reference, target in self._targets.items()}

    def _serve(self, target: AlertTarget) -> None:
        messages, now = self._store.console.alert_messages, self._clock.now()
        lease = now + LEASE
        claimed = messages.claim(target.reference, now=now, lease=lease)
        if not claimed:
            return
        sent = self._sender.send(target, joined(claimed))
        now = self._clock.now()
        if sent.taken:
            messages.told(target.reference, lease=lease, now=now)
            counts.told(target.kind, "told")
            log.info("alert.told", target=target.reference, kind=target.kind, messages=len(claimed))
            return
        tries = max(each.tries for each in claimed)
        pause = PAUSES[min(tries, len(PAUSES)) - 1]
        # Each for itself: what came just now has its own day, however long others have waited before it.
        over = messages.again(
            target.reference,
            lease=lease,
            at=now + pause,
            problem=sent.problem,
            before=now - GIVEN_UP_AFTER,
        )
        counts.told(target.kind, _GIVEN_UP if over else "failed")
        report = log.error if over else log.warning
        report(
            "alert.not_told",
            target=target.reference,
            kind=target.kind,
            reason=sent.problem,
            tries=tries,
            again_in=None if over >= len(claimed) else pause,
            next_step=advice(sent.problem),
        )
