"""The one place where the parts are joined: create_app and the parts a worker needs without HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Flask

from gateway import web
from gateway.alerting.desk import Desk
from gateway.call_on_arrival import CallsOnArrival
from gateway.callbacks import Teller
from gateway.capture import Services
from gateway.clock import Clock, SystemClock
from gateway.config import GatewayConfig
from gateway.delivery import Delivery
from gateway.dialer import open_dialer
from gateway.dialer.outcome import Dialer
from gateway.fetching import Fetcher
from gateway.operating.worker import JobWorker
from gateway.pulling import Puller
from gateway.settings import Settings
from gateway.store import Store
from gateway.store.recorder import Recorder
from gateway.watching import Watch


def create_services(
    settings: Settings,
    config: GatewayConfig,
    *,
    dialers: Mapping[str, Dialer] | None = None,
    clock: Clock | None = None,
) -> Services:
    """Everything but HTTP; nothing is sent before `services.start()`."""
    clock = clock or SystemClock()
    store = Store.open(settings.database_url, clock=clock)
    recorder = Recorder(store)
    delivery = Delivery(
        config,
        store=store,
        recorder=recorder,
        dialers=dialers or {name: open_dialer(dialer) for name, dialer in config.dialers.items()},
        state_dir=settings.state_dir,
        clock=clock,
        sends=settings.deliver,
    )
    services = Services(
        settings=settings, config=config, store=store, recorder=recorder, delivery=delivery, clock=clock
    )
    if not settings.deliver:
        return services
    fetcher = Fetcher(config, store=store, clock=clock)
    watch = Watch(config, store, clock)
    teller = Teller(config, store=store, clock=clock)
    calls = CallsOnArrival(services)
    alerts = Desk(config, settings=settings, store=store, clock=clock)
    return replace(
        services, background=(fetcher, Puller(services), watch, teller, calls, JobWorker(services), alerts)
    )


def create_app(
    settings: Settings,
    config: GatewayConfig,
    *,
    dialers: Mapping[str, Dialer] | None = None,
    clock: Clock | None = None,
) -> Flask:
    """The gateway as a WSGI application; its parts stand in `app.extensions["gateway"]`."""
    app = Flask("gateway", template_folder=None, static_folder=None)
    services = create_services(settings, config, dialers=dialers, clock=clock)
    app.extensions["gateway"] = services
    web.register(app, services)
    return app
