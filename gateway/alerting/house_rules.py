"""The rules about the house itself: its disk, and what runs out."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.alerting.finding import Finding, span
from gateway.alerting.situation import Situation

_GB = 1_000_000_000
LEAST_FREE = _GB  # bytes: below it the share does not matter
ENOUGH_FREE = 20 * _GB  # above it neither: a tenth of a large disk is a lot


def disk(situation: Situation) -> Iterator[Finding]:
    """Without room no lead can be kept."""
    rule, place = situation.rules["disk"], situation.disk
    if place is None or place.total <= 0:
        return
    share = place.free * 100 / place.total
    if place.free < LEAST_FREE or (share < (rule.percent or 0) and place.free < ENOUGH_FREE):
        yield situation.finding(
            "disk",
            "",
            summary=f"The database's disk has {place.free / _GB:.1f} GB left, {share:.0f} % of it. When it is full, no"
            " lead can be kept.",
            next_step="Make room: old logs, old backups, a large gateway.db-wal. No restart is needed.",
        )


def expiring(situation: Situation) -> Iterator[Finding]:
    """API keys, and whatever [alerts.expires] names."""
    rule = situation.rules["expiring"]
    for public_id, (source, end) in sorted(situation.facts.keys.items()):
        yield situation.finding(
            "expiring",
            f"{source}/{public_id}",
            summary=f"The API key {public_id} of source {source} ends in {span(end - situation.now)}.",
            next_step=f"Make a new one with `gateway keys create {source}` and give it to them before that.",
        )
    for name, day in sorted(situation.expiries.items()):
        left = day - situation.now
        if left <= (rule.after or 0.0):
            yield situation.finding(
                "expiring",
                name,
                summary=f"{name} runs out in {span(left)}." if left > 0 else f"{name} has run out.",
                next_step="Renew it, then write its new day into [alerts.expires].",
            )
