"""The metrics of alerts."""

from __future__ import annotations

from collections import Counter as Numbers
from collections.abc import Iterable

from prometheus_client import Counter, Gauge

from gateway.config.alert_table import DEFAULTS
from gateway.metrics import REGISTRY

OPEN = Gauge(
    "gw_alerts_open",
    "Alerts that are open, by rule.",
    ("rule",),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)
TELLINGS = Counter(
    "gw_alert_tellings",
    "Messages given to a kind of target; `result` is told, failed or given_up.",
    ("kind", "result"),
    registry=REGISTRY,
)


def show(rules: Iterable[str]) -> None:
    """`rules`: one name for each open alert."""
    numbers = Numbers(rules)
    for name in DEFAULTS:
        OPEN.labels(name).set(numbers.get(name, 0))


def told(kind: str, result: str) -> None:
    TELLINGS.labels(kind, result).inc()
