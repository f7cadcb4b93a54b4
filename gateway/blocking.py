"""Runs calls that block in C (a commit, a file lock) without stopping the other greenlets of a gevent worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import gevent
from gevent import monkey

T = TypeVar("T")


def run_blocking(call: Callable[[], T]) -> T:
    """Run `call` in the hub's thread pool under gevent, else right here; its exception is raised here."""
    if not monkey.is_module_patched("threading"):
        return call()
    return cast("T", gevent.get_hub().threadpool.apply(call))
