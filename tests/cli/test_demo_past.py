"""The demo begins with two weeks of leads in every state; the question everybody asks first has its answer there."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from gateway import demo_past
from gateway.config import GatewayConfig, parse_config
from gateway.demo import Place, furnish
from gateway.demo_people import KNOWN
from gateway.leads.lead import LeadStatus, State
from gateway.store import Store
from gateway.store.reading import Search

ROOT = Path(__file__).parents[2]
NOW = 1_795_000_000.0  # a Wednesday afternoon in India
# What is still on its way would leave as soon as the demo starts.
STATES = set(State) - {State.QUEUED, State.SENDING}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A demo that was furnished, and not started."""
    place = Place(
        directory=tmp_path_factory.mktemp("demo"),
        host="127.0.0.1",
        port=8000,
        dialer_port=8100,
        site_port=8200,
    )
    furnish(place, {})
    return place


def leads_of(store: Store, search: Search | None = None) -> list[LeadStatus]:
    found: list[LeadStatus] = []
    after = None
    while True:
        page = store.find(search or Search(), after=after, limit=500)
        found += page.leads
        after = page.after
        if after is None:
            return found


def config_of(place: Place) -> GatewayConfig:
    return parse_config((place.directory / "gateway.toml").read_text(), {"PORTAL_TOKEN": "x" * 40})


def test_there_are_two_weeks_of_leads_in_every_state(place: Place) -> None:
    store = Store.open(place.database_url)
    leads = leads_of(store)

    assert {lead.state for lead in leads} == STATES
    assert len(leads) > 1000
    assert len({int(lead.received_at // 86400) for lead in leads}) >= 14
    assert max(lead.received_at for lead in leads) < time.time()
    assert store.verify() == []
    assert {lead.source for lead in leads} == set(config_of(place).sources)
    store.close()


def test_the_lead_everybody_looks_for_was_late_because_the_dialer_was_away(place: Place) -> None:
    store = Store.open(place.database_url)
    (lead,) = leads_of(store, Search(phone=KNOWN[1]))
    story = store.story(lead.id)
    store.close()

    assert story is not None
    assert (lead.state, story.fields["CustomerName"]) == (State.DELIVERED, KNOWN[0])
    outcomes = Counter(attempt.outcome for attempt in story.attempts)
    assert outcomes["created"] == 1
    assert outcomes["not_sent"] > 2
    assert 300 < story.attempts[-1].finished_at - lead.received_at < 1800


def test_a_demo_that_is_started_again_keeps_its_leads_and_gets_no_others(place: Place) -> None:
    store = Store.open(place.database_url)
    before = len(leads_of(store))
    furnish(place, {})

    assert len(leads_of(store)) == before
    store.close()


def test_the_same_moment_gives_the_same_week(tmp_path: Path, place: Place) -> None:
    weeks = []
    for name in ("one", "two"):
        url = f"sqlite:///{tmp_path}/{name}.db"
        Store.migrate(url)
        store = Store.open(url)
        assert demo_past.fill(store, config_of(place), now=NOW) == len(leads_of(store))
        weeks.append([(lead.received_at, lead.state, lead.dialer_lead_id) for lead in leads_of(store)])
        store.close()
    assert weeks[0] == weeks[1]


def test_the_demo_may_begin_empty(tmp_path: Path) -> None:
    place = Place(
        directory=tmp_path, host="127.0.0.1", port=8000, dialer_port=8100, site_port=8200, empty=True
    )
    furnish(place, {})
    store = Store.open(place.database_url)

    assert leads_of(store) == []
    store.close()
