"""Looks at how things stand every few seconds, in one process for all of them; opens, keeps and closes alerts."""

from __future__ import annotations

import threading
from functools import partial

import structlog

from gateway.alerting import counts
from gateway.alerting.letters import Became, Letter, Writer
from gateway.alerting.reckoning import FLAPPING, Known, Reckoning, reckon
from gateway.alerting.rules import OF_A_DIALER, STOPS_A_DIALER, judge
from gateway.alerting.situation import look, place_of
from gateway.alerting.store_away import StoreAway
from gateway.alerting.telling import Telling
from gateway.clock import Clock
from gateway.config import GatewayConfig
from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.settings import Settings
from gateway.store import Store, StoreUnavailable
from gateway.store.alert_facts import Facts
from gateway.store.alert_messages import MessageRow
from gateway.store.alerts import CRITICAL, Alert, AlertChanges, AlertTurn

log = structlog.get_logger("gateway.alerting")

EVERY = 15.0  # seconds between two looks, of all processes together
SHOWN_EVERY = 60.0  # seconds between two readings of what another process has found
TICK = 2.0
BEFORE = 120.0  # seconds before a trouble was seen in which its first leads came


class Desk:
    """One per process that delivers; whose turn it is stands in the database."""

    def __init__(
        self,
        config: GatewayConfig,
        *,
        settings: Settings,
        store: Store,
        clock: Clock,
        telling: Telling | None = None,
    ) -> None:
        self._config = config
        self._store = store
        self._clock = clock
        self._database = place_of(settings.database_url)
        self._writer = Writer(public_url=config.public_url, zone=config.console.time_zone)
        self._telling = telling or Telling(config.alerts, store=store, clock=clock)
        self._away = StoreAway(
            config.alerts, writer=self._writer, telling=self._telling, clock=clock, place=settings.state_dir
        )
        self._show_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """A message under way is told once more by another process."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(seconds)
        self._telling.stop()

    def turn(self) -> None:
        """Look, if it is this process's turn, and send what is due."""
        try:
            looked = self.look()
            monotonic = self._clock.monotonic()
            if looked or monotonic >= self._show_at:
                self._show_at = monotonic + SHOWN_EVERY
                counts.show(each.rule for each in self._store.console.alerts.open())
            self._telling.send_due()
        except StoreUnavailable as error:
            self._away.is_away(error)
            return
        ended = self._away.is_back()
        if ended is not None:
            self._store.console.alerts.remember(ended)

    def look(self) -> bool:
        """Whether it was this process's turn."""
        alerts, now = self._store.console.alerts, self._clock.now()
        if not alerts.is_due(now):
            return False
        turn = alerts.take_turn(now=now, every=EVERY)
        if turn is None:
            return False
        known = Known(
            standing=alerts.standing(),
            closed=alerts.closed_since(now - FLAPPING),
            awake_since=turn.awake_since,
        )
        recovering = {each.about for each in (*known.standing, *known.closed) if each.rule in STOPS_A_DIALER}
        situation = look(self._config, self._store, self._database, now=now, recovering=frozenset(recovering))
        findings = judge(situation)
        reckoning = reckon(known, findings, self._config.alerts, now=now, new_id=lambda: new_id(now))
        self._write_down(reckoning, situation.facts, turn, now)
        return True

    def _write_down(self, reckoning: Reckoning, facts: Facts, turn: AlertTurn, now: float) -> None:
        letter = self._writer.letter(
            begun=reckoning.begun,
            reminded=reckoning.reminded,
            over=reckoning.over,
            became=partial(self._became, facts),
            now=now,
        )
        changes = AlertChanges(
            keep=reckoning.kept,
            drop=[each.id for each in reckoning.dropped],
            messages=self._addressed(letter, now) if letter else (),
        )
        if not (changes.keep or changes.drop or changes.messages):
            return
        if self._store.console.alerts.keep(changes, turn=turn, now=now):
            _say(reckoning)

    def _became(self, facts: Facts, alert: Alert) -> Became | None:
        """What came for the dialer meanwhile, as it is now; what waits counts whenever it came."""
        if alert.rule not in OF_A_DIALER or alert.closed_at is None:
            return None
        # The first leads behind a trouble came before anybody saw it.
        came = self._store.console.alert_facts.became(
            alert.about, start=alert.opened_at - BEFORE, end=alert.closed_at
        )
        waiting = {
            state: sum(
                each.leads for each in facts.waiting if each.dialer == alert.about and each.state is state
            )
            for state in (State.QUEUED, State.HELD)
        }
        return {**came, **waiting}

    def _addressed(self, letter: Letter, now: float) -> list[MessageRow]:
        return [
            MessageRow(
                id=new_id(now),
                target=target.reference,
                severity=letter.severity,
                title=letter.title,
                body=letter.body,
                created_at=now,
            )
            for target in self._config.alerts.targets
        ]

    def _run(self) -> None:
        while not self._stopping.wait(TICK):
            try:
                self.turn()
            except StoreUnavailable as error:
                log.warning("alerts.store_away", reason=error.code, next_step=error.message)
            except Exception:
                log.exception("alerts.failed")


def _say(reckoning: Reckoning) -> None:
    for each in reckoning.raised:
        report = log.error if each.severity == CRITICAL else log.warning
        report(
            "alert.opened",
            rule=each.rule,
            about=each.subject,
            severity=each.severity,
            leads=each.leads,
            times=each.times,
            summary=each.summary,
            next_step=each.next_step,
        )
    for each in reckoning.closed:
        lasted = round((each.closed_at or each.seen_at) - each.opened_at)
        log.info("alert.closed", rule=each.rule, about=each.subject, seconds=lasted, leads=each.peak)
