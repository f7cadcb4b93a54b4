"""What one person decides about one lead: the change and the deed that tells of it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from gateway.leads.identity import new_id
from gateway.leads.lead import Lead, State
from gateway.store import audit, deciding, fetches, purging, suppressions
from gateway.store.audit import Deed
from gateway.store.beside import Beside, beside
from gateway.store.columns import from_json, notes_to_json, to_json
from gateway.store.database import Database
from gateway.store.remaking import Entry, write_entry
from gateway.store.suppressions import Added
from gateway.store.transaction import Bulk, Transaction
from gateway.store.untold import note

EDIT, WITHDRAW = "edit", "withdraw"  # entries of a lead's history, beside its attempts
EDITABLE = frozenset(
    {State.QUEUED, State.HELD, State.UNCONFIRMED, State.QUARANTINED, State.REJECTED, State.DEAD}
)
_RESOLVED = "resolved"

_LOCKED = Bulk("FROM leads WHERE id IN (VALUES", 1, ") {lock}")
_FOUND = Bulk("FROM leads WHERE id IN (VALUES", 1, ")")
_COLUMNS = "state, phone, owner, dialer, reason_code, message, hold_scope"
_HASTEN = (
    "UPDATE leads SET next_at = ?, updated_at = ? WHERE id = ? AND state = 'queued' AND owner IS NULL"
    " AND next_at > ?"
)
_PROBE = "UPDATE holds SET probe_at = ? WHERE dialer = ? AND scope = ?"
_ASK = (
    "UPDATE leads SET next_at = ?, attempts = 0, updated_at = ? WHERE id = ? AND state = 'quarantined'"
    " AND hold_scope = ?"
)
_EDIT = (
    "UPDATE leads SET state = 'queued', owner = NULL, hold_scope = NULL, finished_at = NULL, reason_code = NULL,"
    " message = NULL, duplicate_of = NULL, next_at = ?, updated_at = ?, looked_up = 0,"
    # A lead that begins anew has all its tries before it; see deciding.py.
    " attempts = CASE WHEN state IN ('dead', 'quarantined') THEN 0 ELSE attempts END,"
    " possible_duplicate = CASE WHEN state = 'unconfirmed' AND looked_up = 0 THEN 1 ELSE possible_duplicate END,"
    " dialer = ?, list_id = ?, phone = ?, fields = ?, extra = ?, warnings = ?, problems = '[]' WHERE id = ?"
)
_RESTORE = (
    "UPDATE leads SET state = ?, reason_code = ?, message = ?, hold_scope = ?, next_at = ?, finished_at = ?,"
    " dialer_lead_id = NULL, owner = NULL, updated_at = ? WHERE id = ?"
)
_WHY_UNCONFIRMED = (
    "SELECT reason_code, message FROM attempts WHERE lead_id = ? AND state = 'unconfirmed'"
    " ORDER BY finished_at DESC, attempt_id DESC LIMIT 1"
)
_DISCARDED = (
    "SELECT detail FROM audit WHERE subject = 'lead' AND subject_id = ? AND action = 'lead.discarded'"
    " ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A lead as a person wants it sent; `changes` has the old and the new value of each field that differs."""

    lead: Lead
    changes: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """How the lead stood when its row was locked."""

    state: State
    phone: str
    owner: str | None
    dialer: str
    reason_code: str | None
    message: str | None
    hold_scope: str | None

    def told(self) -> dict[str, Any]:
        """For the detail of a deed, so that it can be taken back."""
        why = {"reason_code": self.reason_code, "message": self.message, "hold_scope": self.hold_scope}
        return {"state": self.state.value} | {name: value for name, value in why.items() if value}


