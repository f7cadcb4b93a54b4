"""How gunicorn is told to run: its options, its log, and where processes count together."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from gunicorn.glogging import Logger

from gateway import metrics
from gateway.server.worker import GRACE, Worker
from gateway.settings import Settings

log = structlog.get_logger("gateway.server")

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the kernel's, not a place for temporary files
REQUEST_LINE = 8190  # bytes; the dialer's own API is called with everything in the address
HEADERS = 100


def metrics_directory(state_dir: Path) -> Path:
    """Where the processes of one gateway count together: in memory, as these files are written constantly."""
    name = str(state_dir.resolve()).strip("/").replace("/", "-")
    shared = SHARED_MEMORY / f"gateway-{os.getuid()}-{name}"
    try:
        shared.mkdir(mode=0o700, exist_ok=True)
        if shared.stat().st_uid == os.getuid() and not shared.is_symlink():
            return shared
    except OSError:  # no shared memory here
        pass
    directory = state_dir / "metrics"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


class _Log(Logger):  # type: ignore[misc]
    """gunicorn's log lines go the way of ours."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self._access_log_enabled = False  # every request has a line of its own, without personal data
        for each in (self.error_log, self.access_log):
            each.handlers.clear()
            each.propagate = True
        self.error_log.setLevel(logging.WARNING)

    def reopen_files(self) -> None:
        """We write to the standard streams only."""


def options(settings: Settings) -> dict[str, Any]:
    """gunicorn's settings for ours."""
    return {
        "bind": f"[{settings.host}]:{settings.port}"
        if ":" in settings.host
        else f"{settings.host}:{settings.port}",
        "workers": settings.workers,
        "worker_class": Worker,
        "worker_connections": 2000,
        "backlog": 2048,
        "timeout": 30,
        "graceful_timeout": int(GRACE),
        "keepalive": 5,
        "limit_request_line": REQUEST_LINE,
        "limit_request_fields": HEADERS,
        "worker_tmp_dir": str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None,
        # No header is special to gunicorn, so whom it would believe does not matter, and need not be worked out each
        # time: the client's address behind proxies is read by web/context.py alone.
        "forwarded_allow_ips": "*",
        "secure_scheme_headers": {},
        "forwarder_headers": "",
        "control_socket_disable": True,
        "proc_name": "gateway",
        "logger_class": _Log,
        "accesslog": None,
        "post_worker_init": lambda worker: worker.begin(),
        "worker_exit": _on_worker_exit,
        "child_exit": lambda _arbiter, worker: metrics.process_ended(worker.pid),
        "when_ready": _on_ready(settings),
        "on_exit": lambda _arbiter: metrics.abandon(metrics_directory(settings.state_dir)),
    }


def _on_worker_exit(_arbiter: object, worker: Worker) -> None:
    if worker.pid == os.getpid():  # gunicorn also calls this in the master, for a worker that had gone before
        worker.finish()


def _on_ready(settings: Settings) -> Callable[[object], None]:
    def ready(_arbiter: object) -> None:
        log.info("server.ready", url=f"http://{settings.host}:{settings.port}", workers=settings.workers)

    return ready
