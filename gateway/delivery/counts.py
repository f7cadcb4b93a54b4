"""The metrics of what people do to the lines."""

from __future__ import annotations

from prometheus_client import Gauge

from gateway.metrics import REGISTRY

LINE_PAUSED = Gauge(
    "gw_line_paused",
    "1 while a person has paused the dialer.",
    ("destination",),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)


def paused(dialer: str, *, is_paused: bool) -> None:
    LINE_PAUSED.labels(dialer).set(1.0 if is_paused else 0.0)
