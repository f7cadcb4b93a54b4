"""A gateway without HTTP, a platform beside it, and a clock that both go by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gateway.app import create_services
from gateway.asking import Asker, HttpAsker
from gateway.capture import Services
from gateway.config import Auth, DialerConfig, GatewayConfig, SourceConfig
from gateway.pulling.feed import MOST_BYTES, Feed
from gateway.settings import Settings
from gateway.sources.registry import SOURCES
from gateway.store.reading import Search
from tests.delivery.scripted import ScriptedDialer
from tests.fakes import FakeClock
from tests.pulling.platforms import (
    FORMS,
    KEY,
    PAGE,
    PROFILE,
    SECRET,
    Housing,
    IndiaMart,
    Meta,
    Platform,
    TradeIndia,
)

TOKEN = "portal-token-0123456789"
PLATFORMS: Mapping[str, type[Platform]] = {
    "indiamart": IndiaMart,
    "housing": Housing,
    "tradeindia": TradeIndia,
    "meta": Meta,
}
OPTIONS: Mapping[str, Mapping[str, str]] = {
    "indiamart": {"pull_key": KEY},
    "housing": {"profile_id": PROFILE, "encryption_key": KEY},
    "tradeindia": {"user_id": "77", "profile_id": PROFILE, "pull_key": KEY},
    "meta": {"page_id": PAGE, "access_token": KEY, "verify_token": "v"},
}


def make_source(kind: str, url: str, **changes: Any) -> SourceConfig:
    known: dict[str, Any] = {
        "name": kind,
        "kind": kind,
        "dialer": "main",
        "list_id": "25062018",
        "dedupe": 0.0,
        "auth": Auth(method="token", secrets=(TOKEN,)),
        "limits": ("none",),
        "options": {**OPTIONS[kind], "graph_url" if kind == "meta" else "pull_url": url},
    }
    if kind == "meta":
        known["auth"] = Auth(method="platform", secrets=(SECRET,))
    options = {**known["options"], **changes.pop("options", {})}
    return SourceConfig(**(known | changes | {"options": options}))


def row_of(kind: str, number: int, at: float, **changes: Any) -> dict[str, Any]:
    """An enquiry as the platform keeps it."""
    phone = f"98{number:08d}"
    rows: dict[str, dict[str, Any]] = {
        "indiamart": {
            "UNIQUE_QUERY_ID": f"Q{number}",
            "QUERY_TYPE": "W",
            "SENDER_NAME": "Asha Verma",
            "SENDER_MOBILE": f"+91-{phone}",
        },
        "housing": {
            "lead_date": int(at),
            "lead_name": "Asha Verma",
            "lead_phone": phone,
            "country_code": "+91",
            "project_name": "Green Acres",
        },
        "meta": {
            "id": str(444_000_000_000 + number),
            "created_time": "2026-10-06T08:49:14+0000",
            "form_id": FORMS[number % len(FORMS)],
            "field_data": [
                {"name": "full_name", "values": ["Asha Verma"]},
                {"name": "phone_number", "values": [f"+91{phone}"]},
            ],
        },
        "tradeindia": {"rfi_id": str(number), "sender_name": "Asha Verma", "sender_mobile": f"+91{phone}"},
    }
    return {**rows[kind], **changes}


@dataclass
class World:
    """What a test about pulling sees."""

    kind: str
    services: Services
    platform: Platform
    clock: FakeClock
    waited: list[float] = field(default_factory=list)

    @property
    def source(self) -> SourceConfig:
        return self.services.config.sources[self.kind]

    def feed(self, asker: Asker | None = None, **options: str) -> Feed:
        """A process of its own, as far as pulling goes."""
        source = make_source(self.kind, self.platform.url, options=options)
        kind = SOURCES[self.kind]
        assert kind.pull is not None
        return Feed(
            self.services,
            source,
            kind,
            kind.pull,
            asker=asker or HttpAsker(silence=10, patience=20, most_bytes=MOST_BYTES),
            wait=self.wait,
        )

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self.clock.turn(seconds)
        return False

    def file(self, number: int, at: float | None = None, **changes: Any) -> dict[str, Any]:
        moment = self.clock.now() if at is None else at
        return self.platform.file(row_of(self.kind, number, moment, **changes), moment)

    def later(self) -> None:
        """When the platform may be asked again."""
        checkpoint = self.services.store.pulls.of(self.kind)
        assert checkpoint is not None
        self.clock.turn(max(0.0, checkpoint.next_at - self.clock.now()))

    def covered(self) -> float:
        checkpoint = self.services.store.pulls.of(self.kind)
        assert checkpoint is not None
        return checkpoint.covered

    def leads(self) -> list[Any]:
        return list(self.services.store.find(Search(source=self.kind), limit=500).leads)

    def phones(self) -> list[str]:
        query = f"SELECT phone FROM leads WHERE source = '{self.kind}' ORDER BY phone"
        return [
            row[0]
            for row in self.services.store.read(lambda connection: connection.exec_driver_sql(query).all())
        ]


@contextmanager
def opened_world(kind: str, platform: Platform, clock: FakeClock, url: str, folder: Path) -> Iterator[World]:
    source = make_source(kind, platform.url)
    config = GatewayConfig(
        dialers={"main": DialerConfig(name="main", url="http://dialer.example/")}, sources={kind: source}
    )
    settings = Settings(database_url=url, state_dir=folder, secret_key="a secret for tests", deliver=False)
    services = create_services(settings, config, dialers={"main": ScriptedDialer()}, clock=clock)
    try:
        yield World(kind=kind, services=services, platform=platform, clock=clock)
    finally:
        services.recorder.close()
        services.store.close()
