"""What most commands begin with: settings, configuration, log lines and an open store."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from gateway import logs
from gateway.cli.failure import Failure, OutOfReach
from gateway.config import GatewayConfig, load_config
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.store import Store


def environment(ctx: click.Context) -> Mapping[str, str]:
    """The environment, with what the command line overrides."""
    return {**os.environ, **(ctx.obj or {})}


def read_settings(ctx: click.Context, **instead: object) -> Settings:
    """The settings; `instead` are a command's own options by the setting's name, None when not given."""
    ctx.obj = (ctx.obj or {}) | {
        f"GATEWAY_{name.upper()}": str(value) for name, value in instead.items() if value is not None
    }
    return Settings.from_env(environment(ctx))


def read_config(ctx: click.Context, settings: Settings) -> GatewayConfig:
    return load_config(settings.config, environment(ctx))


def begin_logging(settings: Settings, config: GatewayConfig) -> None:
    """For commands that run on: their output is log lines."""
    own = {settings.secret_key, settings.metrics_token}
    secrets = config.secrets | own
    logs.configure(level=settings.log_level, style=settings.log_format, secrets=secrets, for_good=True)


def refuse_weak(settings: Settings) -> None:
    """A server does not start with settings that only seem to work."""
    problems = settings.problems_for_serving()
    if problems:
        raise Failure(
            "the gateway does not start with these settings.",
            lines=tuple(f"{problem.name}: {problem.message}" for problem in problems),
            next_step="set them; `gateway demo` needs none.",
        )


@contextmanager
def opened_store(settings: Settings) -> Iterator[Store]:
    """The store, for a command that reads or decides; closed afterwards."""
    from gateway.clock import SystemClock  # noqa: PLC0415 - the store takes half a second to import
    from gateway.store import Store  # noqa: PLC0415

    store = Store.open(settings.database_url, clock=SystemClock())
    try:
        yield store
    finally:
        store.close()


def refuse_a_busy_port(host: str, port: int, option: str) -> None:
    """Told before anything is started, because afterwards it looks like a gateway that does not answer."""
    import socket  # noqa: PLC0415 - with the rest of the network

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OutOfReach(
                f"port {port} on {host} cannot be used ({error.strerror}).",
                next_step=f"stop what listens there, or choose another port with {option}.",
            ) from error
