"""The one alert that no database can keep: that the database itself is away, or its disk is full."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

import structlog

from gateway.alerting import counts
from gateway.alerting.finding import span
from gateway.alerting.letters import GOOD, Writer
from gateway.alerting.post import advice
from gateway.alerting.telling import Telling
from gateway.clock import Clock
from gateway.config.alert_table import AlertsConfig
from gateway.leads.identity import new_id
from gateway.store import StoreUnavailable
from gateway.store.alerts import Alert

log = structlog.get_logger("gateway.alerting")

RULE = "store_away"
_LOCK = "alerts.lock"
_SUMMARY = "The database cannot be used: no lead can be kept, callers are told to try again."


class StoreAway:
    """One process of a machine tells it: whoever has the lock, which the kernel gives back when it dies."""

    def __init__(
        self, config: AlertsConfig, *, writer: Writer, telling: Telling, clock: Clock, place: Path
    ) -> None:
        self._rule = config.rules[RULE]
        self._reminder = config.reminder
        self._writer = writer
        self._telling = telling
        self._clock = clock
        self._place = place
        self._since: float | None = None
        self._told_at: float | None = None
        self._lock: int | None = None
        self._last = ""

    def is_away(self, error: StoreUnavailable) -> None:
        """The store has failed just now."""
        now = self._clock.now()
        self._since = now if self._since is None else self._since
        self._last = error.message
        if not self._rule.on or now - self._since < self._rule.lasts or not self._is_ours():
            return
        if self._told_at is None:
            log.error(
                "alert.opened",
                rule=RULE,
                about="",
                severity=self._rule.severity,
                reason=error.code,
                next_step=error.message,
            )
            counts.OPEN.labels(RULE).set(1)
        elif not self._reminder or now - self._told_at < self._reminder:
            return
        self._told_at = now
        lasted = f"{self._rule.severity.upper()} for {span(now - self._since)} ({error.code})."
        text = f"{lasted}\nWhat to do: {error.message}"
        self._tell(self._rule.severity, _SUMMARY, text)

    def is_back(self) -> Alert | None:
        """The store has worked just now; the alert that has ended, to be kept now that it can be."""
        since, told_at, self._since, self._told_at = self._since, self._told_at, None, None
        if since is None or told_at is None:
            return None
        self._give_back()
        now = self._clock.now()
        log.info("alert.closed", rule=RULE, about="", seconds=round(now - since))
        self._tell(
            GOOD, f"The database can be used again, after {span(now - since)}.", "Leads are kept again."
        )
        return Alert(
            id=new_id(since),
            rule=RULE,
            subject="",
            severity=self._rule.severity,
            opened_at=since,
            seen_at=now,
            raised_at=told_at,
            closed_at=now,
            summary=_SUMMARY,
            next_step=self._last,
            told_at=told_at,
            recovery_told_at=now,
        )

    def _tell(self, severity: str, headline: str, text: str) -> None:
        for reference, sent in self._telling.at_once(self._writer.plain(severity, headline, text)).items():
            if not sent.taken:
                log.warning(
                    "alert.not_told", target=reference, reason=sent.problem, next_step=advice(sent.problem)
                )

    def _is_ours(self) -> bool:
        if self._lock is not None:
            return True
        try:
            lock = os.open(self._place / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return True  # no place for a lock: rather told twice than never
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def _give_back(self) -> None:
        if self._lock is not None:
            with suppress(OSError):
                os.close(self._lock)
        self._lock = None
