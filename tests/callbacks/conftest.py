"""Both engines, a receiver, and tellers whose turns a test takes itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.callbacks.teller import Teller
from gateway.config import Callback, DialerConfig, GatewayConfig, SourceConfig
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.callbacks import KeptCallback, Wanted
from gateway.store.records import NewLead
from tests.callbacks.receiver import LOOPBACK, SECRET, Receiver, receiving
from tests.fakes import FakeClock
from tests.store.conftest import (
    migrated_file,
    migrated_postgres,
    open_store,
    sqlite_path,
    sqlite_store,
    store,
    url,
)
from tests.store.making import NOW, OWNER, keep, record, result, send

__all__ = ["migrated_file", "migrated_postgres", "open_store", "sqlite_path", "sqlite_store", "store", "url"]


def config_for(receiver_url: str, **changes: Any) -> GatewayConfig:
    known: dict[str, Any] = {
        "url": f"{receiver_url}hook?of=partner",
        "secrets": (SECRET,),
        "networks": LOOPBACK,
    }
    callback = Callback(**(known | changes))
    sources = [
        SourceConfig(name="website", kind="partner", dialer="main", list_id="25062018", callback=callback),
        SourceConfig(name="silent", kind="partner", dialer="main", list_id="25062018"),
    ]
    return GatewayConfig(
        dialers={"main": DialerConfig(name="main", url="http://dialer.example/")},
        sources={each.name: each for each in sources},
        public_url="https://leads.example.com",
    )


@dataclass
class Bench:
    """One process's share of it."""

    store: Store
    clock: FakeClock
    receiver: Receiver
    dice: float = 0.5
    tellers: list[Teller] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.teller = self.new_teller()

    def new_teller(self, **changes: Any) -> Teller:
        teller = Teller(
            config_for(self.receiver.url, **changes),
            store=self.store,
            clock=self.clock,
            dice=lambda: self.dice,
        )
        self.tellers.append(teller)
        return teller

    def end(self, state: State = State.DELIVERED, **changes: Any) -> NewLead:
        """A lead that has just ended."""
        known: dict[str, Any] = {"owner": OWNER, "tell": True}
        lead = keep(self.store, **(known | changes))
        send(self.store, lead, attempt_id=lead.id)
        answer = result(lead, state, dialer_lead_id="1764", dialer_status="NEW")
        self.store.transact([record(answer, attempt_id=lead.id, now=NOW)])
        return lead

    def work(self, teller: Teller | None = None) -> None:
        """Take turns until nothing is left to do now."""
        teller = teller or self.teller
        for _ in range(200):
            busy = teller.turn()
            for endpoint in teller.endpoints.values():
                endpoint.join(10)
            if not (busy or teller.write_down()):
                return
        pytest.fail("It does not come to rest.")

    def kept(self) -> list[KeptCallback]:
        return list(reversed(self.store.callbacks.find(Wanted(), limit=1000)))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def bench(store: Store, clock: FakeClock, receiver: Receiver) -> Bench:
    return Bench(store, clock, receiver)


@pytest.fixture
def sqlite_bench(sqlite_store: Store, clock: FakeClock, receiver: Receiver) -> Bench:
    """For what does not depend on the engine."""
    return Bench(sqlite_store, clock, receiver)
