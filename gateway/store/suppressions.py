"""The numbers that are never sent to a dialer: who put them there, when and why, and what that has stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.engine import Connection

from gateway.leads.lead import State
from gateway.store.audit import Deed, note
from gateway.store.columns import clean
from gateway.store.database import Database
from gateway.store.stopping import Stopped, lock_departures, stop_waiting
from gateway.store.tables import leads, suppressions
from gateway.store.transaction import Bulk, Transaction

TOGETHER = 500  # numbers of one look at an export
SHOWN_DIGITS = 4
_ADD = Bulk(
    "INSERT INTO suppressions (phone, since, reason, added_by) VALUES", 4, "ON CONFLICT (phone) DO NOTHING"
)
_LISTED = Bulk("FROM suppressions WHERE phone IN (VALUES", 1, ")")
_REMOVE = "DELETE FROM suppressions WHERE phone = ?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """One number that must not be called."""

    phone: str
    since: float
    reason: str
    added_by: str  # empty: the person themselves, or an earlier version


@dataclass(frozen=True, kw_only=True, slots=True)
class Added:
    """What adding one number did."""

    new: bool  # it was not on the list before
    stopped: int  # waiting leads that are suppressed now
    leaving: int  # leads that were on their way already


@dataclass(frozen=True, kw_only=True, slots=True)
class SuppressionPage:
    """Numbers, the latest first; `after` fetches the next page."""

    numbers: tuple[Suppression, ...]
    after: tuple[float, str] | None


class Suppressions:
    """Reached as `store.console.suppressions`; numbers are those the dialer would dial, as `leads.phone`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, phone: str, *, reason: str, actor: str, now: float, address: str = "") -> Added:
        """From now on nothing is sent to this number, and what waits for it is suppressed in the same commit."""

        def work(transaction: Transaction) -> Added:
            new, stopped = add(transaction, [phone], reason=reason, actor=actor, now=now)
            detail = {"stopped": len(stopped.lead_ids)}
            note(
                transaction,
                [_deed("suppression.added", phone, reason, actor, address, **detail)] if new else [],
                now,
            )
            return Added(new=bool(new), stopped=len(stopped.lead_ids), leaving=stopped.leaving)

        return self._database.write(work)

    def remove(self, phone: str, *, reason: str, actor: str, now: float, address: str = "") -> bool:
        """The number may be called again; False when it was not on the list. What was stopped stays stopped."""

        def work(transaction: Transaction) -> bool:
            if not transaction.run(_REMOVE, (phone,)).rowcount:
                return False
            note(transaction, [_deed("suppression.removed", phone, reason, actor, address)], now)
            return True

        return self._database.write(work)

    def find(self, phone: str) -> Suppression | None:
        """This number, where it is on the list."""
        return self._database.read(lambda connection: _find(connection, phone))

    def page(self, *, after: tuple[float, str] | None = None, limit: int = 50) -> SuppressionPage:
        """The list, the latest first."""
        return self._database.read(lambda connection: _page(connection, after, limit))

    def each(self) -> Iterator[Suppression]:
        """The whole list, a page in memory at a time."""
        after = None
        while True:
            page = self.page(after=after, limit=TOGETHER)
            yield from page.numbers
            after = page.after
            if after is None:
                return

    def count(self) -> int:
        """How many numbers are on the list."""
        wanted = select(func.count()).select_from(suppressions)
        return self._database.read(lambda connection: int(connection.execute(wanted).scalar_one()))

    def stopped(self, phones: Sequence[str]) -> dict[str, int]:
        """How many leads each of these numbers has and were never sent."""
        wanted = (
            select(leads.c.phone, func.count())
            .where(leads.c.phone.in_(phones), leads.c.state == State.SUPPRESSED.value)
            .group_by(leads.c.phone)
        )
        return self._database.read(
            lambda connection: {row[0]: row[1] for row in connection.execute(wanted)} if phones else {}
        )


def add(
    transaction: Transaction, phones: Sequence[str], *, reason: str, actor: str, now: float
) -> tuple[frozenset[str], Stopped]:
    """Put numbers on the list; those that were not there before, and what became of their leads."""
    lock_departures(transaction)
    rows = [(phone,) for phone in sorted(set(phones))]
    known = {row[0] for row in transaction.read("phone", _LISTED, rows)}
    transaction.write(_ADD, [(phone, now, clean(reason), actor) for (phone,) in rows])
    stopped = stop_waiting(transaction, phones, now)
    note(
        transaction,
        [
            Deed(actor=actor, action="lead.suppressed", subject="lead", subject_id=lead_id, reason=reason)
            for lead_id in stopped.lead_ids
        ],
        now,
    )
    return frozenset(phone for (phone,) in rows if phone not in known), stopped


def ending(phone: str) -> str:
    """How a number is named where it must not stand: by its last digits."""
    return f"…{phone[-SHOWN_DIGITS:]}"


def _deed(action: str, phone: str, reason: str, actor: str, address: str, **detail: Any) -> Deed:
    return Deed(
        actor=actor,
        action=action,
        subject="suppression",
        subject_id=ending(phone),
        reason=reason,
        detail=detail,
        address=address,
    )


def _find(connection: Connection, phone: str) -> Suppression | None:
    row = connection.execute(select(suppressions).where(suppressions.c.phone == phone)).first()
    return None if row is None else _suppression(row)


def _page(connection: Connection, after: tuple[float, str] | None, limit: int) -> SuppressionPage:
    order = tuple_(suppressions.c.since, suppressions.c.phone)
    wanted = select(suppressions).order_by(suppressions.c.since.desc(), suppressions.c.phone.desc())
    if after is not None:
        wanted = wanted.where(order < after)
    rows = connection.execute(wanted.limit(limit + 1)).all()
    numbers = tuple(_suppression(row) for row in rows[:limit])
    last = numbers[-1] if len(rows) > limit else None
    return SuppressionPage(numbers=numbers, after=None if last is None else (last.since, last.phone))


def _suppression(row: Any) -> Suppression:
    return Suppression(phone=row.phone, since=row.since, reason=row.reason, added_by=row.added_by)
