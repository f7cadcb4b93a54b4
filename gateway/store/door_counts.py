"""What each source's door has refused, hour by hour: of most refusals nothing else is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from gateway.store.console_tables import door_counts
from gateway.store.database import Database
from gateway.store.transaction import Bulk, Transaction

HOUR = 3600.0
REMEMBERED = 30 * 86400.0  # seconds

_ADD = Bulk(
    "INSERT INTO door_counts (source, hour, code, number, last_at) VALUES",
    5,
    "ON CONFLICT (source, hour, code) DO UPDATE SET number = door_counts.number + excluded.number,"
    " last_at = excluded.last_at",
)
_FORGET = "DELETE FROM door_counts WHERE source = ? AND hour < ?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusals:
    """How often one source's door refused for one reason, and when it did last."""

    source: str
    code: str
    number: int
    last_at: float


class DoorCounts:
    """Reached as `store.console.doors`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, found: Iterable[Refusals]) -> None:
        """Add what was counted; of one source, hour and code one entry at most."""
        # In one order for all processes: two that add to the same rows never wait for each other both ways.
        rows = sorted(
            (each.source, int(each.last_at // HOUR), each.code, each.number, each.last_at) for each in found
        )
        if rows:
            self._database.write(lambda transaction: _add(transaction, rows))

    def since(self, start: float, *, source: str | None = None) -> list[Refusals]:
        """What was refused from the hour of `start` on, most first."""
        return self._database.read(lambda connection: _since(connection, start, source))


def _add(transaction: Transaction, rows: list[tuple[str, int, str, int, float]]) -> None:
    transaction.write(_ADD, rows)
    for source, latest in {row[0]: row[4] for row in rows}.items():
        transaction.run(_FORGET, (source, int((latest - REMEMBERED) // HOUR)))


def _since(connection: Connection, start: float, source: str | None) -> list[Refusals]:
    number = func.sum(door_counts.c.number)
    wanted = select(door_counts.c.source, door_counts.c.code, number, func.max(door_counts.c.last_at))
    wanted = wanted.where(door_counts.c.hour >= int(start // HOUR))
    if source is not None:
        wanted = wanted.where(door_counts.c.source == source)
    rows = connection.execute(
        wanted.group_by(door_counts.c.source, door_counts.c.code).order_by(number.desc(), door_counts.c.code)
    )
    return [Refusals(source=row[0], code=row[1], number=int(row[2]), last_at=row[3]) for row in rows]
