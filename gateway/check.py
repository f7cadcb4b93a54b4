"""Looks at settings, configuration, database, limiter and dialers, and says what is wrong and what to do."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import redis

from gateway.clock import SystemClock
from gateway.config import ConfigError, DialerConfig, GatewayConfig, config_warnings, load_config
from gateway.settings import Settings, SettingsError
from gateway.store import Store, StoreError

PATIENCE = 3.0  # seconds for anything that is asked over the network
FREE_AT_LEAST = 1_000_000_000  # bytes on the database's disk


class Weight(StrEnum):
    """How much a finding matters."""

    GOOD = "good"
    WARNING = "warning"  # works, but seldom meant
    PROBLEM = "problem"  # does not work
    UNREACHABLE = "unreachable"  # cannot be reached now


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at."""

    part: str  # settings | configuration | database | limiter | dialer
    weight: Weight
    message: str
    key: str = ""
    next_step: str = ""


def check(environ: Mapping[str, str], *, connect: bool = True) -> Iterator[Finding]:
    """Everything that can be found; later parts are looked at only where the earlier ones can be read."""
    try:
        settings = Settings.from_env(environ)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding(part="settings", weight=Weight.PROBLEM, key=problem.name, message=problem.message)
        return
    yield from _settings(settings)
    try:
        config = load_config(settings.config, environ)
    except ConfigError as error:
        for each in error.problems:
            yield Finding(part="configuration", weight=Weight.PROBLEM, key=each.key, message=each.message)
        return
    yield from _configuration(settings.config, config)
    if connect:
        yield from _database(settings)
        yield from _limiter(settings)
        for dialer in config.dialers.values():
            yield _dialer(dialer)


# -- parts ---------------------------------------------------------------------------------------------------


def _settings(settings: Settings) -> Iterator[Finding]:
    problems = settings.problems_for_serving()
    for problem in problems:
        yield Finding(part="settings", weight=Weight.PROBLEM, key=problem.name, message=problem.message)
    if not problems:
        yield _good("settings", "every setting can be used")


def _configuration(path: Path, config: GatewayConfig) -> Iterator[Finding]:
    dialers, sources = len(config.dialers), len(config.sources)
    yield _good(
        "configuration",
        f"{path}: {dialers} dialer{'s' * (dialers != 1)}, {sources} source{'s' * (sources != 1)}",
    )
    for doubt in config_warnings(config):
        yield Finding(part="configuration", weight=Weight.WARNING, key=doubt.key, message=doubt.message)


def _database(settings: Settings) -> Iterator[Finding]:
    backend = settings.database_url.partition(":")[0].partition("+")[0]
    try:
        store = Store.open(settings.database_url, clock=SystemClock())
        store.ping()
    except StoreError as error:
        yield Finding(
            part="database",
            weight=Weight.UNREACHABLE,
            key="GATEWAY_DATABASE_URL",
            message=str(error),
        )
        return
    try:
        yield _good("database", f"{backend}: can be written, its tables fit")
        for finding in store.verify():
            yield Finding(
                part="database", weight=Weight.PROBLEM, message=finding.message, next_step=finding.next_step
            )
    finally:
        store.close()
    if backend == "sqlite":
        yield from _disk(Path(settings.database_url.removeprefix("sqlite:///")))


def _disk(database: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(database.parent).free
    if free < FREE_AT_LEAST:
        yield Finding(
            part="database",
            weight=Weight.WARNING,
            message=f"only {free // 1_000_000} MB are free on its disk",
            next_step="make room: without it no lead can be kept",
        )


def _limiter(settings: Settings) -> Iterator[Finding]:
    url = settings.ratelimit_url
    if url.startswith("memory://"):
        yield _good("limiter", "counts in the process (one worker)")
        return
    try:
        client = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        client.ping()
        client.close()
    except (redis.RedisError, OSError, ValueError) as error:
        yield Finding(
            part="limiter",
            weight=Weight.UNREACHABLE,
            key="GATEWAY_RATELIMIT_URL",
            message=f"Redis does not answer ({type(error).__name__})",
            next_step="start it or correct the address; until then each process counts for itself",
        )
        return
    yield _good("limiter", "Redis answers")


def _dialer(dialer: DialerConfig) -> Finding:
    """Whether somebody listens at its address; nothing is sent, because anything sent could be a lead."""
    parts = urlsplit(dialer.url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((host, port), timeout=PATIENCE).close()
    except OSError as error:
        return Finding(
            part="dialer",
            weight=Weight.UNREACHABLE,
            key=f"dialers.{dialer.name}.url",
            message=f"nobody answers at {host}:{port} ({error.strerror or type(error).__name__})",
            next_step="check address, network and firewall; leads are kept and sent when it is back",
        )
    return _good("dialer", f"{dialer.name}: somebody listens at {host}:{port}")


def _good(part: str, message: str) -> Finding:
    return Finding(part=part, weight=Weight.GOOD, message=message)
