"""LinkedIn is asked for what its webhook has lost: by owner and type, page by page, each lead once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.app import create_services
from gateway.asking import HttpAsker
from gateway.capture import Services, capture_all
from gateway.config import DialerConfig, GatewayConfig
from gateway.fetching.desk import Desk
from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.pulling.feed import Feed, Outcome, Turn
from gateway.settings import Settings
from gateway.sources import linkedin_pull
from gateway.sources.base import Inbound
from gateway.sources.keeping import keep
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.store.reading import Search
from tests.delivery.scripted import ScriptedDialer
from tests.fakes import FakeClock
from tests.fetching.conftest import source_for
from tests.fetching.platforms import (
    APP_SECRET,
    CLIENT_ID,
    OWNER,
    REFRESH_TOKEN,
    Platform,
    linkedin_error,
    linkedin_form,
    linkedin_lead,
    running_linkedin,
)

PAGE = "urn:li:organization:77"
KIND = SOURCES["linkedin"]


@dataclass
class Account:
    """A gateway whose source is told of some leads only, and LinkedIn, which knows them all."""

    services: Services
    platform: Platform
    clock: FakeClock
    waited: list[float] = field(default_factory=list)

    def feed(self, **options: str) -> Feed:
        source = source_for("linkedin", self.platform, more={"owner": OWNER, **options})
        assert KIND.pull is not None
        return Feed(
            self.services,
            source,
            KIND,
            KIND.pull,
            asker=HttpAsker(silence=5, patience=5),
            wait=lambda seconds: bool(self.waited.append(seconds)),
        )

    def file(self, number: int, **more: Any) -> str:
        lead_id = f"249592fc-d272-44ba-a7db-{number:012d}-6"
        at = {"submittedAt": int(self.clock.now() * 1000) - 1000}
        self.platform.leads[lead_id] = linkedin_lead(lead_id, f"98{number:08d}", **(at | more))
        return lead_id

    def push(self, lead_id: str) -> None:
        source = self.services.config.sources["ads"]
        event = {"leadGenFormResponse": f"urn:li:leadGenFormResponse:{lead_id}", "leadAction": "CREATED"}
        now = self.clock.now()
        inbound = Inbound(method="POST", path="/webhooks/ads", body=orjson.dumps(event), received_at=now)
        enquiry = keep(source, KIND, inbound, new_id(now))
        capture_all(self.services, source, enquiry, KIND.parse(source, inbound))

    def fetch(self) -> None:
        """The worker that asks for the answers of what is announced."""
        assert KIND.fetch is not None
        desk = Desk(
            self.services.config,
            self.services.config.sources["ads"],
            KIND.fetch,
            store=self.services.store,
            clock=self.clock,
            asker=HttpAsker(silence=5, patience=5),
        )
        while desk.work():
            continue

    def states(self) -> list[tuple[State, str | None]]:
        page = self.services.store.find(Search(), limit=500)
        return [(lead.state, lead.reason_code) for lead in page.leads]

    def phones(self) -> list[str]:
        found = self.services.store.find(Search(), limit=500).leads
        stories = [self.services.store.story(lead.id) for lead in found]
        return sorted(story.phone for story in stories if story is not None)

    def listed(self) -> list[str]:
        return [each for each in self.platform.asked if each.startswith("q=owner")]


@contextmanager
def opened(platform: Platform, clock: FakeClock, folder: Path) -> Iterator[Account]:
    config = GatewayConfig(
        dialers={"main": DialerConfig(name="main", url="http://dialer.example/")},
        sources={"ads": source_for("linkedin", platform)},
    )
    url = f"sqlite:///{folder}/gateway.db"
    settings = Settings(database_url=url, state_dir=folder, secret_key="a secret for tests", deliver=False)
    Store.migrate(url)
    services = create_services(settings, config, dialers={"main": ScriptedDialer()}, clock=clock)
    try:
        yield Account(services=services, platform=platform, clock=clock)
    finally:
        services.recorder.close()
        services.store.close()


@pytest.fixture
def account(clock: FakeClock, tmp_path: Path) -> Iterator[Account]:
    with running_linkedin() as platform, opened(platform, clock, tmp_path) as account:
        platform.forms["7234246"] = linkedin_form()
        yield account


def test_a_lead_that_no_webhook_told_of_is_brought_in_with_its_answers(account: Account) -> None:
    account.file(1)

    turn = account.feed().turn()
    assert (turn.outcome, turn.kept.fresh) == (Outcome.DONE, 1)
    account.fetch()

    assert account.states() == [(State.QUEUED, None)]
    assert account.phones() == ["9800000001"]


def test_a_webhook_that_loses_one_in_five_still_brings_every_lead_once(account: Account) -> None:
    feed = account.feed()
    feed.turn()  # what came before the first one is not asked for
    for number in range(20):
        lead_id = account.file(number)
        if number % 5:
            account.push(lead_id)
        if number % 7 == 0:
            account.clock.turn(3700)
            feed.turn()
    account.clock.turn(3700)
    feed.turn()
    account.push(account.file(3))  # told once more, after the pull
    account.fetch()

    delivered = [phone for phone in account.phones() if phone]
    assert sorted(set(delivered)) == [f"98{number:08d}" for number in range(20)]
    assert [state for state, _ in account.states()].count(State.QUEUED) == 20


def test_more_leads_than_a_page_holds_come_page_by_page(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linkedin_pull, "LEADS_OF_A_PAGE", 3)
    for number in range(7):
        account.file(number)

    assert account.feed().turn().kept.fresh == 7
    assert [each.rpartition("start=")[2] for each in account.listed()] == ["0", "3", "6"]
    assert account.waited == [1.0, 1.0]


def test_a_page_is_asked_for_each_type_of_lead_it_can_have(account: Account) -> None:
    account.file(1, owner=PAGE, leadType="EVENT")
    account.file(2)

    assert account.feed(owner=f"{OWNER}, {PAGE}").turn().kept.fresh == 2
    types = [each.partition("leadType:")[2].partition(")")[0] for each in account.listed()]
    assert types == ["SPONSORED", "COMPANY", "EVENT", "ORGANIZATION_PRODUCT"]


def test_a_test_lead_that_is_pulled_is_never_dialed(account: Account) -> None:
    account.file(1, testLead=True)
    account.feed().turn()
    account.fetch()

    assert [state for state, _ in account.states()] == [State.TEST]


def test_a_token_that_has_run_out_is_replaced_where_that_is_allowed(account: Account) -> None:
    account.file(1)
    account.platform.tokens.clear()

    assert code_of(account.feed().turn()) == "pull.key"
    account.clock.turn(3600)
    renewing = account.feed(refresh_token=REFRESH_TOKEN, client_id=CLIENT_ID)
    assert renewing.turn().kept.fresh == 1
    assert account.platform.times("token") == 1


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (linkedin_error(429), "pull.too_many"),
        (linkedin_error(500), "pull.status"),
        (linkedin_error(403), "pull.refused"),
        (linkedin_error(401, "Member may not see this"), "pull.refused"),
        (linkedin_error(426), "pull.refused"),
        (linkedin_error(400), "pull.refused"),
        (linkedin_error(200), "pull.unreadable"),
    ],
    ids=["too many", "broken", "no right", "no role", "old version", "bad question", "no list"],
)
def test_every_no_of_linkedin_keeps_the_window_for_later(
    account: Account, trouble: Callable[[], Any], code: str
) -> None:
    account.file(1)
    account.platform.troubles.append(trouble)
    feed = account.feed()

    assert code_of(feed.turn()) == code
    account.clock.turn(7200)
    assert feed.turn().kept.fresh == 1


def test_an_odd_row_is_kept_aside_and_spoils_no_other(account: Account) -> None:
    account.file(1)
    account.platform.leads["../../me"] = linkedin_lead(
        "../../me", submittedAt=int(account.clock.now() * 1000) - 1000
    )

    assert account.feed().turn().kept.fresh == 2
    account.fetch()

    assert sorted(account.states()) == [(State.QUARANTINED, "fetch.id"), (State.QUEUED, None)]
    assert APP_SECRET not in "".join(account.platform.asked)


def code_of(turn: Turn) -> str:
    assert turn.trouble is not None
    return turn.trouble.code
