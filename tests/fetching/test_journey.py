"""From a signed webhook through the real door to the dialer, with a platform that stumbles on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from gateway.config import SourceConfig
from gateway.fetching import Fetcher
from gateway.leads.lead import State
from gateway.sources import meta
from gateway.sources.linkedin import sample
from tests.fetching.conftest import source_for
from tests.fetching.platforms import (
    Platform,
    dripping,
    graph_lead,
    linkedin_form,
    linkedin_lead,
    plain,
)
from tests.sources.contract import CONFIG
from tests.web.gateway_under_test import UNLIMITED, Gateway, opened

SECONDS = 15.0


@pytest.fixture
def gateway(tmp_path: Path, graph: Platform, linkedin: Platform) -> Iterator[Gateway]:
    sources = {
        "facebook": source_for("meta", graph, name="facebook", limits=UNLIMITED, dedupe=0),
        "linkedin": source_for("linkedin", linkedin, name="linkedin", limits=UNLIMITED, dedupe=0),
    }
    with opened(tmp_path, replace(CONFIG, sources=sources)) as running:
        (fetcher,) = [part for part in running.services.background if isinstance(part, Fetcher)]
        fetcher.start()
        yield running
        fetcher.stop(5.0)


def source(gateway: Gateway, name: str) -> SourceConfig:
    return gateway.services.config.sources[name]


def wait_for(gateway: Gateway, name: str, number: int) -> list[State]:
    """The states of a source's leads, once so many are delivered or the time is over."""
    end = time.monotonic() + SECONDS
    while True:
        states = [lead.state for lead in gateway.stored(name)]
        if states.count(State.DELIVERED) >= number or time.monotonic() > end:
            return states
        time.sleep(0.02)


def test_every_announced_lead_reaches_the_dialer_once(gateway: Gateway, graph: Platform) -> None:
    ads = source(gateway, "facebook")
    graph.troubles.extend([plain(b"", 500), plain(b"<html>", 200), dripping])
    for number in range(1, 9):
        inbound = meta.sample(ads, number)
        lead_id = orjson.loads(inbound.body)["entry"][0]["changes"][0]["value"]["leadgen_id"]
        graph.leads[lead_id] = graph_lead(lead_id, f"+9198765432{10 + number}")
        for _ in range(2):  # as a platform that did not hear our answer
            answer = gateway.ask("POST", inbound.path, data=inbound.body, headers=dict(inbound.headers))
            assert answer.status_code == 200
    wait_until_asked(graph, 3)
    gateway.clock.ahead += 30  # what was put off is due
    states = wait_for(gateway, "facebook", 8)

    assert sorted(states) == [State.DELIVERED] * 8 + [State.DUPLICATE] * 8
    sent = [phone for request in gateway.dialer.requests for phone in request]
    assert sorted(sent) == [f"98765432{10 + number}" for number in range(1, 9)]
    assert gateway.store.verify() == []


def test_a_lead_of_linkedin_is_joined_and_delivered(gateway: Gateway, linkedin: Platform) -> None:
    inbound = sample(source(gateway, "linkedin"), 1)
    lead_id = orjson.loads(inbound.body)["leadGenFormResponse"].rpartition(":")[2]
    linkedin.leads[lead_id], linkedin.forms["7234246"] = linkedin_lead(lead_id), linkedin_form()

    answer = gateway.ask("POST", inbound.path, data=inbound.body, headers=dict(inbound.headers))

    assert answer.status_code == 200
    assert wait_for(gateway, "linkedin", 1) == [State.DELIVERED]
    assert gateway.dialer.requests == [["9876543210"]]


def wait_until_asked(platform: Platform, times: int) -> None:
    end = time.monotonic() + SECONDS
    while len(platform.asked) < times and time.monotonic() < end:
        time.sleep(0.02)
