"""Leads as they leave for a file: oldest first, a page at a time, so that millions need no memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.engine import Connection

from gateway.leads.lead import State
from gateway.store import columns
from gateway.store.reading import Search, matching
from gateway.store.store import Store
from gateway.store.tables import leads
from gateway.store.wanted import Wanted

TOGETHER = 500  # leads of one look; between two, others may read and write

_WANTED = tuple(
    leads.c[name]
    for name in [
        "id",
        "received_at",
        "source",
        "state",
        "reason_code",
        "message",
        "dialer",
        "list_id",
        "dialer_lead_id",
        "dialer_list_id",
        "dialer_status",
        "duplicate_of",
        "phone",
        "fields",
        "extra",
        "updated_at",
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedLead:
    """Everything that is told about a lead outside."""

    id: str
    received_at: float
    updated_at: float
    source: str
    state: State
    reason_code: str | None
    message: str | None
    dialer: str
    list_id: str
    dialer_lead_id: str | None
    dialer_list_id: str | None
    dialer_status: str | None
    duplicate_of: str | None
    phone: str
    fields: Mapping[str, str]
    extra: Mapping[str, Any]


def exported(store: Store, search: Search) -> Iterator[ExportedLead]:
    """Every lead that is searched for; one that changes meanwhile comes as it is when its page is read."""
    after = ""
    while True:
        start = after
        page = store.read(lambda connection, start=start: _page(connection, search, start))  # type: ignore[misc]
        yield from page
        if len(page) < TOGETHER:
            return
        after = page[-1].id


def exported_found(store: Store, wanted: Wanted, *, upto: str | None = None) -> Iterator[ExportedLead]:
    """Every lead that somebody looks for, none later than the id `upto`."""
    for ids in store.console.finding.all_ids(wanted, upto=upto):
        if ids:
            yield from store.read(lambda connection, ids=ids: _these(connection, ids))  # type: ignore[misc]


def _these(connection: Connection, ids: Sequence[str]) -> list[ExportedLead]:
    wanted = select(*_WANTED).where(leads.c.id.in_(ids)).order_by(leads.c.id)
    return [_exported(dict(row)) for row in connection.execute(wanted).mappings()]


def _page(connection: Connection, search: Search, after: str) -> list[ExportedLead]:
    wanted = matching(select(*_WANTED), search).where(leads.c.id > after).order_by(leads.c.id).limit(TOGETHER)
    return [_exported(dict(row)) for row in connection.execute(wanted).mappings()]


def _exported(row: dict[str, Any]) -> ExportedLead:
    read = {
        "state": State(row["state"]),
        "fields": orjson.loads(row["fields"]),
        "extra": columns.from_json(row["extra"]),
    }
    return ExportedLead(**{**row, **read})
