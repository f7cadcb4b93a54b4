"""A body comes as a whole within its time, or it is as if its sender had hung up."""

from __future__ import annotations

import time

import gevent
import pytest

from gateway.server.worker import InTime


class Trickle:
    """Yields a byte at a time, after a while."""

    def __init__(self, pause: float) -> None:
        self._pause = pause

    def read(self, size: int) -> bytes:
        for _ in range(size):
            gevent.sleep(self._pause)
        return b"x" * size


def test_a_body_that_trickles_ends_with_its_time() -> None:
    body = InTime(Trickle(0.02), seconds=0.1)
    began = time.monotonic()

    with pytest.raises(ConnectionResetError):
        body.read(1_000)

    assert time.monotonic() - began < 5


def test_many_small_reads_share_one_time() -> None:
    body = InTime(Trickle(0.02), seconds=0.1)

    with pytest.raises(ConnectionResetError):
        list(map(body.read, [1] * 1_000))


def test_a_body_in_time_is_read_as_it_is() -> None:
    assert InTime(Trickle(0), seconds=5).read(3) == b"xxx"
