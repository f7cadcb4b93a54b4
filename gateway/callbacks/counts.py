"""The metrics of callbacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client import Counter, Gauge, Histogram

from gateway.metrics import REGISTRY

ATTEMPTS = Counter(
    "gw_callback_attempts",
    "Attempts to tell a source what became of a lead; `result` is sent, waiting (to be tried again) or given_up.",
    ("source", "result"),
    registry=REGISTRY,
)
DELAY = Histogram(
    "gw_callback_delay_seconds",
    "From the end of a lead to the moment its source took the news.",
    ("source",),
    buckets=(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 300.0, 3600.0, 86400.0),
    registry=REGISTRY,
)
WAITING = Gauge(
    "gw_callback_waiting",
    "Callbacks of a source that nobody has taken yet.",
    ("source",),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)


def attempted(source: str, result: str) -> None:
    ATTEMPTS.labels(source, result).inc()


def told(source: str, seconds: float) -> None:
    DELAY.labels(source).observe(max(0.0, seconds))


def waiting(sources: Iterable[str], numbers: Mapping[str, int]) -> None:
    for source in sources:
        WAITING.labels(source).set(numbers.get(source, 0))
