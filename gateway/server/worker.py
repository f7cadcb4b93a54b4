"""A worker process: gevent, requests in time, and everything finished before it goes."""

from __future__ import annotations

import contextlib
import errno
import gc
import signal
import time
import uuid
import warnings
from functools import partial
from typing import Any

import gevent
import pysqlite3
import structlog
from gevent import monkey
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.ggevent import GeventWorker

from gateway import metrics
from gateway.settings import program_version

log = structlog.get_logger("gateway.server")

GARBAGE = 10_000  # new objects between two looks for cycles; requests leave hardly any
# A caller waits at most 25 s and a dialer request takes at most 30: whoever is told to stop gets this long.
GRACE = 35.0  # seconds
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

    def patch(self) -> None:
        """The master has replaced most already (see early.py), which gevent would remark on."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", monkey.MonkeyPatchWarning)
            super().patch()

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
