"""Keeps enquiries and their leads; the same transaction finds duplicates and suppressed numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.leads.consent import Consent
from gateway.leads.lead import State
from gateway.store import caps, consents
from gateway.store.caps import Caps
from gateway.store.claiming import Claims
from gateway.store.columns import clean, notes_to_json, to_json
from gateway.store.operations import Accept
from gateway.store.records import Accepted, AcceptedLead, Identity, NewLead
from gateway.store.stopping import DIALER_LOCK
from gateway.store.transaction import Bulk, Row, Transaction

DAY = 86400.0
_FOR_THE_DIALER = (State.QUEUED, State.HELD)
IDENTITY_LOCK = 1  # kinds are taken in ascending order within one transaction

_ENQUIRIES = Bulk(
    "INSERT INTO enquiries (id, source, received_at, method, path, query, content_type, headers, address,"
    " body) VALUES",
    10,
)
_LEADS = Bulk(
    "INSERT INTO leads (id, enquiry_id, source, state, reason_code, message, duplicate_of, dialer,"
    " list_id, phone, fields, extra, warnings, problems, test, received_at, updated_at, finished_at,"
    " owner, next_at, hold_scope, attempt_id, sent_at, attempts, told_at) VALUES",
    25,
)
_IDENTITIES = Bulk(
    "INSERT INTO identities (scope, fingerprint, lead_id, expires_at) VALUES",
    4,
    "ON CONFLICT (scope, fingerprint) DO UPDATE SET lead_id = excluded.lead_id, expires_at ="
    " excluded.expires_at",
)
_COUNTS = Bulk(
    "INSERT INTO intake_counts (source, day, leads) VALUES",
    3,
    "ON CONFLICT (source, day) DO UPDATE SET leads = intake_counts.leads + excluded.leads",
)
_LIVE_IDENTITIES = Bulk(
    "FROM (VALUES",
    2,
    ") AS v JOIN identities AS i ON i.scope = v.column1 AND i.fingerprint = v.column2",
)
# A number that was put on the do-not-call list while this enquiry was judged is seen here: under the dialer's lock.
_NOT_NOW = Bulk(
    "FROM (VALUES",
    2,
    ") AS v WHERE EXISTS (SELECT 1 FROM leads WHERE leads.state = 'sending' AND leads.dialer = v.column1"
    " AND leads.phone = v.column2) OR EXISTS (SELECT 1 FROM suppressions WHERE suppressions.phone = v.column2)",
)
_SUPPRESSED = Bulk("FROM suppressions WHERE phone IN (VALUES", 1, ")")

Key = tuple[str, str]


@dataclass(slots=True)
class _Windows:
    """Which identities are live, and in whose name, while the leads of a batch are judged in turn."""

    live: dict[Key, tuple[str, float]]
    opened: dict[Key, tuple[str, float]] = field(default_factory=dict)

    def first(self, lead: NewLead) -> tuple[Identity, str] | None:
        """The identity by which `lead` repeats another lead, and that lead."""
        for identity in lead.identities:
            known = self.live.get((identity.scope, identity.fingerprint))
            if known is not None and known[1] > lead.received_at and known[0] != lead.id:
                return identity, known[0]
        return None

    def open(self, identity: Identity, lead_id: str, now: float) -> None:
        key = (identity.scope, identity.fingerprint)
        self.live[key] = self.opened[key] = (lead_id, now + identity.seconds)


def accept(transaction: Transaction, operations: Sequence[Accept]) -> list[Accepted]:
    """Store all operations; the results stand in their order."""
    claims = Claims.take(transaction, operations)
    fresh = [
        operation for operation, answer in zip(operations, claims.answers, strict=True) if answer is None
    ]
    leads = [lead for operation in fresh for lead in operation.leads]
    kept = iter(judge(transaction, leads))
    results = [
        Accepted(idempotency=answer)
        if answer is not None
        else _accepted(operation, tuple(next(kept) for _ in operation.leads))
        for operation, answer in zip(operations, claims.answers, strict=True)
    ]
    # Whoever is refused for today may send the same again tomorrow, under the same key.
    refused = [each for each, result in zip(operations, results, strict=True) if result.over_cap]
    claims.write(transaction, without=frozenset(each.leads[0].id for each in refused))
    _write(transaction, operations, results)
    return results


def _accepted(operation: Accept, kept: tuple[AcceptedLead, ...]) -> Accepted:
    """One enquiry is one lead where a cap refuses: of several, what fits is not kept alone."""
    if any(one.over_cap and _refuses(lead) for lead, one in zip(operation.leads, kept, strict=True)):
        return Accepted(over_cap=True)
    return Accepted(leads=kept)


def _refuses(lead: NewLead) -> bool:
    return lead.cap is not None and lead.cap.refuses


def judge(transaction: Transaction, leads: Sequence[NewLead]) -> list[AcceptedLead]:
    """The state in which each lead is kept; opens the windows of those that are the first."""
    windows = _Windows(live=_live_identities(transaction, leads))
    suppressed = _suppressed(transaction, leads)
    capped = Caps.of(transaction, leads)
    kept = [_judge_one(lead, windows, suppressed, capped) for lead in leads]
    capped.write(transaction)
    kept = _send_off(transaction, leads, kept)
    transaction.write(
        _IDENTITIES, [(*key, lead_id, expires_at) for key, (lead_id, expires_at) in windows.opened.items()]
    )
    return kept


def _judge_one(lead: NewLead, windows: _Windows, suppressed: frozenset[str], capped: Caps) -> AcceptedLead:
    if lead.phone in suppressed and lead.state is not State.TEST:
        return AcceptedLead(id=lead.id, state=State.SUPPRESSED)
    repeated = windows.first(lead)
    # Repetitions, tests and what is not sent anyway do not count; what is too much is no window's first.
    if repeated is None and lead.state in _FOR_THE_DIALER and not capped.take(lead):
        return AcceptedLead(id=lead.id, state=State.QUARANTINED, over_cap=True)
    if repeated is None:
        for identity in lead.identities:
            windows.open(identity, lead.id, lead.received_at)
        return AcceptedLead(id=lead.id, state=lead.state)
    by, first_id = repeated
    # The sender may repeat this one too, after the shorter window has closed: it is still the first
    # one's repetition.
    for identity in lead.identities:
        if identity.seconds > by.seconds:
            windows.open(identity, first_id, lead.received_at)
    return AcceptedLead(id=lead.id, state=State.DUPLICATE, duplicate_of=first_id)


def _send_off(
    transaction: Transaction, leads: Sequence[NewLead], kept: list[AcceptedLead]
) -> list[AcceptedLead]:
    """Those that may leave at once are SENDING from the start, unless their number is in flight or just suppressed."""
    numbers = {
        (lead.dialer, lead.phone)
        for lead, one in zip(leads, kept, strict=True)
        if lead.attempt_id is not None and one.state is State.QUEUED
    }
    if not numbers:
        return kept
    transaction.lock(DIALER_LOCK, {dialer for dialer, _ in numbers})
    busy = {(row[0], row[1]) for row in transaction.read("v.column1, v.column2", _NOT_NOW, sorted(numbers))}
    sent_off: list[AcceptedLead] = []
    for lead, one in zip(leads, kept, strict=True):
        number = (lead.dialer, lead.phone)
        if lead.attempt_id is not None and one.state is State.QUEUED and number not in busy:
            busy.add(number)
            one = AcceptedLead(id=one.id, state=State.SENDING)  # noqa: PLW2901
        sent_off.append(one)
    return sent_off


def lock_identities(transaction: Transaction, leads: Sequence[NewLead]) -> list[Key]:
    """Nobody else judges a lead by one of these identities before this transaction has ended."""
    keys = list({(each.scope, each.fingerprint): None for lead in leads for each in lead.identities})
    if keys:
        transaction.lock(IDENTITY_LOCK, (f"{scope} {fingerprint}" for scope, fingerprint in keys))
    return keys


def _live_identities(transaction: Transaction, leads: Sequence[NewLead]) -> dict[Key, tuple[str, float]]:
    keys = lock_identities(transaction, leads)
    if not keys:
        return {}
    rows = transaction.read("i.scope, i.fingerprint, i.lead_id, i.expires_at", _LIVE_IDENTITIES, keys)
    return {(scope, fingerprint): (lead_id, expires_at) for scope, fingerprint, lead_id, expires_at in rows}


def _suppressed(transaction: Transaction, leads: Sequence[NewLead]) -> frozenset[str]:
    phones = [(phone,) for phone in {lead.phone for lead in leads} if phone]
    return frozenset(row[0] for row in transaction.read("phone", _SUPPRESSED, phones))


def _write(transaction: Transaction, operations: Sequence[Accept], results: Sequence[Accepted]) -> None:
    enquiries: list[Row] = []
    leads: list[tuple[str, NewLead, AcceptedLead]] = []
    for operation, accepted in zip(operations, results, strict=True):
        if not accepted.stored:
            continue
        enquiries.append(_enquiry_row(operation))
        pairs = zip(operation.leads, accepted.leads, strict=True)
        leads += [(operation.enquiry.id, lead, kept) for lead, kept in pairs]
    transaction.write(_ENQUIRIES, enquiries)
    write_leads(transaction, leads)


def write_leads(transaction: Transaction, leads: Sequence[tuple[str, NewLead, AcceptedLead]]) -> None:
    """Keep leads beside their enquiries, with what their people agreed to, and count them."""
    agreed: list[tuple[str, Consent]] = []
    counts: Counter[tuple[str, int]] = Counter()
    for _, lead, _ in leads:
        if lead.consent is not None:
            agreed.append((lead.id, lead.consent))
        counts[lead.source, int(lead.received_at // DAY)] += 1
    transaction.write(_LEADS, [_lead_row(*each) for each in leads])
    consents.add(transaction, agreed)
    transaction.write(_COUNTS, [(source, day, number) for (source, day), number in sorted(counts.items())])


def _enquiry_row(operation: Accept) -> tuple[Any, ...]:
    enquiry = operation.enquiry
    return (
        enquiry.id,
        enquiry.source,
        enquiry.received_at,
        enquiry.method,
        clean(enquiry.path),
        clean(enquiry.query),
        clean(enquiry.content_type),
        to_json(enquiry.headers),
        clean(enquiry.address),
        enquiry.body,
    )


def _lead_row(enquiry_id: str, lead: NewLead, kept: AcceptedLead) -> tuple[Any, ...]:
    leaving = kept.state is State.SENDING
    reason_code, message = reason_of(lead, kept)
    waiting = waits(lead, kept)
    return (
        lead.id,
        enquiry_id,
        lead.source,
        kept.state.value,
        reason_code,
        message,
        kept.duplicate_of,
        lead.dialer,
        lead.list_id,
        lead.phone,
        to_json(lead.fields),
        to_json(lead.extra),
        notes_to_json(lead.warnings),
        notes_to_json(lead.problems),
        int(lead.test),
        lead.received_at,
        lead.received_at,
        None if waiting else lead.received_at,
        lead.owner if waiting else None,
        lead.next_at if waiting else None,
        lead.hold_scope if waiting and kept.state in (State.HELD, State.QUARANTINED) else None,
        lead.attempt_id if leaving else None,
        lead.received_at if leaving else None,
        int(leaving),
        0.0 if lead.tell else None,
    )


def waits(lead: NewLead, kept: AcceptedLead) -> bool:
    """Whether something still happens to it by itself; in quarantine, when its platform is to be asked for it."""
    if kept.state is State.QUARANTINED:
        return lead.hold_scope is not None and not kept.over_cap
    return not kept.state.final


def reason_of(lead: NewLead, kept: AcceptedLead) -> tuple[str | None, str | None]:
    """Why a lead is where it is: as its maker said, unless the store has decided otherwise."""
    if kept.over_cap:
        return caps.OVER, caps.MESSAGE
    if kept.state in (lead.state, State.SENDING):
        return lead.reason_code, lead.message
    return "duplicate" if kept.state is State.DUPLICATE else "suppressed", None
