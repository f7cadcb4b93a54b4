"""The HTTP server: gunicorn with gevent workers; it drains before it stops and looks before it reloads."""

from __future__ import annotations

import contextlib
import errno
import gc
import logging
import os
import signal
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import gevent
import pysqlite3
import structlog
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http import errors, wsgi
from gunicorn.util import write_nonblock
from gunicorn.workers.ggevent import GeventWorker

from gateway import logs, metrics
from gateway.config import ConfigError, GatewayConfig, load_config
from gateway.settings import Settings, program_version

if TYPE_CHECKING:
    from flask import Flask

    from gateway.capture import Services

log = structlog.get_logger("gateway.server")

# A caller waits at most 25 s and a dialer request takes at most 30: whoever is told to stop gets this long.
GARBAGE = 10_000  # new objects between two looks for cycles; requests leave hardly any
GRACE = 35.0  # seconds
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the kernel's, not a place for temporary files
REQUEST_LINE = 8190  # bytes; the dialer's own API is called with everything in the address
HEADERS = 100
LOOK_AGAIN = 0.2  # seconds
BODY = 20.0  # seconds in which a body must have come as a whole
IDLE = 0.5  # seconds without a request after which a connection may be closed by a worker that stops
UNREADABLE = {  # what gunicorn cannot read as HTTP and the status it gets; anything else of its kind is a 400
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    errors.ConfigurationProblem: 500,
    errors.InvalidResponseHeader: 500,
    errors.InvalidResponseHeaderName: 500,
}
DRAIN = signal.SIGUSR1  # from the master to its workers: say that you are not ready


def serve(settings: Settings, config: GatewayConfig, environ: Mapping[str, str]) -> None:
    """Serve until SIGTERM or SIGINT; returns only through SystemExit, as gunicorn does."""
    directory = metrics_directory(settings.state_dir)
    metrics.sweep(directory)
    metrics.share(directory)
    wsgi.SERVER = "gateway"  # the Server header names neither the product below nor its version
    _Arbiter(Application(settings, config, environ)).run()


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
        for name, value in _options(self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        # Imported in the worker, after gevent has replaced the sockets that requests and redis hold on to.
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
    raise SystemExit(_Arbiter.APP_LOAD_ERROR)


def _keep_the_old(error: ConfigError) -> bool:
    for problem in error.problems:
        log.error("config.refused", key=problem.key, error=problem.message)
    log.error("config.kept", next_step="mend the file, try `gateway check`, send SIGHUP again")
    return False


class _Arbiter(Arbiter):  # type: ignore[misc]
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


class _Idle(gevent.Timeout):  # type: ignore[misc]
    """Waits for the next request of a kept connection; a worker that stops ends those who only wait."""

    def __init__(self, seconds: float, waiting: dict[_Idle, tuple[Any, float]]) -> None:
        super().__init__(seconds, False)  # noqa: FBT003 - gevent's way to end without an exception
        self._waiting = waiting

    def __enter__(self) -> _Idle:
        self._waiting[self] = (gevent.getcurrent(), time.monotonic())
        return super().__enter__()  # type: ignore[no-any-return]

    def __exit__(self, *error: object) -> bool | None:
        self._waiting.pop(self, None)
        return super().__exit__(*error)  # type: ignore[no-any-return]


class InTime:
    """Reads a body until its time is over; a sender that trickles would hold a connection for ever."""

    def __init__(self, reader: Any, seconds: float) -> None:
        self._reader = reader
        self._end = time.monotonic() + seconds

    def read(self, size: int) -> bytes:
        # As if the sender had hung up: that is what it amounts to, and everybody knows what to do then.
        late = ConnectionResetError(errno.ECONNRESET, "the body did not come in time")
        with gevent.Timeout(max(0.0, self._end - time.monotonic()), late):
            return bytes(self._reader.read(size))


class Worker(GeventWorker):  # type: ignore[misc]
    """A gevent worker that finishes its requests and its leads before it goes."""

    _told_at: float | None = None

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self._waiting: dict[_Idle, tuple[Any, float]] = {}

    def timeout_ctx(self) -> _Idle:
        return _Idle(self.cfg.keepalive, self._waiting)

    def run(self) -> None:
        pools = [self._serve(listener) for listener in self.sockets]
        while self.alive:
            self.notify()
            gevent.sleep(LOOK_AGAIN)
        for server, _ in pools:
            server.close()
        end = time.monotonic() + GRACE
        while any(len(pool) for _, pool in pools) and time.monotonic() < end:
            self.notify()
            self._end_idle()
            gevent.sleep(LOOK_AGAIN)

    def _serve(self, listener: Any) -> tuple[StreamServer, Pool]:
        listener.setblocking(1)
        pool = Pool(self.worker_connections)
        server = StreamServer(listener, handle=partial(self.handle, listener), spawn=pool)
        if self.cfg.workers > 1:
            server.max_accept = 1  # so that one worker does not take all that wait
        server.start()
        return server, pool

    def _end_idle(self) -> None:
        """Connections without a request for a while; a younger one may be sending its first."""
        long_ago = time.monotonic() - IDLE
        for idle, (waiter, since) in list(self._waiting.items()):
            if since < long_ago:
                gevent.kill(waiter, idle)

    def handle_error(self, _req: object, client: Any, addr: Any, exc: BaseException) -> None:
        """gunicorn would answer in HTML, and repeat in the log what stood in the request."""
        broken = isinstance(exc, errors.ParseException)
        status = UNREADABLE.get(type(exc), 400) if broken else 500
        request_id = uuid.uuid4()
        told = {"request_id": str(request_id), "status": status, "client": addr[0] if addr else ""}
        if status < 500 or status == 501:
            log.warning("request.unreadable", reason=type(exc).__name__, **told)
        else:
            log.error("request.failed", exc_info=exc, **told)
        with contextlib.suppress(OSError):
            write_nonblock(client, self.app.unreadable(status, request_id))

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        if req.body is not None:
            req.body.reader = InTime(req.body.reader, BODY)
        super().handle_request(listener_name, req, sock, addr)

    def handle_exit(self, sig: int, frame: object) -> None:
        self._told_at = self._told_at or time.monotonic()
        super().handle_exit(sig, frame)

    def handle_usr1(self, _sig: int, _frame: object) -> None:
        self.app.readiness.drain()

    def begin(self) -> None:
        if self.app.draining:
            self.app.readiness.drain()
        # Ctrl-C reaches every process of a terminal; only the master decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        metrics.built(program_version(), pysqlite3.sqlite_version)
        self.app.services.start()
        # What was loaded stays for good; looking through all of it again and again costs every lead a little.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE)
        log.info("worker.ready", pid=self.pid)

    def finish(self) -> None:
        told_at = self._told_at or time.monotonic()
        left = GRACE - 3.0 - (time.monotonic() - told_at)
        if self.app.services is None:  # it never got as far as having any
            return
        self.app.services.stop(max(1.0, left))


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


def _options(settings: Settings) -> dict[str, Any]:
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
