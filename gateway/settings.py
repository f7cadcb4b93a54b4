"""Process settings, read once from the environment, strictly; what the gateway does stands in config.py."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """One process's settings; each is GATEWAY_<NAME> in the environment (docs/settings.md)."""

    database_url: str = "sqlite:///var/gateway.db"
    ratelimit_url: str = "memory://"
    secret_key: str = ""  # no default that works: serve refuses without it
    config: Path = Path("gateway.toml")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    drain_seconds: float = 10.0
    state_dir: Path = Path("var")  # line gates, worker heartbeats, metrics files
    log_level: str = "info"
    log_format: str = "json"  # json | console
    deliver: bool = True  # False: this process only takes leads in; `gateway worker` sends them
    max_body_bytes: int = 65536
    metrics_token: str = ""  # empty: /metrics answers only to loopback
