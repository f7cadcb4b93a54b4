"""Reads gateway.toml as a whole: a configuration that works, or every error at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from gateway.config.alert_table import read_alerts
from gateway.config.console_table import read_console
from gateway.config.dialers import read_dialer
from gateway.config.drop_in_tables import refuse_shared_networks
from gateway.config.model import GatewayConfig
from gateway.config.problems import ConfigError, ConfigProblem
from gateway.config.sources import read_source
from gateway.config.table import Findings, Table
from gateway.config.values import base_url, region

T = TypeVar("T")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?")
DEFAULT = GatewayConfig(dialers={}, sources={})
MOST_BYTES = 1_000_000


def load_config(path: Path, environ: Mapping[str, str]) -> GatewayConfig:
    """Read the file at `path`; raises ConfigError with every problem."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _alone(
            f"{path} cannot be read ({type(error).__name__}): give the file's path in GATEWAY_CONFIG, "
            "or begin with the example gateway.toml"
        ) from error
    if len(content) > MOST_BYTES:
        raise _alone(f"{path} is larger than a configuration can be: check GATEWAY_CONFIG")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _alone(f"{path} is not UTF-8 text: save it as UTF-8") from error
    return parse_config(text, environ)


def parse_config(text: str, environ: Mapping[str, str]) -> GatewayConfig:
    """Read the text of a configuration; raises ConfigError with every problem."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _alone(
            f"the file is not TOML: {error}. Texts stand in quotes, each key once per table"
        ) from error
    findings = Findings(environ)
    root = Table(data, "", findings)
    gateway = root.table("gateway") or Table({}, "gateway", findings)
    dialers = _each(root, "dialers", read_dialer)
    sources = _each(root, "sources", lambda table, name: read_source(table, name, dialers))
    refuse_shared_networks(root, sources)
    home = gateway.text("region", DEFAULT.region, region)
    config = GatewayConfig(
        dialers=dialers,
        sources=sources,
        public_url=gateway.text("public_url", DEFAULT.public_url, base_url),
        region=home,
        trusted_proxies=gateway.whole("trusted_proxies", DEFAULT.trusted_proxies, 0, 8),
        lead_sources=_lead_sources(root),
        console=read_console(root, home),
        alerts=read_alerts(root),
        raw=data,
        secrets=frozenset(findings.secrets),
    )
    gateway.refuse_the_rest()
    root.refuse_the_rest()
    if findings.problems:
        raise ConfigError(tuple(findings.problems))
    return config


def _each(root: Table, what: str, read: Callable[[Table, str], T]) -> dict[str, T]:
    found: dict[str, T] = {}
    tables = root.table(what)
    if tables is None or not tables.names():
        root.problem(what, f"has nothing: add a table [{what}.NAME]")
        return found
    for name in tables.names():
        if not _NAME.fullmatch(name):
            tables.problem(
                name, "must be 1 to 40 of a-z, 0-9, _ and -: the name stands in addresses and metrics"
            )
        table = tables.table(name)
        if table is not None:
            found[name] = read(table, name)
    return found


def _lead_sources(root: Table) -> dict[str, str]:
    table = root.table("lead_sources")
    return {alias.strip().casefold(): name for alias, name in table.pairs().items()} if table else {}


def _alone(message: str) -> ConfigError:
    return ConfigError((ConfigProblem(key="", message=message),))
