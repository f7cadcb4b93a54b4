"""USE CASE: many leads of one request, kept in one commit, each with an outcome of its own."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gateway import metrics
from gateway.capture import Bad, Captured, Services, hand_over, kept_status, log_captured, over_cap
from gateway.config import SourceConfig
from gateway.delivery.waiting import PARKED
from gateway.leads.identity import new_id
from gateway.leads.lead import Enquiry, Lead, LeadStatus, Submission
from gateway.leads.make import make_lead
from gateway.new_lead import new_lead
from gateway.store import StoreUnavailable
from gateway.store.batches import Batch
from gateway.store.operations import Accept
from gateway.store.records import (
    Accepted,
    AcceptedLead,
    IdempotencyClaim,
    InFlight,
    Mismatched,
    NewLead,
    Replayed,
)

AT_A_STRETCH = 25  # rows made before others have their turn
FIRST_LOOK = 0.05  # seconds between two looks at all rows together
LONGEST_LOOK = 0.25
_TIME = 8  # characters of an id that tell when it was made

Outcome = Captured | Bad | Replayed | InFlight | Mismatched


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One lead of a batch as it was sent."""

    enquiry: Enquiry
    submission: Submission
    claim: IdempotencyClaim | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Made:
    """A row that can be kept."""

    place: int
    row: Row
    new: NewLead
    lead: Lead


def capture_batch(
    services: Services,
    source: SourceConfig,
    rows: Sequence[Row | Bad],
    *,
    wait: float,
    claim: IdempotencyClaim | None = None,
    strict: bool = True,
    test: bool = False,
) -> tuple[Outcome, ...] | Replayed | InFlight | Mismatched:
    """Keep every row that can be a lead, then wait up to `wait` seconds for all of them together.

    The outcomes stand in the order of the rows. Raises StoreUnavailable when none is kept.
    """
    made, outcomes = _make(services, source, rows, claim, strict=strict, test=test)
    if not made:
        return tuple(outcomes[place] for place in range(len(rows)))
    batched = services.store.batches.accept(Batch(rows=tuple(_accept(each) for each in made), claim=claim))
    if batched.idempotency is not None:
        return batched.idempotency
    kept = _kept(services, source, made, batched.rows, outcomes)
    if wait > 0 and any(each.new.owner for each, _ in kept):
        ended = _wait(services, [one.duplicate_of or one.id for _, one in kept], wait)
    else:
        ended = _look(services, [one.duplicate_of for _, one in kept if one.duplicate_of])
    for each, one in kept:
        outcomes[each.place] = _captured(each, one, ended.get(one.duplicate_of or one.id))
    return tuple(outcomes[place] for place in range(len(rows)))


def recall_batch(
    services: Services,
    source: SourceConfig,
    rows: Sequence[Row | Bad],
    *,
    first: InFlight,
    claim: IdempotencyClaim,
    test: bool = False,
) -> tuple[Outcome, ...] | None:
    """The outcomes of a batch whose process died before it answered; None while it may still answer.

    The same request has come again, so its rows and their ids are known.
    """
    if first.lead_id is None:
        return None
    made, outcomes = _make(services, source, rows, claim, strict=True, test=test, since=first.lead_id[:_TIME])
    statuses = services.store.statuses([each.new.id for each in made])
    for each in made:
        status = statuses.get(each.new.id)
        # Not there: it repeated another request by a key of its own, which still tells what came of it.
        outcomes[each.place] = InFlight(lead_id=None) if status is None else Captured(status=status)
    return tuple(outcomes[place] for place in range(len(rows)))


# -- making --------------------------------------------------------------------------------------------------


