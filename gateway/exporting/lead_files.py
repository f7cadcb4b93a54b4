"""What stands in a file of leads: the columns of the table, the members of a line."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import orjson

from gateway.exporting.spreadsheet import Sheet
from gateway.leads.field_names import DIALER_FIELDS
from gateway.store.exporting import ExportedLead

_ABOUT = (
    "lead",
    "received_at",
    "source",
    "state",
    "reason_code",
    "message",
    "dialer",
    "Lead ID",
    "list",
    "status",
)
_FIELDS = tuple(name for name in DIALER_FIELDS if name != "list_id")
TITLES = (*_ABOUT, "duplicate_of", *_FIELDS, "also_sent")
_TOGETHER = 200  # leads of one piece


def cells(lead: ExportedLead) -> tuple[object, ...]:
    """One row under TITLES."""
    about = (
        lead.id,
        _iso_time(lead.received_at),
        lead.source,
        lead.state,
        lead.reason_code,
        lead.message,
        lead.dialer,
        lead.dialer_lead_id,
        lead.dialer_list_id or lead.list_id,
        lead.dialer_status,
        lead.duplicate_of,
    )
    fields = {"phone_number": lead.phone, **lead.fields}
    also_sent = orjson.dumps(dict(lead.extra), default=str).decode() if lead.extra else ""
    return (*about, *(fields.get(name, "") for name in _FIELDS), also_sent)


def line(lead: ExportedLead) -> str:
    """One JSON object, every value as it is, and the end of the line."""
    times = {"received_at": _iso_time(lead.received_at), "updated_at": _iso_time(lead.updated_at)}
    return orjson.dumps(asdict(lead) | times, default=str).decode() + "\n"


def sheet(leads: Iterable[ExportedLead]) -> Iterator[bytes]:
    """A CSV document, piece by piece: however many leads, only some are in memory."""
    out = io.StringIO(newline="")
    table = Sheet(out, TITLES)
    for number, lead in enumerate(leads, 1):
        table.add(cells(lead))
        if number % _TOGETHER == 0:
            yield _taken(out)
    yield _taken(out)


def lines(leads: Iterable[ExportedLead]) -> Iterator[bytes]:
    """NDJSON, piece by piece."""
    piece: list[str] = []
    for lead in leads:
        piece.append(line(lead))
        if len(piece) == _TOGETHER:
            yield "".join(piece).encode()
            piece.clear()
    yield "".join(piece).encode()


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _iso_time(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
