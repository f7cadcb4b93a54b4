"""Starts the real gateway and the real emulator as processes, and talks to them as a caller does."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3

CONFIG = """
[dialers.main]
url = "{dialer_url}"
source = "gateway"
max_concurrency = {max_concurrency}
max_per_second = {max_per_second}
timeout = {timeout}
{dialer_extra}

[sources.partner]
kind = "partner"
dialer = "main"
list_id = "25062018"
lead_source = "Partner"
wait = "{wait}s"
limits = {limits}
{source_extra}

[sources.other]
kind = "partner"
dialer = "main"
list_id = "25062020"
lead_source = "Other"
wait = "{wait}s"
limits = {limits}
{source_extra}

{more}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answered:
    """One HTTP answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class RunningGateway:
    """A gateway under test: its processes, its folder, its keys."""

    folder: Path
    dialer_url: str
    database_url: str = ""
    workers: int = 1
    ratelimit_url: str = "memory://"
    options: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    key: str = ""
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pool = urllib3.PoolManager(num_pools=4, maxsize=600, block=False)
        self.write_config()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        return self.folder / "gateway.log"

    def write_config(self, **changes: Any) -> None:
        self.options.update(changes)
        defaults = {
            "max_concurrency": 4,
            "max_per_second": 0,
            "timeout": 5,
            "wait": 5,
            "dialer_extra": "",
            "source_extra": "",
            "more": "",
            "limits": '["1000000 per minute"]',
        }
        text = CONFIG.format(dialer_url=self.dialer_url, **{**defaults, **self.options})
        (self.folder / "gateway.toml").write_text(text)

    def env(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")},
            "GATEWAY_DATABASE_URL": self.database_url or f"sqlite:///{self.folder}/gateway.db",
            "GATEWAY_CONFIG": str(self.folder / "gateway.toml"),
            "GATEWAY_SECRET_KEY": "0123456789abcdef0123456789abcdef0123456789abcdef",
            "GATEWAY_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "GATEWAY_WORKERS": str(self.workers),
            "GATEWAY_RATELIMIT_URL": self.ratelimit_url,
            "GATEWAY_STATE_DIR": str(self.folder / "state"),
            "GATEWAY_DRAIN_SECONDS": "0",
            **self.environment,
        }

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the command line to its end."""
        return subprocess.run(
            [sys.executable, "-m", "gateway", *words],
            env=self.env(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def create_key(self, source: str = "partner", *more: str) -> str:
        done = self.command("keys", "create", source, "--json", *more)
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout)["key"])

    def start(self, *words: str) -> None:
        """Migrate, make a key the first time, serve, and wait until it is ready."""
        migrated = self.command("migrate")
        assert migrated.returncode == 0, migrated.stderr
        if not self.key:
            self.key = self.create_key()
        self.launch(*words)
        self.wait_until_ready()

    def launch(self, *words: str) -> None:
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", "gateway", *(words or ("serve",))],
                env=self.env(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self, seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer,
            ):
                if answer.status == 200:
                    return
            assert self.process is not None
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the gateway did not become ready:\n{self.log_path.read_text()[-3000:]}")

    def worker_pids(self) -> list[int]:
        """The pids of gunicorn's workers."""
        return _children(self.master_pid())

    def master_pid(self) -> int:
        assert self.process is not None
        return _children(self.process.pid)[0] if self.prefix else self.process.pid

    def post(
        self,
        fields: dict[str, Any] | list[Any] | bytes,
        *,
        path: str = "/v1/leads",
        key: str | None = None,
        timeout: float = 40.0,
        **headers: str,
    ) -> Answered:
        """Post as a partner does; raises for a broken connection."""
        body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
        answer = self.pool.request(
            "POST",
            f"{self.url}{path}",
            body=body,
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {key or self.key}",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
            timeout=timeout,
            retries=False,
        )
        return Answered(answer.status, dict(answer.headers), answer.data)

    def get(self, path: str, *, key: str | None = None, timeout: float = 10.0) -> Answered:
        answer = self.pool.request(
            "GET",
            f"{self.url}{path}",
            headers={"Authorization": f"Bearer {key or self.key}"},
            timeout=timeout,
            retries=False,
        )
        return Answered(answer.status, dict(answer.headers), answer.data)

    def stop(self, *, how: int = signal.SIGTERM, seconds: float = 40.0) -> int:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.master_pid(), how) if self.process.poll() is None else None
        code = self.process.wait(seconds)
        self.kill_all()
        return code

    def kill_all(self) -> None:
        """Kill -9 of the master and every worker at one moment."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


@contextlib.contextmanager
def running_gateway(folder: Path, dialer_url: str, **settings: Any) -> Iterator[RunningGateway]:
    """A gateway that is ready, and gone afterwards whatever happened."""
    gateway = RunningGateway(folder=folder, dialer_url=dialer_url, **settings)
    try:
        gateway.start()
        yield gateway
    finally:
        gateway.kill_all()
