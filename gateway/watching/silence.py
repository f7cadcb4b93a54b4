"""Says when a source has been silent for longer than it ever usually is, and when it is heard again."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from gateway import metrics
from gateway.config import GatewayConfig
from gateway.store import Store
from gateway.store.watching import HOUR, WatchedSource
from gateway.watching.usual import usual_gap

log = structlog.get_logger("gateway.watching")

TIMES = 3.0  # its usual gap
SHORTEST = 900.0  # seconds: below that, silence is a moment's calm
NEXT_STEP = (
    "send a test from the platform and look at its delivery log: the webhook may be switched off, its address or"
    " secret changed, or the campaign over (silence_alarm = false in its table if that is meant)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """What is usual for one source in one hour."""

    hour: int
    gap: float | None


def limit(gap: float) -> float:
    """After how many seconds without a lead a source is silent."""
    return max(TIMES * gap, SHORTEST)


class Silence:
    """Judges all sources after each look; what is usual is worked out once an hour."""

    def __init__(self, config: GatewayConfig, store: Store) -> None:
        self._config = config
        self._store = store
        self._usual: dict[str, Usual] = {}

    def judge(self, *, until: float, awake_since: float) -> None:
        """`until` is how far the leads are counted; nobody was listening before `awake_since`."""
        known = self._store.watching.sources()
        for name, source in self._config.sources.items():
            if name not in known:
                continue
            found = known[name]
            gap = self._gap(found, until)
            silent = source.silence_alarm and self._is_silent(
                found, gap, until=until, awake_since=awake_since
            )
            if found.silent_since is not None and not silent and self._store.watching.is_heard(name):
                log.info("source.heard_again", source=name, seconds=round(found.last_at - found.silent_since))

    def show(self) -> None:
        """What was judged, in the metrics: every process shows it, whichever of them has judged."""
        for name, found in self._store.watching.sources().items():
            if name in self._config.sources:
                silent = found.silent_since is not None
                metrics.watched(name, last_at=found.last_at, is_silent=silent, usual_gap=found.usual_gap)

    def _is_silent(
        self, found: WatchedSource, gap: float | None, *, until: float, awake_since: float
    ) -> bool:
        """A silence that was told lasts until the next lead; a new one is told."""
        if found.silent_since is not None:
            return found.last_at <= found.silent_since
        if gap is None or until - max(found.last_at, awake_since) < limit(gap):
            return False
        self._tell(found, until - found.last_at, gap)
        return True

    def _tell(self, found: WatchedSource, seconds: float, gap: float) -> None:
        if not self._store.watching.fell_silent(found.source, last_at=found.last_at, usual_gap=gap):
            return
        log.warning(
            "source.silent",
            source=found.source,
            seconds=round(seconds),
            usual_seconds=round(gap),
            next_step=NEXT_STEP,
        )

    def _gap(self, found: WatchedSource, until: float) -> float | None:
        hour = int(until // HOUR)
        usual = self._usual.get(found.source)
        if usual is None or usual.hour != hour:
            gap = usual_gap(self._store.watching.hours(found.source), at=until)
            usual = self._usual[found.source] = Usual(hour=hour, gap=gap)
            if gap != found.usual_gap:
                self._store.watching.usual(found.source, gap)
        return usual.gap
