"""Builds a gateway for a test and is the client that talks to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
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
from gateway.store import Store
from gateway.store.reading import Search
from tests.delivery.scripted import ScriptedDialer

SITE = "https://www.example.com"
TOKEN = "portal-token-0123456789"
HMAC_SECRET = "hmac-secret-0123456789"
UNLIMITED = ("none",)


class SteadyClock:
    """The machine's clock, moved by hand where a test needs another time."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead


def make_config(
    *,
    limits: tuple[str, ...] = UNLIMITED,
    key_limits: tuple[str, ...] = UNLIMITED,
    public_url: str = "http://gateway.example",
    trusted_proxies: int = 0,
    wait: float = 5.0,
) -> GatewayConfig:
    def source(name: str, kind: str, **more: Any) -> SourceConfig:
        known: dict[str, Any] = {"dialer": "main", "list_id": "25062018", "wait": wait, "limits": limits}
        return SourceConfig(name=name, kind=kind, **(known | more))

    sources = [
        source("partner", "partner", limits=key_limits),
        source("rival", "partner", limits=key_limits),
        source(
            "website", "form", allowed_origins=(SITE,), allowed_redirects=("https://shop.example/thanks",)
        ),
        source("landing", "form", thanks_url="https://landing.example/done"),
        source("portal", "generic", auth=Auth(method="token", secrets=(TOKEN,))),
        source("signed", "generic", auth=Auth(method="hmac", secrets=(HMAC_SECRET,))),
        source("many", "generic", records="leads", key="id"),
    ]
    return GatewayConfig(
        dialers={"main": DialerConfig(name="main", url="http://dialer.example/")},
        sources={each.name: each for each in sources},
        public_url=public_url,
        trusted_proxies=trusted_proxies,
    )


@dataclass
class Gateway:
    """One running gateway, its dialer, and the requests tests make."""

    app: Flask
    services: Services
    dialer: ScriptedDialer
    clock: SteadyClock
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.services.store

    def key(self, source: str = "partner", mode: str = "live") -> str:
        """The API key of a source, made when it is first asked for."""
        name = f"{source}:{mode}"
        if name not in self.keys:
            _, self.keys[name] = self.store.issue_key(source, mode, "test")
        return self.keys[name]

    def ask(self, method: str, path: str, **request: Any) -> TestResponse:
        return self.app.test_client().open(path, method=method, **request)

    def lead(self, fields: Any = None, *, key: str | None = None, **request: Any) -> TestResponse:
        """POST /v1/leads with this source's key."""
        headers = {"Authorization": f"Bearer {key or self.key()}", **request.pop("headers", {})}
        if "data" not in request:
            request["json"] = fields if fields is not None else {"MobileNo": "9876543210"}
        return self.ask("POST", "/v1/leads", headers=headers, **request)

    def form(self, fields: Any, source: str = "website", **request: Any) -> TestResponse:
        return self.ask("POST", f"/forms/{source}", data=fields, **request)

    def script(self, fields: Any, source: str = "website", **request: Any) -> TestResponse:
        """A form posted by a script that reads JSON."""
        headers = {"Accept": "application/json", **request.pop("headers", {})}
        return self.ask("POST", f"/forms/{source}", json=fields, headers=headers, **request)

    def webhook(self, value: Any = None, source: str = "portal", **request: Any) -> TestResponse:
        headers = {"X-Gateway-Token": TOKEN, **request.pop("headers", {})}
        if "data" not in request:
            request["json"] = value if value is not None else {"phone": "9876543210"}
        return self.ask("POST", f"/webhooks/{source}", headers=headers, **request)

    def stored(self, source: str | None = None) -> list[Any]:
        """Every lead on disk, newest first."""
        return list(self.store.find(Search(source=source), limit=500).leads)


@contextmanager
def opened(
    directory: Path,
    config: GatewayConfig | None = None,
    *,
    dialer: ScriptedDialer | None = None,
    deliver: bool = True,
    **settings: Any,
) -> Iterator[Gateway]:
    """A gateway that delivers, until the block ends."""
    dialer = dialer or ScriptedDialer()
    clock = SteadyClock()
    known = Settings(
        database_url=f"sqlite:///{directory / 'gateway.db'}",
        state_dir=directory,
        secret_key="a secret for tests",
        deliver=deliver,
    )
    chosen = replace(known, **settings)
    Store.migrate(chosen.database_url)
    app = create_app(chosen, config or make_config(), dialers={"main": dialer}, clock=clock)
    services: Services = app.extensions["gateway"]
    services.delivery.start()
    try:
        yield Gateway(app=app, services=services, dialer=dialer, clock=clock)
    finally:
        services.delivery.stop(2)
        services.recorder.close()
        services.store.close()
