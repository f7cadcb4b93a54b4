"""`gateway emulator`: the stand-in dialer as a server of its own."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from gateway.cli.session import refuse_a_busy_port
from gateway.emulator.app import create_emulator

THREADS = 64


class EmulatorServer(BaseApplication):  # type: ignore[misc]
    """One process, as the emulator's books are in its memory; threads, as it may be told to be slow."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_emulator()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8100, show_default=True)
def emulator(host: str, port: int) -> None:
    """Run the stand-in dialer.

    It speaks the dialer's API, shows what arrived and fails on demand
    (docs/emulator.md). Its books are in memory only. Ctrl-C stops it.
    """
    refuse_a_busy_port(host, port, "--port")
    click.echo(f"The stand-in dialer listens on http://{host}:{port}/ (Ctrl-C stops it)", err=True)
    options = {
        "bind": f"{host}:{port}",
        "worker_class": "gthread",
        "threads": THREADS,
        "graceful_timeout": 1,
        "keepalive": 30,
        "limit_request_line": 0,
        "control_socket_disable": True,
        "loglevel": "warning",
    }
    EmulatorServer(options).run()
