"""A running gateway whose dialer goes away, refuses us and comes back, and what people hear of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.alerting.desk import Desk
from gateway.alerting.telling import Telling
from gateway.config.alert_table import AlertsConfig
from gateway.dialer.outcome import NotSent, Refused, Scope
from gateway.leads.lead import State
from tests.alerting.desks import SLACK, FakeSender
from tests.delivery.scripted import always_created
from tests.web.gateway_under_test import Gateway, make_config, opened


class Duty:
    """A gateway, its desk, and whoever is told."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.sender = FakeSender()
        known = gateway.services
        telling = Telling(known.config.alerts, store=known.store, clock=gateway.clock, sender=self.sender)
        self.desk = Desk(
            known.config,
            settings=replace(known.settings, database_url="postgresql://elsewhere/"),  # whatever its disk
            store=known.store,
            clock=gateway.clock,
            telling=telling,
        )
        self.desk.turn()

    def bring(self, leads: int) -> None:
        for number in range(leads):
            answer = self.gateway.lead({"MobileNo": f"98765{number:05}"}, headers={"Prefer": "wait=0"})
            assert answer.status_code in {201, 202}

    def states(self) -> set[State]:
        return {each.state for each in self.gateway.stored()}

    def later(self, seconds: float) -> None:
        """Time passes; the lines say how they stand then, and the desk looks."""
        self.gateway.clock.ahead += seconds
        until(lambda: bool(self.gateway.store.console.lines.reports(now=self.gateway.clock.now() + 15)))
        self.desk.turn()


def until(true: Callable[[], bool], *, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


@pytest.fixture
def duty(tmp_path: Path) -> Iterator[Duty]:
    config = replace(make_config(), alerts=AlertsConfig(targets=(SLACK,)))
    with opened(tmp_path, config) as gateway:
        yield Duty(gateway)


def test_a_dialer_goes_away_and_comes_back(duty: Duty) -> None:
    gateway = duty.gateway
    gateway.dialer.script = lambda _: NotSent(code="dialer.unreachable", message="Nobody answers.")
    duty.bring(8)
    until(
        lambda: any(not each.is_open for each in gateway.store.console.lines.reports(now=gateway.clock.now()))
    )
    duty.later(20)
    assert duty.sender.titles == []
    for _ in range(5):
        duty.later(20)
    assert duty.sender.titles == ["CRITICAL: Dialer main does not answer."]
    assert "8 leads wait for it." in duty.sender.sent[0][1].body

    gateway.dialer.script = always_created()
    gateway.clock.ahead += 60
    until(lambda: duty.states() == {State.DELIVERED})
    for _ in range(4):
        duty.later(60)

    assert len(duty.sender.sent) == 2
    assert duty.sender.titles[1].startswith("Over: Dialer main does not answer: over after ")
    assert "8 leads waited at most; all are delivered." in duty.sender.sent[1][1].body


def test_a_login_is_refused_and_mended(duty: Duty) -> None:
    gateway = duty.gateway
    gateway.dialer.script = lambda _: Refused(code="login.refused", message="No.", scope=Scope.LOGIN)
    duty.bring(20)
    until(lambda: duty.states() == {State.HELD})
    duty.later(20)

    assert duty.sender.titles == ["CRITICAL: Dialer main refuses our login (login.refused)."]
    assert "20 leads wait for it." in duty.sender.sent[0][1].body
    assert "9876500000" not in duty.sender.sent[0][1].body

    gateway.dialer.script = always_created()
    gateway.store.release_hold("main", "login", now=gateway.clock.now())
    until(lambda: duty.states() == {State.DELIVERED})
    for _ in range(3):
        duty.later(60)

    assert "20 leads waited at most; all are delivered." in duty.sender.sent[1][1].body
