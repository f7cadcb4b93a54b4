"""The threads around the feeds: they begin by themselves, outlive trouble and stop when told."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.app import create_services
from gateway.asking import HttpAsker, NoAnswer
from gateway.capture import Services
from gateway.config import DialerConfig, GatewayConfig, SourceConfig
from gateway.pulling import Puller
from gateway.settings import Settings
from gateway.sources.pull import Answer, Question
from gateway.store.reading import Search
from tests.delivery.scripted import ScriptedDialer
from tests.pulling.platforms import IndiaMart, Platform, running
from tests.pulling.world import make_source, row_of

Open = Callable[..., Services]


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running(IndiaMart(now=time.time)) as platform:
        yield platform


@pytest.fixture
def open_services(sqlite_path: Path, tmp_path: Path) -> Iterator[Open]:
    opened: list[Services] = []

    def open_services(*sources: SourceConfig, deliver: bool = True) -> Services:
        config = GatewayConfig(
            dialers={"main": DialerConfig(name="main", url="http://dialer.example/")},
            sources={source.name: source for source in sources},
        )
        settings = Settings(database_url=f"sqlite:///{sqlite_path}", state_dir=tmp_path, deliver=deliver)
        opened.append(create_services(settings, config, dialers={"main": ScriptedDialer()}))
        return opened[-1]

    yield open_services
    for services in opened:
        services.stop(2)
        services.store.close()


def eventually(done: Callable[[], bool], seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        time.sleep(0.01)
    return done()


def kept(services: Services) -> int:
    return len(services.store.find(Search(), limit=500).leads)


def test_a_process_that_delivers_pulls_by_itself(open_services: Open, platform: Platform) -> None:
    platform.file(row_of("indiamart", 1, time.time()))
    services = open_services(make_source("indiamart", platform.url))

    services.start()

    assert eventually(lambda: kept(services) == 1)


def test_two_processes_ask_once(open_services: Open, platform: Platform) -> None:
    platform.file(row_of("indiamart", 1, time.time()))
    both = [open_services(make_source("indiamart", platform.url)) for _ in range(2)]

    for services in both:
        services.start()

    assert eventually(lambda: kept(both[0]) == 1)
    time.sleep(0.2)
    assert len(platform.asked) == 1


def test_a_process_that_only_takes_leads_in_does_not_pull(open_services: Open, platform: Platform) -> None:
    services = open_services(make_source("indiamart", platform.url), deliver=False)

    services.start()
    time.sleep(0.1)

    assert platform.asked == []


def test_a_source_without_its_key_is_not_pulled(open_services: Open, platform: Platform) -> None:
    pushed = make_source("indiamart", platform.url, options={"pull_key": ""})
    services = open_services(pushed)

    assert Puller(services).feeds == {}


def test_a_platform_that_says_nothing_keeps_no_other_from_its_turn(
    open_services: Open, platform: Platform
) -> None:
    platform.faults = ["silent"]
    platform.file(row_of("indiamart", 1, time.time()))
    with running(IndiaMart(now=time.time)) as other:
        other.file(row_of("indiamart", 2, time.time()))
        services = open_services(
            make_source("indiamart", platform.url, name="slow"),
            make_source("indiamart", other.url, name="quick"),
        )

        services.start()

        assert eventually(lambda: kept(services) == 1)


def test_a_fault_of_ours_is_told_and_tried_again(open_services: Open) -> None:
    class Broken:
        asked = 0

        def ask(self, question: Question) -> Answer:
            self.asked += 1
            raise LookupError("a bug")

    services = open_services(make_source("indiamart", "http://127.0.0.1:1"))
    broken = Broken()
    puller = Puller(services, asker=broken)

    puller.start()

    assert eventually(lambda: broken.asked == 1)
    puller.stop(1.0)
    assert services.store.pulls.of("indiamart") is not None


def test_stopping_does_not_wait_for_a_platform(open_services: Open, platform: Platform) -> None:
    platform.faults = ["silent"]
    services = open_services(make_source("indiamart", platform.url))
    services.start()
    assert eventually(lambda: len(platform.asked) == 1)

    began = time.monotonic()
    for part in services.background:
        part.stop(0.1)

    assert time.monotonic() - began < 1.0


@pytest.mark.parametrize("fault", ["closed", "silent", "drip", "endless"])
def test_no_failure_shows_the_key(platform: Platform, fault: str, caplog: pytest.LogCaptureFixture) -> None:
    platform.faults = [fault]
    question = Question(url=f"{platform.url}/x", query=(("glusr_crm_key", "the-key-0123456789"),))

    with caplog.at_level(logging.INFO), pytest.raises(NoAnswer) as caught:
        HttpAsker(silence=0.2, patience=0.1).ask(question)

    assert "the-key-0123456789" not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"