def _make(
    services: Services,
    source: SourceConfig,
    rows: Sequence[Row | Bad],
    claim: IdempotencyClaim | None,
    *,
    strict: bool,
    test: bool,
    since: str = "",
) -> tuple[list[_Made], dict[int, Outcome]]:
    made: list[_Made] = []
    outcomes: dict[int, Outcome] = {}
    for place, row in enumerate(rows):
        if place % AT_A_STRETCH == 0:
            time.sleep(0)
        if isinstance(row, Bad):
            outcomes[place] = row
            continue
        lead_id = _id(row.enquiry.received_at, claim, place, since)
        lead = make_lead(row.submission, source, services.config, lead_id=lead_id, strict=strict)
        if not isinstance(lead, Lead):
            metrics.refused(source.name, lead[0].code)
            outcomes[place] = Bad(problems=lead)
            continue
        at = row.enquiry.received_at
        new = new_lead(services.delivery, source, row.submission, lead, received_at=at, test=test)
        made.append(_Made(place=place, row=row, new=new, lead=lead))
    return made, outcomes


def _id(at: float, claim: IdempotencyClaim | None, place: int, since: str) -> str:
    """By its claim and its place, so that the same request finds its leads again; else any new one."""
    if claim is None:
        return new_id(at)
    text = "\0".join((claim.owner, claim.route, claim.key, claim.fingerprint, str(place)))
    found = new_id(at, lambda length: hashlib.sha256(text.encode()).digest()[:length])
    return since + found[_TIME:] if since else found


def _accept(made: _Made) -> Accept:
    return Accept(enquiry=made.row.enquiry, leads=(made.new,), claim=made.row.claim)


# -- keeping and waiting -------------------------------------------------------------------------------------


def _kept(
    services: Services,
    source: SourceConfig,
    made: Sequence[_Made],
    accepted: Sequence[Accepted],
    outcomes: dict[int, Outcome],
) -> list[tuple[_Made, AcceptedLead]]:
    """Those that were kept now, handed over; the others repeat a request by a key of their own."""
    kept: list[tuple[_Made, AcceptedLead]] = []
    for each, result in zip(made, accepted, strict=True):
        if result.idempotency is not None:
            outcomes[each.place] = result.idempotency
            continue
        if result.over_cap:
            outcomes[each.place] = over_cap(source)
            continue
        kept.append((each, result.leads[0]))
        log_captured(each.new, result.leads[0])
        hand_over(services, each.new, result.leads[0])
    metrics.accepted(source.name, len(kept))
    return kept


def _wait(services: Services, lead_ids: Sequence[str], seconds: float) -> Mapping[str, LeadStatus]:
    """Where the leads stand when all have ended, when no line goes on, or when the time is up.

    They are looked up together: a ticket for each would take the place of a thousand other callers.
    """
    end, pause = services.clock.monotonic() + seconds, FIRST_LOOK
    while True:
        found = _look(services, lead_ids)
        left = end - services.clock.monotonic()
        if left <= 0 or not _may_change(services, found):
            return found
        threading.Event().wait(min(left, pause))
        pause = min(pause * 1.5, LONGEST_LOOK)


def _look(services: Services, lead_ids: Sequence[str]) -> Mapping[str, LeadStatus]:
    try:
        return services.store.statuses(lead_ids)
    except StoreUnavailable:
        return {}  # everything is on disk: that it cannot be looked at now must not look like a failure


def _may_change(services: Services, found: Mapping[str, LeadStatus]) -> bool:
    lines = services.delivery.lines()
    dialers = {status.dialer for status in found.values() if status.state not in PARKED}
    return any(line.open for name, line in lines.items() if name in dialers)


def _captured(made: _Made, kept: AcceptedLead, found: LeadStatus | None) -> Captured:
    status = kept_status(made.new, kept)
    first = found if kept.duplicate_of else None
    if found is not None and first is None:
        status = found
    elif found is not None:
        status = replace(
            status,
            dialer=found.dialer,
            dialer_lead_id=found.dialer_lead_id,
            dialer_list_id=found.dialer_list_id,
            dialer_status=found.dialer_status,
        )
    first = found if kept.duplicate_of is not None else None
    return Captured(status=replace(status, warnings=made.lead.warnings), first=first)
