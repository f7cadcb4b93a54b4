"""Runs calls that block in C (a commit, a file lock) without stopping the other greenlets of a gevent worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import gevent
from gevent import monkey

T = TypeVar("T")


# For threads of the hub's pool: they have no greenlets to give way to, and gevent's sleep is a millisecond at least.
native_sleep: Callable[[float], None] = monkey.get_original("time", "sleep")


def run_blocking(call: Callable[[], T]) -> T:
    """Run `call` in the hub's thread pool under gevent, else right here; its exception is raised here."""
    if not monkey.is_module_patched("threading"):
        return call()
    return cast("T", gevent.get_hub().threadpool.apply(call))
