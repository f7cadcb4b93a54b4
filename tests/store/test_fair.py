"""The lock in front of the writing connection is first come, first served."""

from __future__ import annotations

import threading
import time

from gateway.store.fair import FairLock


def test_whoever_takes_it_again_at_once_waits_behind_the_others() -> None:
    lock, order = FairLock(), []

    def work(name: str) -> None:
        lock.take(10)
        order.append(name)
        lock.give()

    lock.take(10)
    threads = []
    for name in ("first", "second"):
        thread = threading.Thread(target=work, args=(name,))
        threads.append(thread)
        thread.start()
        while len(lock.waiting) < len(threads):
            time.sleep(0.001)
    lock.give()
    work("again")
    for thread in threads:
        thread.join(10)

    assert order == ["first", "second", "again"]


def test_a_wait_that_is_over_leaves_no_place_behind() -> None:
    lock = FairLock()
    lock.take(1)

    assert lock.take(0.01) is False
    lock.give()
    assert lock.take(0.01) is True


def test_nobody_is_inside_with_another() -> None:
    lock, inside, most = FairLock(), [], []

    def work() -> None:
        for _ in range(200):
            lock.take(10)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            lock.give()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert (len(most), max(most)) == (800, 1)
