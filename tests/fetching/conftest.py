"""A bench for each engine and platform: leads are announced, the clock is turned, the platform is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import orjson
import pytest

from gateway.asking import HttpAsker
from gateway.config import Auth, DialerConfig, GatewayConfig, SourceConfig
from gateway.fetching.desk import Desk
from gateway.leads.identity import new_id
from gateway.leads.lead import LeadStatus
from gateway.new_lead import kept_lead
from gateway.remaking import InTheQueue
from gateway.sources.base import Inbound
from gateway.sources.keeping import keep
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.store.operations import Accept
from gateway.store.records import Story
from tests.fakes import FakeClock
from tests.fetching.platforms import (
    APP_SECRET,
    PATIENCE,
    TOKEN,
    Platform,
    running_graph,
    running_linkedin,
)
from tests.store.conftest import migrated_file, migrated_postgres, open_store, sqlite_path, store, url

__all__ = ["migrated_file", "migrated_postgres", "open_store", "sqlite_path", "store", "url"]


def source_for(
    kind: str,
    platform: Platform,
    *,
    token: str = TOKEN,
    more: Mapping[str, str] = MappingProxyType({}),
    **changes: Any,
) -> SourceConfig:
    """`more` are further options."""
    address = {"meta": "graph_url", "linkedin": "api_url"}[kind]
    options = {"access_token": token, "verify_token": "v", address: platform.url, **more}
    known: dict[str, Any] = {
        "name": "ads",
        "kind": kind,
        "dialer": "main",
        "list_id": "25062018",
        "auth": Auth(method="platform", secrets=(APP_SECRET,)),
        "options": options,
    }
    return SourceConfig(**(known | changes))


@dataclass
class Bench:
    """One gateway's share of it, without its web and its lines."""

    store: Store
    clock: FakeClock
    platform: Platform
    kind: str
    token: str = TOKEN
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk = self.new_desk()

    @property
    def source(self) -> SourceConfig:
        return source_for(self.kind, self.platform, token=self.token, **self.changes)

    @property
    def config(self) -> GatewayConfig:
        dialer = DialerConfig(name="main", url="http://dialer.example/")
        source = self.source
        secrets = frozenset({self.token, APP_SECRET})
        return GatewayConfig(dialers={"main": dialer}, sources={source.name: source}, secrets=secrets)

    def new_desk(self, store: Store | None = None) -> Desk:
        """As another process has it, or this one after it was started again."""
        fetch = SOURCES[self.kind].fetch
        assert fetch is not None
        return Desk(
            self.config,
            self.source,
            fetch,
            store=store or self.store,
            clock=self.clock,
            asker=HttpAsker(silence=PATIENCE, patience=PATIENCE),
        )

    def receive(self, inbound: Inbound) -> list[str]:
        """What the webhook door does with a delivery."""
        source, kind, now = self.source, SOURCES[self.kind], self.clock.now()
        submissions = kind.parse(source, inbound)
        ids = sorted(new_id(now) for _ in submissions)
        leads = tuple(
            kept_lead(self.config, InTheQueue(), source, each, lead_id=lead_id, received_at=now)
            for each, lead_id in zip(submissions, ids, strict=True)
        )
        enquiry = keep(
            source,
            kind,
            Inbound(method="POST", path="/webhooks/ads", body=inbound.body, received_at=now),
            new_id(now),
        )
        self.store.transact([Accept(enquiry=enquiry, leads=leads)])
        return ids

    def announce(self, *lead_ids: str, action: str = "CREATED") -> list[str]:
        """The platform's webhook, with these ids of its own."""
        if self.kind == "meta":
            changes = [
                {
                    "field": "leadgen",
                    "value": {"leadgen_id": each, "page_id": "153125381133", "form_id": "12312312312"},
                }
                for each in lead_ids
            ]
            value: Any = {"object": "page", "entry": [{"id": "153125381133", "changes": changes}]}
        else:
            value = [
                {
                    "leadGenFormResponse": f"urn:li:leadGenFormResponse:{each}",
                    "leadGenForm": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)",
                    "leadAction": action,
                }
                for each in lead_ids
            ]
        return self.receive(Inbound(method="POST", path="/webhooks/ads", body=orjson.dumps(value)))

    def work(self, desk: Desk | None = None) -> int:
        """Everything that is to be done now; how many leads were asked for."""
        done = 0
        while (desk or self.desk).work():
            done += 1
        return done

    def later(self, seconds: float) -> int:
        self.clock.turn(seconds)
        return self.work()

    def status(self, lead_id: str) -> LeadStatus:
        found = self.store.status(lead_id)
        assert found is not None
        return found

    def told(self, lead_id: str) -> tuple[str, str | None]:
        """State and reason."""
        found = self.status(lead_id)
        return found.state.value, found.reason_code

    def story(self, lead_id: str) -> Story:
        found = self.store.story(lead_id)
        assert found is not None
        return found


@pytest.fixture
def graph() -> Iterator[Platform]:
    with running_graph() as platform:
        yield platform


@pytest.fixture
def linkedin() -> Iterator[Platform]:
    with running_linkedin() as platform:
        yield platform


@pytest.fixture
def meta_bench(store: Store, clock: FakeClock, graph: Platform) -> Bench:
    return Bench(store=store, clock=clock, platform=graph, kind="meta")


@pytest.fixture
def linkedin_bench(store: Store, clock: FakeClock, linkedin: Platform) -> Bench:
    return Bench(store=store, clock=clock, platform=linkedin, kind="linkedin")


@pytest.fixture
def sqlite_bench(
    sqlite_path: Any, open_store: Callable[[str], Store], clock: FakeClock, graph: Platform
) -> Bench:
    """For what has nothing to do with the engine."""
    return Bench(store=open_store(f"sqlite:///{sqlite_path}"), clock=clock, platform=graph, kind="meta")
