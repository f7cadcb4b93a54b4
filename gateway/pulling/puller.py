"""Pulls every source that can be pulled, each at its own pace, beside whatever is pushed."""

from __future__ import annotations

import threading
from functools import partial

import structlog

from gateway import metrics
from gateway.asking import Asker
from gateway.capture import Services
from gateway.pulling.feed import Feed, Outcome, patient_asker
from gateway.sources.registry import SOURCES
from gateway.store import StoreUnavailable

log = structlog.get_logger("gateway.pulling")

LOOK = 20.0  # seconds between two looks at a checkpoint; another process may have moved it
SOON = 0.05
OTHERS = 5.0  # while another process pulls
STORE_AWAY = 5.0
BROKEN = 60.0


def feeds_of(services: Services, asker: Asker, stopping: threading.Event) -> dict[str, Feed]:
    """The sources whose configuration says how they are pulled, by name."""
    found = {}
    for name, source in services.config.sources.items():
        kind = SOURCES[source.kind]
        if kind.pull is not None and kind.pull.is_on(source):
            found[name] = Feed(services, source, kind, kind.pull, asker=asker, wait=stopping.wait)
    return found


class Puller:
    """One thread for each source, in every process that delivers; the lease lets one of them pull."""

    def __init__(self, services: Services, *, asker: Asker | None = None) -> None:
        self._stopping = threading.Event()
        self._services = services
        self.feeds = feeds_of(services, asker or patient_asker(), self._stopping)
        self._threads = [
            threading.Thread(target=partial(self._run, feed), name=f"pull-{name}", daemon=True)
            for name, feed in self.feeds.items()
        ]

    def start(self) -> None:
        if not self._services.settings.deliver:
            return
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """A question under way is not waited for longer than this: its window is asked for again."""
        self._stopping.set()
        until = self._services.clock.monotonic() + seconds
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - self._services.clock.monotonic()))

    def _run(self, feed: Feed) -> None:
        while not self._stopping.is_set():
            try:
                pause = self._step(feed)
            except StoreUnavailable as error:
                log.warning("pull.store_away", source=feed.source.name, reason=error.code)
                pause = STORE_AWAY
            except Exception:
                log.exception("pull.broken", source=feed.source.name)
                pause = BROKEN
            self._stopping.wait(pause)

    def _step(self, feed: Feed) -> float:
        """A turn, if it is time for one; the seconds until the next look."""
        checkpoint = feed.checkpoint()
        now = self._services.clock.now()
        if checkpoint is not None:
            metrics.pull_covered(feed.source.name, checkpoint.covered)
        if checkpoint is not None and not checkpoint.due(now):
            return min(LOOK, checkpoint.next_at - now)
        return OTHERS if feed.turn().outcome is Outcome.NOT_NOW else SOON
