"""The master process: it reads the configuration, starts workers, drains before it stops, looks before it reloads."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

import structlog
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from gateway import logs
from gateway.config import ConfigError, GatewayConfig, load_config
from gateway.server.options import options
from gateway.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

    from gateway.capture import Services

log = structlog.get_logger("gateway.server")

DRAIN = signal.SIGUSR1  # from the master to its workers: say that you are not ready


class Application(BaseApplication):  # type: ignore[misc]
    """What gunicorn runs: the master reads the configuration, whatever connects is made in a worker."""

    def __init__(self, settings: Settings, config: GatewayConfig, environ: Mapping[str, str]) -> None:
        self.settings = settings
        self.config = config
        self.environ = environ
        self.services: Services | None = None  # a worker's own
        self.draining = False  # workers that are born later inherit it
        super().__init__()

    def load_config(self) -> None:
        for name, value in options(self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        # Loaded before the fork, see early.py.
        from gateway.app import create_app  # noqa: PLC0415
        from gateway.store import StoreError  # noqa: PLC0415

        try:
            app = create_app(self.settings, self.config)
        except StoreError as error:
            _give_up(error)
        self.services = app.extensions["gateway"]
        self.readiness = app.extensions["gateway.readiness"]
        self.unreadable = app.extensions["gateway.unreadable"]
        return app

    def read_again(self) -> bool:
        """Take the configuration from its file once more; a bad one is told and not taken."""
        try:
            self.config = load_config(self.settings.config, self.environ)
        except ConfigError as error:
            return _keep_the_old(error)
        logs.masking.hide(self.config.secrets)
        log.info("config.reloaded", sources=len(self.config.sources), dialers=len(self.config.dialers))
        return True


def _give_up(error: Exception) -> NoReturn:
    log.error("server.not_started", error=str(error), next_step="`gateway check` says what is wrong")
    raise SystemExit(Master.APP_LOAD_ERROR)


def _keep_the_old(error: ConfigError) -> bool:
    for problem in error.problems:
        log.error("config.refused", key=problem.key, error=problem.message)
    log.error("config.kept", next_step="mend the file, try `gateway check`, send SIGHUP again")
    return False


class Master(Arbiter):  # type: ignore[misc]
    """gunicorn's master with our two manners: it drains before it stops, and it looks before it reloads."""

    WORKER_BOOT_ERROR = 1
    APP_LOAD_ERROR = 3  # as every command says that something cannot be reached

    _stop_at: float | None = None

    def handle_hup(self) -> None:
        if self.app.read_again():
            self.app.callable = None
            super().handle_hup()

    def handle_term(self) -> None:
        if self._stop_at is not None:
            raise StopIteration  # told twice
        seconds = self.app.settings.drain_seconds
        self.app.draining = True
        self.kill_workers(DRAIN)
        log.info("server.draining", seconds=seconds, next_step="new requests are still served")
        self._stop_at = time.monotonic() + seconds

    def handle_usr1(self) -> None:
        """To gunicorn this means "open the log files again"; we have none, and use it between us."""

    def handle_int(self) -> None:
        raise StopIteration  # a person at the keyboard does not wait for a balancer, but leads are finished

    def wait_for_signals(self, timeout: float = 1.0) -> list[int]:
        if self._stop_at is None:
            return list(super().wait_for_signals(timeout))
        left = self._stop_at - time.monotonic()
        if left <= 0:
            raise StopIteration
        return list(super().wait_for_signals(min(timeout, left)))