class Editing:
    """Reached as `store.console.editing`. What takes `seen` changes only a lead that still stands as it was seen."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beside(self, lead_id: str) -> Beside | None:
        """What is to be known about a lead that does not stand in its story."""
        return self._database.read(lambda connection: beside(connection, lead_id))

    def retry(self, lead_id: str, deed: Deed, *, seen: State, now: float) -> bool:
        """Back into the queue, due at once."""

        def work(transaction: Transaction) -> bool:
            row = _locked(transaction, lead_id)
            if row is None or row.state is not seen or not deciding.retry(transaction, [lead_id], now):
                return False
            return _noted(transaction, deed, row, now)

        return self._database.write(work)

    def hasten(self, lead_id: str, deed: Deed, *, now: float) -> bool:
        """A lead that waits for its next attempt need not wait; False when it is on its way already."""

        def work(transaction: Transaction) -> bool:
            row = _locked(transaction, lead_id)
            if row is None or not transaction.run(_HASTEN, (now, now, lead_id, now)).rowcount:
                return False
            return _noted(transaction, deed, row, now)

        return self._database.write(work)

    def probe(self, lead_id: str, deed: Deed, *, now: float) -> bool:
        """What holds this lead is tried at once with one lead; False when nothing holds it any more."""

        def work(transaction: Transaction) -> bool:
            row = _locked(transaction, lead_id)
            if row is None or row.state is not State.HELD:
                return False
            if not transaction.run(_PROBE, (now, row.dialer, row.hold_scope or "")).rowcount:
                deciding.retry(transaction, [lead_id], now)  # its hold was lifted a moment ago
            return _noted(transaction, deed, row, now)

        return self._database.write(work)

    def ask_platform(self, lead_id: str, deed: Deed, *, now: float) -> bool:
        """A lead of which only an id has come is asked for at once; False when it does not wait for that."""

        def work(transaction: Transaction) -> bool:
            row = _locked(transaction, lead_id)
            scope = (row and row.hold_scope) or ""
            if row is None or not scope.startswith(fetches.FETCH):
                return False
            if not transaction.run(_ASK, (now, now, lead_id, scope)).rowcount:
                return False
            transaction.run(_PROBE, (now, row.dialer, scope))
            return _noted(transaction, deed, row, now)

        return self._database.write(work)

    def resolve(self, lead_id: str, deed: Deed, *, dialer_lead_id: str | None, now: float) -> bool:
        """The dialer has this unconfirmed lead."""

        def work(transaction: Transaction) -> bool:
            row = _locked(transaction, lead_id)
            done = deciding.resolve(
                transaction,
                lead_id,
                dialer_lead_id=dialer_lead_id,
                reason=deed.reason,
                now=now,
                entry_id=new_id(now),
            )
            return done and row is not None and _noted(transaction, deed, row, now)

        return self._database.write(work)

    def discard(self, lead_id: str, deed: Deed, *, seen: State, now: float) -> bool:
        """Never send it."""

        def work(transaction: Transaction) -> bool:
            row = _locked(transaction, lead_id)
            if row is None or row.state is not seen:
                return False
            done = deciding.discard(transaction, [lead_id], deed.reason, now)
            return bool(done) and _noted(transaction, deed, row.told(), now)

        return self._database.write(work)

    def suppress(self, lead_id: str, deed: Deed, *, now: float) -> Added | None:
        """Nobody calls this number any more; what that has stopped. None when the lead has no number."""

        def work(transaction: Transaction) -> Added | None:
            # Not locked: all leads of the number are, in the order in which everybody locks them.
            row = _locked(transaction, lead_id, _FOUND)
            if row is None or not row.phone:
                return None
            new, stopped = suppressions.add(
                transaction, [row.phone], reason=deed.reason, actor=deed.actor, now=now
            )
            listed = replace(
                deed,
                action="suppression.added",
                subject="suppression",
                subject_id=suppressions.ending(row.phone),
            )
            audit.note(transaction, [deed, listed] if new else [deed], now)
            return Added(new=bool(new), stopped=len(stopped.lead_ids), leaving=stopped.leaving)

        return self._database.write(work)

    def resend(self, edit: Edit, deed: Deed, *, seen: State, now: float) -> bool | None:
        """Send it with other values. None when the number must not be called, False when the lead has moved on."""

        def work(transaction: Transaction) -> bool | None:
            row = _locked(transaction, edit.lead.id)
            if row is None or row.state is not seen or row.state not in EDITABLE or row.owner is not None:
                return False
            if purging.is_suppressed(transaction, edit.lead.phone):
                return None
            _change(transaction, edit, now)
            return _noted(transaction, deed, row.told(), now)

        return self._database.write(work)

    def withdraw(self, lead_id: str, deed: Deed, *, now: float) -> State | None:
        """Take back what a person decided last; the state from before, None when it cannot be taken back."""

        def work(transaction: Transaction) -> State | None:
            row = _locked(transaction, lead_id)
            before = None if row is None else _before(transaction, lead_id, row)
            if row is None or before is None:
                return None
            _restore(transaction, lead_id, before, now)
            _noted(transaction, deed, row, now)
            return before.state

        return self._database.write(work)


# -- the pieces of a change ----------------------------------------------------------------------------------


def _locked(transaction: Transaction, lead_id: str, which: Bulk = _LOCKED) -> _Row | None:
    rows = transaction.read(_COLUMNS, which, [(lead_id,)])
    if not rows:
        return None
    state, *rest = rows[0]
    names = ("phone", "owner", "dialer", "reason_code", "message", "hold_scope")
    return _Row(state=State(state), **dict(zip(names, rest, strict=True)))


def _noted(transaction: Transaction, deed: Deed, before: _Row | dict[str, Any], now: float) -> bool:
    """With the state from before; what can be taken back tells everything about it."""
    told = {"state": before.state.value} if isinstance(before, _Row) else before
    detail = {**deed.detail, "before": told}
    audit.note(transaction, [replace(deed, detail=detail)], now)
    return True


def _change(transaction: Transaction, edit: Edit, now: float) -> None:
    lead = edit.lead
    note(transaction, [lead.id], now)
    transaction.run(
        _EDIT,
        (
            now,
            now,
            lead.dialer,
            lead.list_id,
            lead.phone,
            to_json(lead.fields),
            to_json(lead.extra),
            notes_to_json(lead.warnings),
            lead.id,
        ),
    )
    values = orjson.dumps({name: list(pair) for name, pair in edit.changes.items()}).decode()
    entry = Entry(
        id=new_id(now), action=EDIT, outcome="edited", started_at=now, finished_at=now, response=values
    )
    write_entry(transaction, lead.id, entry)


def _before(transaction: Transaction, lead_id: str, row: _Row) -> _Row | None:
    """How the lead stood before what a person decided about it."""
    if row.state is State.DELIVERED and row.reason_code == _RESOLVED:
        why = transaction.run(_WHY_UNCONFIRMED, (lead_id,)).fetchall()
        code, message = why[0] if why else (None, None)
        return replace(row, state=State.UNCONFIRMED, reason_code=code, message=message, hold_scope=None)
    if row.state is State.REJECTED and row.reason_code == deciding.DISCARDED:
        found = transaction.run(_DISCARDED, (lead_id,)).fetchall()
        told = from_json(found[0][0]).get("before") if found else None
        if not told:
            return None
        reasons = {name: told.get(name) for name in ("reason_code", "message", "hold_scope")}
        return replace(row, state=State(told["state"]), **reasons)
    return None


def _restore(transaction: Transaction, lead_id: str, before: _Row, now: float) -> None:
    note(transaction, [lead_id], now)
    waits_for_platform = (before.hold_scope or "").startswith(fetches.FETCH)
    ended = before.state.final and not waits_for_platform
    due = before.state is State.QUEUED or waits_for_platform
    values = (before.state.value, before.reason_code, before.message, before.hold_scope)
    transaction.run(_RESTORE, (*values, now if due else None, now if ended else None, now, lead_id))
    entry = Entry(id=new_id(now), action=WITHDRAW, outcome="withdrawn", started_at=now, finished_at=now)
    write_entry(transaction, lead_id, entry)
