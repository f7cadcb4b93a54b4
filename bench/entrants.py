"""The contestants: how each is started, where its load goes, and what it must clean up."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import webhooks
from bench.fake_dialer import FakeDialer
from bench.load import Target
from bench.processes import Process, StartError, free_port
from bench.tooling import BENCH, ROOT, redis_server

SOURCE, RIVAL = "partner", "rival"
LIST_ID = "25062018"


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayOptions:
    """How the gateway under test is configured; what is not here is its default."""

    workers: int = 2
    max_concurrency: int = 16
    batch: str = "backlog"
    batch_max: int = 50
    wait: int = 25  # the longest a caller may ask for: a throughput round wants Lead IDs, not "pending"
    timeout: int = 30
    limit: str = "100000000 per minute"  # never reached, but counted in Redis like a real one

    def toml(self, dialer_url: str, port: int) -> str:
        return f"""
[gateway]
public_url = "http://127.0.0.1:{port}"
region = "IN"

[dialers.main]
dialect = "elision"
url = "{dialer_url}"
source = "gateway"
timeout = {self.timeout}
max_concurrency = {self.max_concurrency}
max_per_second = 0
batch = "{self.batch}"
batch_max = {self.batch_max}

{self._partner(SOURCE)}
{self._partner(RIVAL)}
{webhooks.tables(LIST_ID, self.limit)}"""

    def _partner(self, name: str) -> str:
        return f"""[sources.{name}]
kind = "partner"
dialer = "main"
list_id = "{LIST_ID}"
lead_source = "Website"
wait = {self.wait}
limits = ["{self.limit}"]
"""


class Entrant:
    """A started contestant."""

    def __init__(self, target: Target, process: Process | None) -> None:
        self.target = target
        self.process = process

    def stop(self) -> None:
        if self.process is not None:
            self.process.stop()

    def clear(self) -> None:
        """Removes what it wrote; a stopped gateway's database may be large."""


def straight(dialer: FakeDialer) -> Entrant:
    """No gateway at all: the load goes to Add Lead itself."""
    target = Target(name="straight", url=f"http://127.0.0.1:{dialer.port}", script="straight.lua")
    return Entrant(target, None)


def naive(dialer: FakeDialer, directory: Path) -> Entrant:
    return _naive("naive", "naive:app", ["-k", "gevent", "-w", "2"], dialer, directory)


def naive_durable(dialer: FakeDialer, directory: Path) -> Entrant:
    return _naive(
        "naive-durable",
        "naive_durable:app",
        ["-k", "gthread", "-w", "2", "--threads", "32"],
        dialer,
        directory,
    )


def _naive(name: str, app: str, worker: list[str], dialer: FakeDialer, directory: Path) -> Entrant:
    port, key = free_port(), secrets.token_hex(16)
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--keep-alive", "75"]
    command += [*worker, "-b", f"127.0.0.1:{port}", app]
    env = {"DIALER_URL": dialer.url, "API_KEY": key, "DATABASE": str(directory / f"{name}.db")}
    process = Process(name, command, log=directory / f"{name}.log", env=env, cwd=BENCH / "contestants")
    process.wait_for_port(port)
    return Entrant(Target(name=name, url=f"http://127.0.0.1:{port}", script="lead.lua", key=key), process)


class Redis:
    """The memory of the rate limits, as in production: one small server beside the gateway."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        command: list[str | Path] = [
            redis_server(),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._process = Process("redis", command, log=directory / "redis.log", cwd=directory)
        self._process.wait_for_port(self.port)
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        self._process.stop()


class Gateway(Entrant):
    """The product, started as its users start it, with a directory of its own."""

    def __init__(
        self,
        dialer: FakeDialer,
        redis: Redis,
        home: Path,
        options: GatewayOptions,
        *,
        prepared: Prepared | None = None,
    ) -> None:
        self.home = home
        self.home.mkdir(parents=True)
        port = free_port()
        config = self.home / "gateway.toml"
        config.write_text(options.toml(dialer.url, port))
        self.env = env = environment(self.home, redis=redis.url, port=port, workers=options.workers)
        if prepared is None:
            key = create_key(env)
        else:
            shutil.copy(prepared.database, self.home / "gateway.db")
            key = prepared.key
        command = [sys.executable, "-m", "gateway", "serve"]
        process = Process("gateway", command, log=self.home / "serve.log", env=env, cwd=ROOT)
        process.wait_for_answer(f"http://127.0.0.1:{port}/readyz")
        target = Target(name="gateway", url=f"http://127.0.0.1:{port}", script="lead.lua", key=key)
        super().__init__(target, process)

    def stop(self) -> None:
        super().stop()
        # Its processes count together in shared memory, in a directory named after the state directory.
        name = str(self.home / "var").strip("/").replace("/", "-")
        for counters in Path("/dev/shm").glob(f"gateway-*-{name}"):
            shutil.rmtree(counters, ignore_errors=True)

    def clear(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A database to start from, and the key that stands in it."""

    database: Path
    key: str


def environment(home: Path, *, redis: str, port: int, workers: int) -> Mapping[str, str]:
    """The process settings of a gateway at home in this directory; nothing of the caller's own leaks in."""
    ours = {
        "GATEWAY_DATABASE_URL": f"sqlite:///{home / 'gateway.db'}",
        "GATEWAY_RATELIMIT_URL": redis,
        "GATEWAY_SECRET_KEY": secrets.token_hex(32),
        "GATEWAY_CONFIG": str(home / "gateway.toml"),
        "GATEWAY_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "GATEWAY_WORKERS": str(workers),
        "GATEWAY_DRAIN_SECONDS": "2",
        "GATEWAY_STATE_DIR": str(home / "var"),
        webhooks.SECRET_VARIABLE: webhooks.SECRET,
    }
    for name in [name for name in os.environ if name.startswith("GATEWAY_")]:
        del os.environ[name]
    return ours


def create_key(env: Mapping[str, str], source: str = SOURCE) -> str:
    """Lays out the database and makes a partner's API key, both through the command line."""
    _gateway(env, "migrate")
    created = json.loads(_gateway(env, "keys", "create", source, "--json"))
    key: str = created["key"]
    return key


def _gateway(env: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        env={**os.environ, **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StartError(
            f"gateway {' '.join(arguments)} ended with code {done.returncode}\n{done.stderr[-2000:]}"
        )
    return done.stdout
