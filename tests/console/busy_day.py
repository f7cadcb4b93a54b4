"""A day of leads put into a store as if they had come: many states, a few sources, weeks behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.leads.identity import new_id
from gateway.store import Store
from gateway.store.transaction import Bulk, Transaction

HOUR = 3600.0
WEEK = 168

_LEAD = Bulk(
    "INSERT INTO leads (id, enquiry_id, source, state, reason_code, dialer, list_id, phone, fields, extra, warnings,"
    " problems, test, received_at, updated_at, finished_at, next_at, hold_scope) VALUES",
    18,
)
_COUNT = Bulk(
    "INSERT INTO intake_counts (source, day, leads) VALUES",
    3,
    "ON CONFLICT (source, day) DO UPDATE SET leads = intake_counts.leads + 1",
)
_HOUR = Bulk("INSERT INTO source_hours (source, hour, leads, first_at, last_at, longest_gap) VALUES", 6)
_KNOWN = Bulk("INSERT INTO watched_sources (source, first_at, last_at, samples) VALUES", 4)


def put(
    store: Store,
    at: float,
    *,
    state: str = "delivered",
    source: str = "website",
    took: float = 0.8,
    dialer: str = "main",
    reason: str | None = None,
    scope: str | None = None,
    leads: int = 1,
) -> None:
    """Leads that came at `at` and are in `state` now."""
    ended = at + took if state in ("delivered", "rejected") else None
    rows = []
    for number in range(leads):
        each = at + number / 1000
        row: Sequence[Any] = (
            new_id(each),
            "E",
            source,
            state,
            reason,
            dialer,
            "25062018",
            f"98{number:08d}",
            "{}",
            "{}",
            "[]",
            "[]",
            int(state == "test"),
            each,
            each,
            ended,
            each,
            scope,
        )
        rows.append(row)

    def work(transaction: Transaction) -> None:
        transaction.write(_LEAD, rows)
        transaction.write(_COUNT, [(source, int(at // 86400), leads)])

    store.write(work)


def put_weeks(
    store: Store, *, now: float, source: str = "website", by_hour: int = 12, weeks: int = 4
) -> None:
    """It has brought `by_hour` leads in each hour of the past weeks."""
    hours = range(int(now // HOUR) - weeks * WEEK - 24, int(now // HOUR))

    def work(transaction: Transaction) -> None:
        transaction.write(
            _HOUR,
            [(source, hour, by_hour, hour * HOUR, hour * HOUR + 60, 60.0) for hour in hours],
        )
        transaction.write(_KNOWN, [(source, hours[0] * HOUR, now - 60, 0)])

    store.write(work)
