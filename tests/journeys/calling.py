"""Callers who write down what was acknowledged, and a proxy that loses one answer of the database."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

from tests.journeys.running_gateway import Answered, RunningGateway


def lead(number: int, **more: str) -> dict[str, str]:
    return {"customer_name": f"Caller {number}", "mobile_no": str(9_000_000_000 + number), **more}


def eventually(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come true in time")


@dataclass
class Callers:
    """Each calls again as soon as it is answered, always with a new number."""

    gateway: RunningGateway
    how_many: int = 4
    acknowledged: dict[str, str] = field(default_factory=dict)  # lead id → number
    answers: list[Answered] = field(default_factory=list)
    attempted: int = 0

    def __post_init__(self) -> None:
        self._numbers = itertools.count(100_000)
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(self.how_many)]

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join(30)

    def since(self, number: int) -> list[Answered]:
        """The answers after the first `number`."""
        return self.answers[number:]

    def _run(self) -> None:
        while not self._stopped.is_set():
            number = next(self._numbers)
            self.attempted += 1
            try:
                answered = self.gateway.post(lead(number), timeout=15)
            except urllib3.exceptions.HTTPError:
                time.sleep(0.02)
                continue
            self.answers.append(answered)
            if answered.status in (200, 201, 202):
                self.acknowledged[answered.json["lead"]["id"]] = str(9_000_000_000 + number)
            else:
                time.sleep(0.02)


class LosingProxy:
    """Stands between the gateway and PostgreSQL; loses the answer to one COMMIT and cuts that connection."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._marker = b""
        self.lost = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_commit_after(self, marker: bytes) -> None:
        """The next COMMIT on the connection that has carried `marker` is done, and its answer is lost."""
        self._marker = marker

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                connection = _Proxied(self, client, server)
                threading.Thread(target=connection.pass_on, daemon=True).start()
                threading.Thread(target=connection.pass_back, daemon=True).start()

    def wanted(self, data: bytes) -> bool:
        return bool(self._marker) and self._marker in data and not self.lost.is_set()


class _Proxied:
    """One connection through the proxy."""

    def __init__(self, proxy: LosingProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._marked = False
        self._losing = False

    def pass_on(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._client.recv(65536):
                self._marked = self._marked or self._proxy.wanted(data)
                self._losing = self._losing or (self._marked and b"COMMIT" in data)
                self._server.sendall(data)
        self._end()

    def pass_back(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._server.recv(65536):
                if self._losing:  # what has come back is the answer to COMMIT: it is on disk
                    self._proxy.lost.set()
                    break
                self._client.sendall(data)
        self._end()

    def _end(self) -> None:
        for each in (self._client, self._server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
