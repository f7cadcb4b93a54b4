"""What people did, to what, and why: entries that are only ever added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.leads.identity import new_id
from gateway.store.columns import from_json
from gateway.store.console_tables import audit
from gateway.store.database import Database
from gateway.store.transaction import Bulk, Transaction

COMMAND_LINE = "command line"
_ADD = Bulk(
    "INSERT INTO audit (id, at, actor, action, subject, subject_id, reason, detail, address) VALUES", 9
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """One thing that somebody did; never holds a phone number or another value of a lead."""

    actor: str  # a user's name, "command line" or "gateway"
    action: str  # lead.retried, key.created, …: what happened to the subject
    subject: str  # lead | source | dialer | user | key | suppression | job | alert | session
    subject_id: str
    reason: str = ""  # in the words of whoever did it
    detail: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A deed as it was written down."""

    id: str
    at: float
    deed: Deed


class Audit:
    """Reached as `store.console.audit`; the tables themselves refuse every change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *deeds: Deed, now: float) -> None:
        """Write deeds down that stand alone; see `note` for those that go with a change."""
        self._database.write(lambda transaction: note(transaction, deeds, now))

    def of(self, subject: str, subject_id: str, *, limit: int = 200) -> list[Entry]:
        """What was done to one thing, oldest first."""
        wanted = select(audit).where(audit.c.subject == subject, audit.c.subject_id == subject_id)
        return self._database.read(
            lambda connection: entries(connection, wanted.order_by(audit.c.id).limit(limit))
        )

    def latest(
        self,
        *,
        actor: str | None = None,
        subject: str | None = None,
        subject_id: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> list[Entry]:
        """One page, newest first; `after` is the id of the last entry of the page before."""
        wanted = select(audit)
        filters = ((audit.c.actor, actor), (audit.c.subject, subject), (audit.c.subject_id, subject_id))
        for column, value in filters:
            wanted = wanted if value is None else wanted.where(column == value)
        if after is not None:
            wanted = wanted.where(audit.c.id < after)
        return self._database.read(
            lambda connection: entries(connection, wanted.order_by(audit.c.id.desc()).limit(limit))
        )


def note(transaction: Transaction, deeds: Sequence[Deed], now: float) -> None:
    """In the transaction of the change itself: neither is ever there without the other."""
    ids = sorted(new_id(now) for _ in deeds)  # of one moment, and still in their order
    transaction.write(
        _ADD,
        [
            (
                entry_id,
                now,
                deed.actor,
                deed.action,
                deed.subject,
                deed.subject_id,
                deed.reason,
                orjson.dumps(dict(deed.detail)).decode(),
                deed.address,
            )
            for entry_id, deed in zip(ids, deeds, strict=True)
        ],
    )


def entries(connection: Connection, wanted: Any) -> list[Entry]:
    """The rows of `audit` that `wanted` selects."""
    return [
        Entry(
            id=row.id,
            at=row.at,
            deed=Deed(
                actor=row.actor,
                action=row.action,
                subject=row.subject,
                subject_id=row.subject_id,
                reason=row.reason,
                detail=from_json(row.detail),
                address=row.address,
            ),
        )
        for row in connection.execute(wanted)
    ]
