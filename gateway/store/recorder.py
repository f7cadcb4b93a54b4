"""Group commit: whatever waits is written in one transaction, and each caller wakes when it is on disk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar, cast

from gateway.store.errors import StoreUnavailable, Trouble
from gateway.store.operations import Operation

R = TypeVar("R")

AT_MOST = 512  # operations of one transaction, so that no caller waits behind an endless one


class Transacts(Protocol):
    """What the recorder needs of a store."""

    def transact(self, operations: Sequence[Operation[Any]]) -> list[Any]:
        """Carry out all or none, durably; the results stand in order."""


class _Waiting:
    """One caller: its operation, then its result or its exception."""

    __slots__ = ("done", "error", "operation", "result")

    def __init__(self, operation: Operation[Any]) -> None:
        self.operation = operation
        self.result: Any = None
        self.error: BaseException | None = None
        self.done = threading.Lock()  # held until the outcome is there; much cheaper than an Event
        self.done.acquire()


class Recorder:
    """One thread of the process commits as soon as its last commit has returned; nobody waits for a timer."""

    def __init__(self, store: Transacts) -> None:
        self._store = store
        self._waiting: deque[_Waiting] = deque()
        self._work = threading.Semaphore(0)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def record(self, operation: Operation[R]) -> R:
        """Return once `operation` is on disk; raises StoreUnavailable when it may not be acknowledged."""
        if self._thread is None:
            self._start()
        waiting = _Waiting(operation)
        self._waiting.append(waiting)
        self._work.release()
        if self._closed:
            self._refuse_rest()
        waiting.done.acquire()
        if waiting.error is not None:
            raise waiting.error
        return cast("R", waiting.result)

    def waiting(self) -> int:
        """Callers whose operation is not in a transaction yet."""
        return len(self._waiting)

    def close(self) -> None:
        """Commit what waits, then stop; later operations are refused."""
        self._closed = True
        self._work.release()
        if self._thread is not None:
            self._thread.join(10.0)
        self._refuse_rest()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while True:
            self._work.acquire()
            batch = self._take()
            if batch:
                self._commit(batch)
            elif self._closed:
                return

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        while self._waiting and len(batch) < AT_MOST:
            batch.append(self._waiting.popleft())
        return batch

    def _commit(self, batch: list[_Waiting]) -> None:
        try:
            results = self._store.transact([each.operation for each in batch])
            for each, result in zip(batch, results, strict=True):
                each.result = result
        except StoreUnavailable as error:
            if error.code is Trouble.LOCKED:
                # Whoever waits has waited behind the same lock, and would wait as long again.
                batch = [*batch, *self._take()]
            for each in batch:
                each.error = error.copy()
        except Exception as error:  # noqa: BLE001 - whatever one operation does must not fail the others
            if len(batch) == 1:
                batch[0].error = error
            else:
                self._commit_singly(batch)
                return
        for each in batch:
            each.done.release()

    def _commit_singly(self, batch: list[_Waiting]) -> None:
        """One of them is poison: each gets its own transaction and its own outcome."""
        for each in batch:
            self._commit([each])

    def _refuse_rest(self) -> None:
        for each in self._take():
            each.error = StoreUnavailable(Trouble.ERROR, "The gateway is stopping. Try again.")
            each.done.release()
