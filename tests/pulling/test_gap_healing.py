"""A push feed that drops one delivery in five, a platform that fails now and then: every lead is in the dialer once."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask

from gateway.app import create_app
from gateway.asking import HttpAsker
from gateway.capture import Services
from gateway.config import DialerConfig, GatewayConfig
from gateway.pulling.feed import Feed
from gateway.settings import Settings
from gateway.sources.registry import SOURCES
from gateway.store import Store
from tests.pulling.platforms import Platform, running
from tests.pulling.world import PLATFORMS, TOKEN, make_source, row_of
from tests.running import EmulatorHandle, running_emulator
from tests.web.gateway_under_test import SteadyClock

MORNING = 1_795_062_600.0  # 10:00 in India, so that the day does not end meanwhile
STEP = 120.0  # seconds
STEPS = 30
LEADS_OF_A_STEP = 4
FAULTS = ["500", "429", "closed", "half", "html"]


class JumpingClock(SteadyClock):
    """Hours go by between two requests, none within one."""

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class Feeding:
    """A platform that pushes badly, and a gateway with two processes that pull."""

    kind: str
    app: Flask
    platform: Platform
    clock: JumpingClock
    chance: Random = field(default_factory=lambda: Random(4))
    late: list[dict[str, Any]] = field(default_factory=list)
    dropped: int = 0

    def __post_init__(self) -> None:
        services: Services = self.app.extensions["gateway"]
        kind = SOURCES[self.kind]
        assert kind.pull is not None
        self.services = services
        source = services.config.sources[self.kind]
        asker = HttpAsker(silence=1.0, patience=2.0)
        self.feeds = [
            Feed(services, source, kind, kind.pull, asker=asker, wait=lambda _seconds: False)
            for _ in range(2)
        ]

    def push(self, row: dict[str, Any]) -> None:
        """As the platform would: no answer is looked at, nothing is sent again."""
        answer = self.app.test_client().post(
            f"/webhooks/{self.kind}?token={TOKEN}", data=json.dumps(row), content_type="application/json"
        )
        assert answer.status_code == 200

    def happen(self, number: int) -> None:
        """An enquiry is filed, and pushed unless it is the fifth; some pushes are late, some come twice."""
        now = self.clock.now()
        row = self.platform.file(row_of(self.kind, number, now), now)
        if number % 5 == 0:
            self.dropped += 1
        elif number % 7 == 0:
            self.late.append(row)
        else:
            self.push(row)
        if number % 11 == 1:
            self.push(row)

    def pull(self) -> None:
        """Both processes at once."""
        threads = [threading.Thread(target=feed.turn) for feed in self.feeds]
        for thread in threads:
            thread.start()
        if self.late:
            self.push(self.late.pop())
        for thread in threads:
            thread.join(10)

    def live(self) -> None:
        numbers = iter(range(STEPS * LEADS_OF_A_STEP))
        for _ in range(STEPS):
            for _ in range(LEADS_OF_A_STEP):
                self.happen(next(numbers))
            if self.chance.random() < 0.3:
                self.platform.faults = [self.chance.choice(FAULTS)]
            self.pull()
            self.clock.ahead += STEP
        self.platform.faults.clear()

    def recover(self) -> None:
        """Until everything that was filed counts as pulled."""
        until = self.clock.now()
        for _ in range(60):
            self.clock.ahead += STEP
            self.pull()
            checkpoint = self.services.store.pulls.of(self.kind)
            if checkpoint is not None and checkpoint.covered > until:
                return
        pytest.fail("pulling stands still")


@contextmanager
def feeding(kind: str, url: str, folder: Path, dialer_url: str) -> Iterator[Feeding]:
    clock = JumpingClock()
    clock.ahead = MORNING - clock.now()
    with running(PLATFORMS[kind](now=clock.now)) as platform:
        config = GatewayConfig(
            dialers={"main": DialerConfig(name="main", url=dialer_url, max_per_second=0)},
            sources={kind: make_source(kind, platform.url)},
        )
        settings = Settings(database_url=url, state_dir=folder, secret_key="a secret for tests")
        app = create_app(settings, config, clock=clock)
        services: Services = app.extensions["gateway"]
        services.delivery.start()
        try:
            yield Feeding(kind=kind, app=app, platform=platform, clock=clock)
        finally:
            services.stop(2)
            services.store.close()


@pytest.fixture(scope="module")
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


def all_phones() -> list[str]:
    return [f"98{number:08d}" for number in range(STEPS * LEADS_OF_A_STEP)]


def check(kind: str, url: str, folder: Path, emulator: EmulatorHandle) -> None:
    emulator.reset()
    with feeding(kind, url, folder, emulator.api_url) as feed:
        feed.live()
        before = {lead["phone_number"] for lead in emulator.leads()}
        feed.recover()
        leads = emulator.wait_for_leads(len(all_phones()), seconds=10)
        store: Store = feed.services.store

        assert feed.dropped == len(all_phones()) / 5
        assert sorted(lead["phone_number"] for lead in leads) == all_phones()
        assert len(before) > len(all_phones()) / 2, "most were there long before the end"
        assert store.verify() == []


def test_a_feed_that_drops_one_in_five_ends_with_every_lead_in_the_dialer_once(
    url: str, tmp_path: Path, emulator: EmulatorHandle
) -> None:
    check("indiamart", url, tmp_path, emulator)


@pytest.mark.parametrize("kind", ["housing", "tradeindia"])
def test_so_do_the_other_platforms(
    kind: str, sqlite_path: Path, tmp_path: Path, emulator: EmulatorHandle
) -> None:
    check(kind, f"sqlite:///{sqlite_path}", tmp_path, emulator)
