"""Desks whose turns a test takes, targets that answer as it says, and a clock to turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.alerting.desk import EVERY, Desk
from gateway.alerting.letters import Letter
from gateway.alerting.post import Sent
from gateway.alerting.telling import Telling
from gateway.config import DialerConfig, GatewayConfig, SourceConfig
from gateway.config.alert_table import AlertsConfig, AlertTarget
from gateway.settings import Settings
from gateway.store import Store
from gateway.store.lines import Closed, LineReport
from tests.fakes import FakeClock

SLACK = AlertTarget(reference="env:SLACK", url="slack://a/b/c")
MAIL = AlertTarget(reference="file:/run/mail", url="mailtos://user:secret@mail.example/")


@dataclass
class FakeSender:
    """Keeps what it was given; `answer` says what a target makes of it."""

    answer: Callable[[AlertTarget, Letter], Sent] = lambda _target, _letter: Sent(taken=True)
    sent: list[tuple[str, Letter]] = field(default_factory=list)

    def send(self, target: AlertTarget, letter: Letter) -> Sent:
        self.sent.append((target.reference, letter))
        return self.answer(target, letter)

    def stop(self) -> None:
        return None

    @property
    def titles(self) -> list[str]:
        return [letter.title for _, letter in self.sent]


def config_with(alerts: AlertsConfig) -> GatewayConfig:
    source = SourceConfig(name="website", kind="form", dialer="main", list_id="25062018")
    return GatewayConfig(
        dialers={"main": DialerConfig(name="main", url="http://dialer.example/")},
        sources={"website": source},
        public_url="https://leads.example.com",
        alerts=alerts,
    )


@dataclass
class Office:
    """One database; any number of processes, each with a desk."""

    store: Store
    clock: FakeClock
    place: Path
    sender: FakeSender = field(default_factory=FakeSender)
    alerts: AlertsConfig = field(default_factory=lambda: AlertsConfig(targets=(SLACK,)))

    def __post_init__(self) -> None:
        self.desk = self.new_desk()
        self.desk.turn()

    def new_desk(self, store: Store | None = None, sender: FakeSender | None = None, **changes: Any) -> Desk:
        """Another process, or this one after a restart."""
        store = store or self.store
        telling = Telling(self.alerts, store=store, clock=self.clock, sender=sender or self.sender)
        # The disk of the machine that runs the tests is no part of them.
        settings = Settings(database_url="postgresql://elsewhere/", state_dir=self.place, **changes)
        return Desk(
            config_with(self.alerts), settings=settings, store=store, clock=self.clock, telling=telling
        )

    def go(self, seconds: float, *desks: Desk, step: float = EVERY) -> None:
        """Let time pass, each desk taking its turns."""
        for _ in range(int(seconds / step)):
            self.clock.turn(step)
            self.report()
            for desk in desks or (self.desk,):
                desk.turn()

    closed: Closed | None = None

    def report(self) -> None:
        """How the line stands, as the process that sends says it."""
        now = self.clock.now()
        is_open = self.closed is None
        self.store.console.lines.report(
            [LineReport(owner="machine:1", dialer="main", at=now, is_open=is_open, reason=self.closed)]
        )
