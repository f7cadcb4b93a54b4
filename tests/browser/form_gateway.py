"""The real gateway with forms, its stand-in dialer, and what they hold, for tests that drive a browser."""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.clock import SystemClock
from gateway.store import Store
from tests.journeys.running_gateway import RunningGateway, free_port
from tests.running import EmulatorHandle, running_emulator

LIST = "25062018"
_numbers = itertools.count(1)


@dataclass
class FormGateway:
    """`url` is its address, `emulator` the dialer behind it."""

    running: RunningGateway
    emulator: EmulatorHandle

    @property
    def url(self) -> str:
        return self.running.url

    def form(self, source: str = "website") -> str:
        """The address of one form."""
        return f"{self.url}/forms/{source}"

    def script(self, source: str = "website") -> str:
        """The one line a website adds."""
        return f'<script src="{self.form(source)}/embed.js" defer></script>'

    def leads(self, phone: str) -> list[dict[str, Any]]:
        """What the gateway keeps of this number, oldest first; `fields` and `problems` are read."""
        with sqlite3.connect(f"file:{self.running.folder}/gateway.db?mode=ro", uri=True) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute("SELECT * FROM leads WHERE phone = ? ORDER BY id", (phone,)).fetchall()
        return [_read(dict(row)) for row in rows]

    def kept(self) -> int:
        """How many enquiries are on disk."""
        with sqlite3.connect(f"file:{self.running.folder}/gateway.db?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM enquiries").fetchone()[0])

    def suppress(self, phone: str) -> None:
        """This person wants no calls."""
        store = Store.open(f"sqlite:///{self.running.folder}/gateway.db", clock=SystemClock())
        store.suppress(phone, now=time.time())
        store.close()

    def dialed(self, phone: str, *, seconds: float = 5.0) -> list[dict[str, Any]]:
        """This number's leads in the dialer, as soon as there is one or when the time is over."""
        until = time.monotonic() + seconds
        while True:
            found = [lead for lead in self.emulator.leads() if lead["phone_number"] == phone]
            if found or time.monotonic() > until:
                return found
            time.sleep(0.02)


def _read(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("fields", "problems", "warnings", "extra"):
        if isinstance(row.get(name), str):
            row[name] = json.loads(row[name])
    return row


def new_phone() -> str:
    """A number no other test of this process uses."""
    return str(9_810_000_000 + next(_numbers))


def form_source(name: str, origins: tuple[str, ...] = (), *lines: str, tables: str = "") -> str:
    """The TOML of one form source without limits; `lines` belong to its table, `tables` follow it."""
    return "\n".join(
        [
            f"[sources.{name}]",
            'kind = "form"',
            'dialer = "main"',
            f'list_id = "{LIST}"',
            'lead_source = "Website"',
            'limits = ["100000 per minute"]',
            f"allowed_origins = {json.dumps(list(origins))}",
            *lines,
            tables,
        ]
    )


def table(name: str, *lines: str) -> str:
    """The TOML of a table that belongs to a source: `table("website.form", 'languages = ["en"]')`."""
    return "\n".join([f"[sources.{name}]", *lines])


@contextmanager
def serving_forms(folder: Path, sources: str) -> Iterator[FormGateway]:
    """A gateway of its own with these sources (TOML), one worker, and an emulator of its own."""
    port = free_port()
    tables = f'[gateway]\npublic_url = "http://127.0.0.1:{port}"\n\n{sources}'
    with running_emulator() as emulator:
        gateway = RunningGateway(
            folder=folder, dialer_url=emulator.api_url, port=port, options={"more": tables}
        )
        try:
            Store.migrate(gateway.env()["GATEWAY_DATABASE_URL"])
            gateway.launch()
            gateway.wait_until_ready()
            yield FormGateway(running=gateway, emulator=emulator)
        finally:
            gateway.kill_all()
