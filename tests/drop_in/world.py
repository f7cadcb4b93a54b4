"""The gateway in front of a stand-in dialer, and a second dialer that is asked directly."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from gateway.app import create_app
from gateway.capture import Services
from gateway.config import Auth, DialerConfig, GatewayConfig, SourceConfig
from gateway.settings import Settings
from gateway.sources.elision import PATH
from gateway.store import Store
from gateway.store.reading import Search
from tests.emulator.asking import FIRST_OF_TWO, SAMPLE_BATCH, SAMPLE_CALL, SAMPLE_LEAD, SECOND_OF_TWO, changed
from tests.running import EmulatorHandle, running_emulator

HERE = "127.0.0.1"
LISTS = ("25062018", "25062019", "25062020", "55555555")
MULTI = {**SAMPLE_BATCH, "multi_leads": json.dumps([FIRST_OF_TWO, SECOND_OF_TWO])}
_NUMBERS = itertools.count(1)


def legacy_config(dialer_url: str, **changes: Any) -> GatewayConfig:
    """One source of the kind, beside a partner and a form."""
    dialer = DialerConfig(name="main", url=dialer_url, max_concurrency=1, max_per_second=0, timeout=5)
    known: dict[str, Any] = {"lists": LISTS, "limits": ("none",), "phone_check": "digits", "dedupe": 0.0}
    legacy = SourceConfig(
        name="legacy", kind="elision", dialer="main", list_id="25062018", **{**known, **changes}
    )
    partner = SourceConfig(name="partner", kind="partner", dialer="main", list_id="25062018")
    website = SourceConfig(name="website", kind="form", dialer="main", list_id="25062018")
    return GatewayConfig(
        dialers={"main": dialer}, sources={each.name: each for each in (legacy, partner, website)}
    )


@dataclass
class World:
    """A gateway that delivers, and the requests of an old integration."""

    app: Flask
    services: Services
    dialer: EmulatorHandle
    keys: dict[str, str] = field(default_factory=dict)

    def key(self, source: str = "legacy", mode: str = "live") -> str:
        name = f"{source}:{mode}"
        if name not in self.keys:
            _, self.keys[name] = self.services.store.issue_key(source, mode, "test")
        return self.keys[name]

    def ask(self, parameters: Mapping[str, Any], *, key: str | None = None, **request: Any) -> TestResponse:
        """POST with the key as a parameter, as an old program is most easily changed."""
        given = {**parameters, "key": self.key() if key is None else key}
        return self.bare(given, **request)

    def bare(self, parameters: Any, *, method: str = "POST", **request: Any) -> TestResponse:
        """Without a key of its own."""
        where = "query_string" if method == "GET" else "data"
        return self.app.test_client().open(PATH, method=method, **{where: parameters, **request})

    def stored(self) -> list[Any]:
        """Every lead on disk, oldest first."""
        found = self.services.store.find(Search(source=None), limit=500).leads
        return list(reversed(found))


def lead(**changes: Any) -> dict[str, Any]:
    """The document's sample lead; another enquiry each time, as the same one again would be the same lead."""
    return changed({**SAMPLE_LEAD, "CreateEnquiryID": f"E{next(_NUMBERS)}"}, **changes)


def call(**changes: Any) -> dict[str, Any]:
    return changed(SAMPLE_CALL, **changes)


def rows(*changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document's two leads, each with its changes."""
    first, second, *_ = (*changes, {}, {})
    number = f"E{next(_NUMBERS)}"
    made = [
        changed({**FIRST_OF_TWO, "CreateEnquiryID": number}, **first),
        changed({**SECOND_OF_TWO, "CreateEnquiryID": number}, **second),
    ]
    return {**SAMPLE_BATCH, "multi_leads": json.dumps(made)}


@contextmanager
def opened(
    directory: Path, emulator: EmulatorHandle, config: GatewayConfig | None = None, **source: Any
) -> Iterator[World]:
    settings = Settings(
        database_url=f"sqlite:///{directory / 'gateway.db'}",
        state_dir=directory,
        secret_key="a secret for tests",
    )
    Store.migrate(settings.database_url)
    app = create_app(settings, config or legacy_config(emulator.api_url, **source))
    services: Services = app.extensions["gateway"]
    services.start()
    try:
        yield World(app=app, services=services, dialer=emulator)
    finally:
        services.stop(2)
        services.store.close()


def with_networks(config: GatewayConfig, *networks: str, trusted_proxies: int = 0) -> GatewayConfig:
    """The same, where these addresses need no key."""
    legacy = replace(config.sources["legacy"], auth=Auth(method="keys", networks=networks))
    return replace(config, sources={**config.sources, "legacy": legacy}, trusted_proxies=trusted_proxies)


@contextmanager
def two_dialers(**config: Any) -> Iterator[tuple[EmulatorHandle, EmulatorHandle]]:
    with running_emulator(**config) as behind, running_emulator(**config) as direct:
        yield behind, direct
