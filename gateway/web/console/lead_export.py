"""Leads as a file: streamed page by page, however many there are, and written into the audit log at both ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Response

from gateway.clock import Clock
from gateway.exporting import lead_files
from gateway.leads.identity import new_id
from gateway.store import Store, StoreUnavailable
from gateway.store.audit import Deed
from gateway.store.exporting import ExportedLead, exported_found
from gateway.store.wanted import Wanted
from gateway.web.console.lead_filters import Filters
from gateway.web.console.rights import person
from gateway.web.console.writing import zone
from gateway.web.context import client_address, services

log = structlog.get_logger("gateway.web")

MANY = 100_000  # leads; of more than this nobody gets a file by a slip of the finger
_WRITERS: Mapping[str, Callable[[Iterable[ExportedLead]], Iterator[bytes]]] = {
    "csv": lead_files.sheet,
    "ndjson": lead_files.lines,
}
_TYPES = {"csv": "text/csv; charset=utf-8; header=present", "ndjson": "application/x-ndjson; charset=utf-8"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Export:
    """One file, and whose it is; lives longer than the request that asked for it."""

    store: Store
    clock: Clock
    id: str
    actor: str
    address: str
    kind: str
    asked: tuple[str, ...]  # names of the filters, no values


def is_many(wanted: Wanted) -> bool:
    """Whether there are more than one asks for lightly; what cannot be counted soon is a search, and finds little."""
    number = services().store.console.finding.number(wanted, most=MANY + 1)
    return number is not None and number > MANY


def file_of(filters: Filters, wanted: Wanted, kind: str) -> Response:
    """The file; the deed stands in the log before its first byte leaves."""
    store, clock = services().store, services().clock
    export = _Export(
        store=store,
        clock=clock,
        id=new_id(clock.now()),
        actor=person().name,
        address=client_address(),
        kind=kind,
        asked=wanted.names,
    )
    _note(export, "lead.export_started")
    response = Response(_pieces(export, wanted), content_type=_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{_name(filters, clock.now())}.{kind}"'
    return response


def _pieces(export: _Export, wanted: Wanted) -> Iterator[bytes]:
    """What is still to come is not in memory, and between two looks at the database others read and write."""
    number, whole = 0, False

    def counted(leads: Iterable[ExportedLead]) -> Iterator[ExportedLead]:
        nonlocal number
        for lead in leads:
            number += 1
            yield lead

    # Leads that come while the file is written are not in it, or it might never end. An id of now is behind them all.
    upto = new_id(export.clock.now())
    try:
        yield from _WRITERS[export.kind](counted(exported_found(export.store, wanted, upto=upto)))
        whole = True
    finally:
        try:
            _note(export, "lead.exported", leads=number, complete=whole)
        except StoreUnavailable as error:
            log.warning("export.end_not_noted", leads=number, reason=error.code)


def _note(export: _Export, action: str, **detail: object) -> None:
    deed = Deed(
        actor=export.actor,
        action=action,
        subject="lead",
        subject_id="",  # many
        detail={"export": export.id, "format": export.kind, "filters": list(export.asked), **detail},
        address=export.address,
    )
    export.store.console.audit.add(deed, now=export.clock.now())


def _name(filters: Filters, now: float) -> str:
    """What is in it and of when, without a value of a lead."""
    about = [state.value for state in filters.states]
    about += [filters.values[name] for name in ("source", "dialer", "reason") if name in filters.values]
    about += ["search"] if "q" in filters.values or "text" in filters.values else []
    days = [
        f"{word}-{_day(moment)}"
        for word, moment in (("from", filters.since), ("to", filters.until))
        if moment
    ]
    made = f"{datetime.fromtimestamp(now, zone()):%Y-%m-%d-%H%M}"
    return re.sub(r"[^0-9A-Za-z-]+", "-", "-".join(["leads", *about, *days, "as-of", made]))[:150]


def _day(moment: float) -> str:
    return f"{datetime.fromtimestamp(max(0.0, moment), zone()):%Y-%m-%d}"  # calendars know no year below 1
