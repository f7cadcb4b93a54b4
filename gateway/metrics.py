"""Every metric, declared once; no label holds a phone number, an address, a lead id or a raw path."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

M = TypeVar("M", Counter, Gauge, Histogram)
REGISTRY = CollectorRegistry()

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 14400.0)

# Every metric has a label, so that its values are made on first use: after `share` has said where they live.
HTTP_REQUESTS = Counter(
    "gw_http_requests", "Requests answered.", ("route", "method", "status"), registry=REGISTRY
)
INTAKE_DURATION = Histogram(
    "gw_intake_duration_seconds",
    "From the first byte of a request to its answer, the wait for the dialer included.",
    ("route",),
    buckets=(*_FAST, 10.0, 30.0),
    registry=REGISTRY,
)
LEADS_ACCEPTED = Counter("gw_leads_accepted", "Leads kept on disk.", ("source",), registry=REGISTRY)
LEADS_REFUSED = Counter(
    "gw_leads_refused", "Enquiries that could not be a lead.", ("source", "reason"), registry=REGISTRY
)
SUSPECTED = Counter(
    "gw_suspected",
    "Enquiries quarantined by the spam checks, by the first reason.",
    ("source", "reason"),
    registry=REGISTRY,
)
CAPTCHA_CHECKS = Counter(
    "gw_captcha_checks",
    "Captchas that were checked; unverified: the service failed or refuses our secret.",
    ("source", "outcome"),
    registry=REGISTRY,
)
DB_COMMIT_DURATION = Histogram(
    "gw_db_commit_duration_seconds",
    "One group commit, until it is on disk.",
    ("engine",),
    buckets=_FAST,
    registry=REGISTRY,
)
OUTBOX_LEADS = Gauge(
    "gw_outbox_leads",
    "Leads that are not finished, by state.",
    ("destination", "state"),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)
OUTBOX_OLDEST_AGE = Gauge(
    "gw_outbox_oldest_age_seconds",
    "How long the oldest unfinished lead has waited.",
    ("destination",),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)
DELIVERY_ATTEMPTS = Counter(
    "gw_delivery_attempts", "Leads tried at a dialer.", ("destination", "outcome"), registry=REGISTRY
)
DELIVERY_DURATION = Histogram(
    "gw_delivery_duration_seconds",
    "One request to a dialer.",
    ("destination",),
    buckets=(*_FAST, 10.0, 30.0),
    registry=REGISTRY,
)
CALLS = Counter("gw_calls", "Calls that were asked for.", ("destination", "outcome"), registry=REGISTRY)
END_TO_END = Histogram(
    "gw_end_to_end_seconds",
    "From received to delivered.",
    ("destination", "source"),
    buckets=_SLOW,
    registry=REGISTRY,
)
SIGNATURE_FAILURES = Counter(
    "gw_signature_failures", "Webhooks whose signature or token was wrong.", ("source",), registry=REGISTRY
)
RATE_LIMITED = Counter("gw_rate_limited", "Requests refused as too many.", ("policy",), registry=REGISTRY)
CIRCUIT_OPEN = Gauge(
    "gw_circuit_open",
    "1 while the line to a dialer is closed for unavailability.",
    ("destination",),
    multiprocess_mode="livemax",
    registry=REGISTRY,
)
LAST_SUCCESS = Gauge(
    "gw_last_success_timestamp_seconds",
    "When the last lead of a source was delivered, seconds since the epoch.",
    ("source",),
    multiprocess_mode="max",
    registry=REGISTRY,
)
PULLS = Counter(
    "gw_pulls",
    "Times a platform was asked for leads, by what came of it.",
    ("source", "outcome"),
    registry=REGISTRY,
)
PULLED_ROWS = Counter(
    "gw_pulled_rows",
    "Leads a platform gave when it was asked; fresh: the push had not brought them.",
    ("source", "state"),
    registry=REGISTRY,
)
PULL_COVERED = Gauge(
    "gw_pull_covered_timestamp_seconds",
    "Every lead the platform had until then is kept, seconds since the epoch.",
    ("source",),
    multiprocess_mode="max",
    registry=REGISTRY,
)
FETCHES = Counter(
    "gw_fetches",
    "Leads that a platform was asked for; the outcome is fetched, or why not.",
    ("source", "outcome"),
    registry=REGISTRY,
)
FETCH_WAITING = Gauge(
    "gw_fetch_waiting",
    "Leads of which only the platform's id has come so far.",
    ("source",),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)
FETCH_HELD = Gauge(
    "gw_fetch_held",
    "1 while a platform refuses our token, or no longer serves our version of its API.",
    ("source",),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)
SOURCE_LAST_LEAD = Gauge(
    "gw_source_last_lead_timestamp_seconds",
    "When a source last brought a lead, seconds since the epoch.",
    ("source",),
    multiprocess_mode="max",
    registry=REGISTRY,
)
SOURCE_USUAL_GAP = Gauge(
    "gw_source_usual_gap_seconds",
    "How long a source usually lets one wait for a lead at this hour of the week.",
    ("source",),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)
SOURCE_SILENT = Gauge(
    "gw_source_silent",
    "1 while a source has brought no lead for three times its usual gap.",
    ("source",),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)
SOURCE_DRIFT = Counter(
    "gw_source_drift",
    "Fields that came, went or changed their kind.",
    ("source", "change"),
    registry=REGISTRY,
)
BUILD_INFO = Gauge(
    "gw_build_info",
    "Always 1; the labels say what runs.",
    ("version", "sqlite_version"),
    multiprocess_mode="mostrecent",
    registry=REGISTRY,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exposition:
    """What /metrics answers."""

    body: bytes
    content_type: str


# -- recording -----------------------------------------------------------------------------------------------


@cache
def _of(metric: M, *labels: str) -> M:
    """The child for these labels; finding it anew would cost as much as counting."""
    return metric.labels(*labels)


def answered(route: str, method: str, status: int, seconds: float) -> None:
    """One HTTP request; `route` is the URL rule, never the path."""
    known = method if method in METHODS else "other"  # a client may make up as many as it likes
    _of(HTTP_REQUESTS, route, known, str(status)).inc()
    _of(INTAKE_DURATION, route).observe(seconds)


def accepted(source: str, leads: int = 1) -> None:
    _of(LEADS_ACCEPTED, source).inc(leads)


def refused(source: str, reason: str) -> None:
    _of(LEADS_REFUSED, source, reason).inc()


def suspected(source: str, reason: str) -> None:
    _of(SUSPECTED, source, reason).inc()


def captcha_checked(source: str, outcome: str) -> None:
    """`outcome` is passed, refused or unverified."""
    _of(CAPTCHA_CHECKS, source, outcome).inc()


def committed(engine: str, seconds: float) -> None:
    """One group commit; `engine` is sqlite or postgresql."""
    _of(DB_COMMIT_DURATION, engine).observe(seconds)


def attempted(dialer: str, outcome: str, seconds: float) -> None:
    _of(DELIVERY_ATTEMPTS, dialer, str(outcome)).inc()
    _of(DELIVERY_DURATION, dialer).observe(seconds)


def delivered(dialer: str, source: str, seconds: float) -> None:
    """A lead has its Lead ID, `seconds` after it was received."""
    _of(END_TO_END, dialer, source).observe(seconds)
    _of(LAST_SUCCESS, source).set_to_current_time()


def called(dialer: str, outcome: str) -> None:
    _of(CALLS, dialer, str(outcome)).inc()


def backlog(dialer: str, by_state: Mapping[str, int], oldest_age: float) -> None:
    for state, leads in by_state.items():
        _of(OUTBOX_LEADS, dialer, str(state)).set(leads)
    _of(OUTBOX_OLDEST_AGE, dialer).set(oldest_age)


def circuit_open(dialer: str, *, is_open: bool) -> None:
    _of(CIRCUIT_OPEN, dialer).set(1.0 if is_open else 0.0)


def fetched(source: str, outcome: str) -> None:
    """A platform was asked for a lead; `outcome` is fetched or a reason code."""
    _of(FETCHES, source, outcome).inc()


def fetch_waiting(source: str, leads: int | None, *, held: bool) -> None:
    """`leads` wait for their platform, unless that was not counted just now."""
    if leads is not None:
        _of(FETCH_WAITING, source).set(leads)
    _of(FETCH_HELD, source).set(1.0 if held else 0.0)


def signature_failed(source: str) -> None:
    _of(SIGNATURE_FAILURES, source).inc()


def rate_limited(policy: str) -> None:
    _of(RATE_LIMITED, policy).inc()


def pulled(source: str, outcome: str, *, fresh: int, known: int) -> None:
    """One turn at pulling; `outcome` is done, cut, stopped or the code of its trouble."""
    _of(PULLS, source, outcome).inc()
    for state, rows in (("fresh", fresh), ("known", known)):
        if rows:
            _of(PULLED_ROWS, source, state).inc(rows)


def pull_covered(source: str, until: float) -> None:
    _of(PULL_COVERED, source).set(until)


def watched(source: str, *, last_at: float, is_silent: bool, usual_gap: float | None) -> None:
    _of(SOURCE_LAST_LEAD, source).set(last_at)
    _of(SOURCE_SILENT, source).set(1.0 if is_silent else 0.0)
    if usual_gap is not None:
        _of(SOURCE_USUAL_GAP, source).set(usual_gap)


def drifted(source: str, change: str) -> None:
    """`change` is new, missing, retyped or back."""
    _of(SOURCE_DRIFT, source, str(change)).inc()


def built(version: str, sqlite_version: str) -> None:
    _of(BUILD_INFO, version, sqlite_version).set(1)


# -- several processes ---------------------------------------------------------------------------------------


def share(directory: Path) -> None:
    """From now on all processes with this directory count together; call it before anything is counted."""
    directory.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(directory)
    _of.cache_clear()
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]


def sweep(directory: Path) -> None:
    """Remove the files of processes that are gone; counters start from zero, which Prometheus expects."""
    for path in directory.glob("*.db"):
        pid = path.stem.rpartition("_")[2]
        if not (pid.isdigit() and Path(f"/proc/{pid}").exists()):
            path.unlink(missing_ok=True)


def abandon(directory: Path) -> None:
    """The last process goes: nothing stays behind in memory, unless another one still counts there."""
    sweep(directory)
    with suppress(OSError):
        directory.rmdir()


def process_ended(pid: int) -> None:
    """A worker is gone: its live gauges no longer count."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


def render() -> Exposition:
    """The text that Prometheus reads, summed over all processes that share a directory."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Exposition(body=generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
