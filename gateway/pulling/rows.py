"""Keeps pulled rows as if they had been pushed, but for those that are here already."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.capture import Services, capture_all, quarantine
from gateway.config import SourceConfig
from gateway.leads.identity import key_fingerprint, new_id
from gateway.leads.lead import Enquiry, Problem
from gateway.new_lead import key_scope
from gateway.sources.base import Inbound, Kind, Unreadable
from gateway.sources.keeping import keep
from gateway.sources.pull import Pull

PORTION = 50  # rows kept in one commit; requests of the same process wait while they are read
METHOD = "PULL"  # what stands in an enquiry where a push has POST


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What became of some rows."""

    fresh: int = 0  # they are leads now, or in quarantine
    known: int = 0

    def plus(self, other: Kept) -> Kept:
        return Kept(fresh=self.fresh + other.fresh, known=self.known + other.known)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    value: Any
    fingerprint: str  # by which it is known again
    problem: Problem | None = None  # why nothing can be read out of it


def keep_rows(services: Services, source: SourceConfig, kind: Kind, pull: Pull, rows: Sequence[Any]) -> Kept:
    """All are on disk, or known to be, when this returns; raises StoreUnavailable."""
    kept = Kept()
    for start in range(0, len(rows), PORTION):
        kept = kept.plus(_keep_portion(services, source, kind, pull, rows[start : start + PORTION]))
    return kept


def _keep_portion(
    services: Services, source: SourceConfig, kind: Kind, pull: Pull, values: Sequence[Any]
) -> Kept:
    now = services.clock.now()
    rows = {row.fingerprint: row for row in (_read(source, kind, pull, value, now) for value in values)}
    known = services.store.pulls.known(source.name, list(rows), scope=key_scope(source.name), now=now)
    fresh = [row for fingerprint, row in rows.items() if fingerprint not in known]
    readable = [row.value for row in fresh if row.problem is None]
    if readable:
        inbound = _inbound(source, pull, readable, now)
        capture_all(services, source, _enquiry(source, kind, inbound), kind.parse(source, inbound))
    for row in fresh:
        if row.problem is not None:
            enquiry = _enquiry(source, kind, _inbound(source, pull, [row.value], now))
            quarantine(services, source, enquiry, row.problem)
    # Only now: a row that is remembered is never looked at again.
    services.store.pulls.see(source.name, list(rows), now=now)
    return Kept(fresh=len(fresh), known=len(values) - len(fresh))


def _read(source: SourceConfig, kind: Kind, pull: Pull, value: Any, now: float) -> _Row:
    """One row alone, so that an odd one spoils no other."""
    content = key_fingerprint(source.name, f"row {json.dumps(value, sort_keys=True)}")
    try:
        found = kind.parse(source, _inbound(source, pull, [value], now))
    except Unreadable as error:
        problem = Problem(field=error.field, code=error.code, message=error.message)
        return _Row(value=value, fingerprint=content, problem=problem)
    key = found[0].key if pull.own_ids and len(found) == 1 else None
    return _Row(value=value, fingerprint=key_fingerprint(source.name, key) if key else content)


def _inbound(source: SourceConfig, pull: Pull, values: Sequence[Any], now: float) -> Inbound:
    return Inbound(
        method=METHOD,
        path=f"/webhooks/{source.name}",
        headers={"content-type": "application/json"},
        body=json.dumps(pull.wrap(values)).encode(),
        received_at=now,
    )


def _enquiry(source: SourceConfig, kind: Kind, inbound: Inbound) -> Enquiry:
    return keep(source, kind, inbound, new_id(inbound.received_at))
