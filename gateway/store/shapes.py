"""Which fields the deliveries of each source have had, and a few deliveries to look at; names and kinds, no values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, text
from sqlalchemy.engine import Connection

from gateway.leads.identity import first_id
from gateway.leads.lead import Enquiry
from gateway.store.database import Database
from gateway.store.purging import PORTION
from gateway.store.tables import enquiries
from gateway.store.transaction import Bulk, Transaction
from gateway.store.watching_tables import source_fields

REMEMBERED = 90 * 86400.0  # seconds a field that no longer comes is known

_SOME = text(
    "SELECT enquiry_id FROM (SELECT enquiry_id,"
    " row_number() OVER (PARTITION BY source ORDER BY min(id) DESC) AS place"
    " FROM leads WHERE id >= :first AND id < :beyond AND test = 0 AND source IN :sources"
    " GROUP BY source, enquiry_id) AS each WHERE place <= :at_most"
).bindparams(bindparam("sources", expanding=True))
_SAVE = Bulk(
    "INSERT INTO source_fields"
    " (source, path, kinds, born, seen, absent, first_at, last_at, change, changed_at, advice) VALUES",
    11,
    "ON CONFLICT (source, path) DO UPDATE SET kinds = excluded.kinds, seen = excluded.seen, absent = excluded.absent,"
    " last_at = excluded.last_at, change = excluded.change, changed_at = excluded.changed_at, advice = excluded.advice",
)
_SAMPLES = "UPDATE watched_sources SET samples = ? WHERE source = ? AND samples = ?"
_FORGET = (
    "DELETE FROM source_fields WHERE (source, path) IN"  # noqa: S608
    f" (SELECT source, path FROM source_fields WHERE last_at <= ? LIMIT {PORTION})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownField:
    """A field of a source's deliveries."""

    path: str  # as a mapping would name it
    kinds: frozenset[str]
    born: int  # deliveries looked at before it was first there
    seen: int
    absent: int  # deliveries since it was last there
    first_at: float
    last_at: float
    change: str | None = None  # new, missing or retyped
    changed_at: float | None = None
    advice: str | None = None  # the line of configuration that was suggested


class Shapes:
    """Reached as `store.shapes`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deliveries(
        self, start: float, end: float, *, sources: Sequence[str], at_most: int
    ) -> Mapping[str, list[Enquiry]]:
        """The latest few deliveries of each source in a stretch of time, oldest first; tests do not count."""
        if not sources:
            return {}
        return self._database.read(
            lambda connection: _deliveries(connection, start, end, sources=sources, at_most=at_most)
        )

    def fields(self, source: str) -> dict[str, KnownField]:
        """Every known field of a source, by its path."""
        return self._database.read(lambda connection: _fields(connection, source))

    def keep(self, source: str, fields: Sequence[KnownField], *, samples: int, before: int) -> bool:
        """Remember what more deliveries have shown; False when another process was quicker."""
        return self._database.write(
            lambda transaction: _keep(transaction, source, fields, samples=samples, before=before)
        )


def purge_fields(transaction: Transaction, now: float) -> int:
    """Forget fields that have not come for long."""
    return transaction.run(_FORGET, (now - REMEMBERED,)).rowcount


def _deliveries(
    connection: Connection, start: float, end: float, *, sources: Sequence[str], at_most: int
) -> dict[str, list[Enquiry]]:
    stretch = {
        "first": first_id(start),
        "beyond": first_id(end),
        "sources": list(sources),
        "at_most": at_most,
    }
    ids = connection.scalars(_SOME, stretch).all()
    found: dict[str, list[Enquiry]] = {}
    for begin in range(0, len(ids), PORTION):
        wanted = (
            select(enquiries).where(enquiries.c.id.in_(ids[begin : begin + PORTION])).order_by(enquiries.c.id)
        )
        for row in connection.execute(wanted).mappings():
            enquiry = Enquiry(**{**row, "headers": json.loads(row["headers"]), "body": bytes(row["body"])})
            found.setdefault(enquiry.source, []).append(enquiry)
    return found


def _fields(connection: Connection, source: str) -> dict[str, KnownField]:
    columns = [column for column in source_fields.columns if column.name != "source"]
    wanted = select(*columns).where(source_fields.c.source == source).order_by(source_fields.c.path)
    rows = connection.execute(wanted).mappings()
    return {row["path"]: KnownField(**{**row, "kinds": frozenset(row["kinds"].split())}) for row in rows}


def _keep(
    transaction: Transaction, source: str, fields: Sequence[KnownField], *, samples: int, before: int
) -> bool:
    if not transaction.run(_SAMPLES, (samples, source, before)).rowcount:
        return False
    transaction.write(_SAVE, [_row(source, field) for field in fields])
    return True


def _row(source: str, field: KnownField) -> tuple[object, ...]:
    return (
        source,
        field.path,
        " ".join(sorted(field.kinds)),
        field.born,
        field.seen,
        field.absent,
        field.first_at,
        field.last_at,
        field.change,
        field.changed_at,
        field.advice,
    )
