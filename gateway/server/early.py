"""Loads the program in the master, so that all workers share its memory instead of each having a copy."""

from __future__ import annotations

import gc
import importlib

from gevent import monkey

# What gunicorn's master itself works with stays as it is: it forks, waits for children and takes signals.
LEFT_ALONE = {"os": False, "signal": False, "subprocess": False, "queue": False}


def load_early() -> None:
    """Called before the first fork; nothing is connected here, that is each worker's own business.

    The sockets are replaced first: requests and redis hold on to what they find when they are loaded. The workers
    replace the rest.
    """
    monkey.patch_all(**LEFT_ALONE)
    importlib.import_module("gateway.app")
    # A collection would write to every object, and what is written to is no longer shared.
    gc.collect()
    gc.freeze()
