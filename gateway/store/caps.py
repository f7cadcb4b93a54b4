"""How many leads a source may bring in a day: counted in the transaction that keeps them, so never one too many."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Integer, Table, Text

from gateway.store.records import NewLead
from gateway.store.tables import metadata
from gateway.store.transaction import Bulk, Transaction

OVER = "cap.daily"
MESSAGE = (
    "Its source has brought as many leads today as its daily_cap allows: kept, and sent when you retry it."
)
DAY = 86400.0
CAP_LOCK = 5  # taken behind the identities and before the dialers

cap_counts = Table(
    "cap_counts",
    metadata,
    Column("source", Text, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since the epoch, UTC
    Column("leads", Integer, nullable=False),
    sqlite_with_rowid=False,
)

_COUNTED = Bulk(
    "FROM (VALUES", 2, ") AS v JOIN cap_counts AS c ON c.source = v.column1 AND c.day = v.column2"
)
_COUNT = Bulk(
    "INSERT INTO cap_counts (source, day, leads) VALUES",
    3,
    "ON CONFLICT (source, day) DO UPDATE SET leads = excluded.leads",
)

Key = tuple[str, int]


class Caps:
    """What was counted so far for the sources of a batch; nobody else counts them before its transaction has ended."""

    def __init__(self, counted: dict[Key, int]) -> None:
        self._counted = counted
        self._changed: set[Key] = set()

    @classmethod
    def of(cls, transaction: Transaction, leads: Sequence[NewLead]) -> Caps:
        """Costs nothing where no source has a cap."""
        keys = sorted({_key(lead) for lead in leads if lead.cap is not None})
        if not keys:
            return cls({})
        transaction.lock(CAP_LOCK, (f"{source} {day}" for source, day in keys))
        rows = transaction.read("c.source, c.day, c.leads", _COUNTED, keys)
        return cls({(source, day): leads for source, day, leads in rows})

    def take(self, lead: NewLead) -> bool:
        """Count a lead that is about to be kept for its dialer; False when it is one too many."""
        if lead.cap is None:
            return True
        key = _key(lead)
        counted = self._counted.get(key, 0)
        if counted >= lead.cap.leads:
            return False
        self._counted[key] = counted + 1
        self._changed.add(key)
        return True

    def write(self, transaction: Transaction) -> None:
        """Keep what was counted."""
        transaction.write(_COUNT, [(*key, self._counted[key]) for key in sorted(self._changed)])


def _key(lead: NewLead) -> Key:
    return lead.source, int(lead.received_at // DAY)
