"""Medians, ratios and whether a target is reached; pure, from rounds to rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import Any

from bench.console import quantile
from bench.scenarios import Series
from bench.stand import Round

MEMORY_LIMIT_MB = 200
CONSOLE_LIMIT_MS = 300  # p95, with a million leads
FLAT_WITHIN = 0.05  # between the second and the last fifth of the run


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """The median of some rounds with their lowest and highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(median=median(values), low=min(values), high=max(values))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One target of the specification."""

    what: str
    measured: float
    target: str
    passed: bool

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def values(rounds: Sequence[Round], key: str) -> list[float]:
    return [float(one[key]) for one in rounds]


def mid(series: Series, contestant: str, key: str = "leads_per_second") -> float | None:
    rounds = series.rounds.get(contestant)
    return median(values(rounds, key)) if rounds else None


def at_least(what: str, measured: float, limit: float, unit: str = "x") -> Verdict:
    return Verdict(what=what, measured=measured, target=f"≥ {limit:g} {unit}", passed=measured >= limit)


def at_most(what: str, measured: float, limit: float, unit: str) -> Verdict:
    return Verdict(what=what, measured=measured, target=f"≤ {limit:g} {unit}", passed=measured <= limit)


def _ratio(series: Series, name: str, other: str, limit: float) -> list[Verdict]:
    ours, theirs = mid(series, name), mid(series, other)
    if ours is None or not theirs:
        return []
    return [at_least(f"{series.name}: {name} ÷ {other}", ours / theirs, limit)]


def throughput(rows: Sequence[Series]) -> list[Verdict]:
    """3 and 4 times the naive durable one, faster than the naive one, 8 times straight under the cap."""
    found = []
    for series in rows:
        many = series.name.endswith("256 connections")
        if "at a time" in series.name:
            found += _ratio(series, "gateway", "straight", 8) if many else []
        else:
            found += _ratio(series, "gateway", "naive-durable", 4 if many else 3)
            found += _ratio(series, "gateway", "naive", 1)
        found += own_lead_ids(series)
    return found


def own_lead_ids(series: Series) -> list[Verdict]:
    """Every caller has a Lead ID of its own, and nothing but leads was answered."""
    rounds = series.rounds.get("gateway", [])
    if not rounds:
        return []
    wrong = sum(one["unexpected"] + one["without_id"] + one["repeated_ids"] for one in rounds)
    return [at_most(f"{series.name}: answers without a Lead ID of their own", wrong, 0, "answers")]


def single(rows: Sequence[Series]) -> list[Verdict]:
    """What is added to the dialer's own median latency: at the median and at the 99th percentile."""
    found = []
    for series in rows:
        base, p50 = mid(series, "straight", "p50_ms"), mid(series, "gateway", "p50_ms")
        p99 = mid(series, "gateway", "p99_ms")
        if base is None or p50 is None or p99 is None:
            continue
        found.append(at_most(f"{series.name}: added median", p50 - base, 2.5, "ms"))
        found.append(at_most(f"{series.name}: added p99", p99 - base, 8, "ms"))
        found += own_lead_ids(series)
    return found


def hang(rows: Sequence[Series]) -> list[Verdict]:
    """The rate that is left, and that those who are answered are answered soon."""
    found = []
    for series in rows:
        found += _ratio(series, "hanging", "healthy", 0.6)
        p99 = mid(series, "hanging", "p99_ms")
        if p99 is not None:
            # Zero means that nobody was answered at all.
            name = f"{series.name}: p99, hanging"
            found.append(Verdict(what=name, measured=p99, target="< 300 ms", passed=0 < p99 < 300))
        refused = sum(one["unexpected"] for rounds in series.rounds.values() for one in rounds)
        found.append(at_most(f"{series.name}: not acknowledged", refused, 0, "answers"))
    return found


def memory(result: dict[str, Any]) -> list[Verdict]:
    """Below the limit all the time, and the last fifth no higher than the second."""
    samples, load = result["samples_mb"], result["load"]
    fifth = max(1, len(samples) // 5)
    early, late = fmean(samples[fifth : 2 * fifth] or samples), fmean(samples[-fifth:])
    delivered = load["created"] / load["due"]
    return [
        Verdict(
            what="memory of all gateway processes, highest",
            measured=max(samples),
            target=f"< {MEMORY_LIMIT_MB} MB",
            passed=max(samples) < MEMORY_LIMIT_MB,
        ),
        at_most(
            f"memory, growth over {result['minutes']:g} min", (late / early - 1) * 100, FLAT_WITHIN * 100, "%"
        ),
        at_least("memory: share of the leads answered with a Lead ID", delivered * 100, 99.9, "%"),
    ]


def webhooks(rounds: Sequence[dict[str, Any]]) -> list[Verdict]:
    """Soon enough for the most impatient platform, and every delivery acknowledged."""
    p50, p99 = (median(one[key] for one in rounds) for key in ("p50_ms", "p99_ms"))
    missing = sum(one["due"] - one["kept"] for one in rounds)
    return [
        Verdict(what="webhooks: acknowledged, median", measured=p50, target="< 10 ms", passed=p50 < 10),
        Verdict(what="webhooks: acknowledged, p99", measured=p99, target="< 50 ms", passed=p99 < 50),
        at_most("webhooks: deliveries without an acknowledgement", missing, 0, "deliveries"),
    ]


def console(result: dict[str, Any]) -> list[Verdict]:
    """Every page soon enough that nobody notices how many leads there are."""
    found = []
    for name, taken in result["ms"].items():
        p95 = quantile(taken, 0.95)
        passed = p95 < CONSOLE_LIMIT_MS
        target = f"< {CONSOLE_LIMIT_MS} ms"
        found.append(Verdict(what=f"console: {name}, p95", measured=p95, target=target, passed=passed))
    return found


def backlog(rows: Sequence[Series]) -> list[Verdict]:
    found = []
    for series in rows:
        empty = mid(series, "empty")
        for name in series.rounds:
            rate = mid(series, name)
            if name != "empty" and empty and rate is not None:
                loss = (1 - rate / empty) * 100
                found.append(at_most(f"{series.name}: {name}, loss of the fresh rate", loss, 10, "%"))
    return found


def fairness(rounds: Sequence[dict[str, Any]]) -> list[Verdict]:
    """A turn costs what is left of the requests in the house, and the burst's own CPU; in one queue it were 20 s."""
    alone, beside = (median(float(each[key]) for each in rounds) for key in ("alone_ms", "beside_ms"))
    return [
        at_most("fairness: p95 beside a burst ÷ alone", beside / alone, 4, "x"),
        # Otherwise the trickle was alone before its end, and the figure means nothing.
        at_least(
            "fairness: leads of the burst that still wait", min(each["left"] for each in rounds), 1, "leads"
        ),
    ]


def batch(rounds: Sequence[dict[str, Any]]) -> list[Verdict]:
    """A thousand on disk within a second, and in a quick dialer within ten."""
    found = []
    for what, key, limit in (
        ("acknowledged", "acknowledged_s", 1.0),
        ("with their Lead IDs", "delivered_s", 10.0),
    ):
        measured = median(float(each[key]) for each in rounds)
        found.append(at_most(f"batch: 1,000 leads {what}", measured, limit, "s"))
    return found


def imported(rounds: Sequence[dict[str, Any]]) -> list[Verdict]:
    """Rows to disk."""
    measured = median(float(each["rows_per_second"]) for each in rounds)
    return [at_least("import: rows to disk", measured, 2000, "rows/s")]
