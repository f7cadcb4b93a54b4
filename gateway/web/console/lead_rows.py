"""The rows of the list of leads: what each says in words, and which of them were late and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from gateway.leads.lead import State
from gateway.store.found import FoundLead, Tried
from gateway.web.console.delays import LATE
from gateway.web.console.redaction import Veil
from gateway.web.console.writing import counted, span

_ON_THEIR_WAY = (State.QUEUED, State.SENDING)
_WAITING = (*_ON_THEIR_WAY, State.HELD, State.UNCONFIRMED)
_GOOD_ENDS = frozenset({"created", "duplicate", "resolved"})
_STATES: Mapping[State, str] = {
    State.DUPLICATE: "The same person came before.",
    State.SUPPRESSED: "The number is on the do-not-call list.",
    State.TEST: "A test, never dialed.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One lead of the list."""

    lead: FoundLead
    address: str
    name: str  # without numbers that somebody wrote into it
    reason: str = ""  # one short sentence; the code stands beside it
    took: str = ""  # until the dialer had it, or how long it has waited
    waits: bool = False
    late: str = ""  # why it took longer than usual; empty: it did not


def rows(leads: Sequence[FoundLead], tried: Mapping[str, Sequence[Tried]], now: float) -> list[Row]:
    """In the order of `leads`; `tried` holds the attempts of those that were late."""
    return [_row(lead, tried.get(lead.id, ()), now) for lead in leads]


def late(leads: Sequence[FoundLead], now: float) -> list[str]:
    """The ids of those one would ask about."""
    return [lead.id for lead in leads if _seconds(lead, now) >= LATE]


def _row(lead: FoundLead, tried: Sequence[Tried], now: float) -> Row:
    seconds = _seconds(lead, now)
    shown = lead.took is not None or lead.state in _WAITING
    veil = Veil(shown=False, phone=lead.phone)
    return Row(
        lead=lead,
        address=url_for("console_lead.show", lead_id=lead.id),
        name=veil.text(lead.name),
        reason=veil.text(first_sentence(lead.message or "")) or _STATES.get(lead.state, ""),
        took=span(seconds) if shown else "",
        waits=lead.took is None and shown,
        late=_why(lead, tried) if shown and seconds >= LATE else "",
    )


def _seconds(lead: FoundLead, now: float) -> float:
    if lead.took is not None:
        return lead.took
    return max(0.0, now - lead.received_at) if lead.state in _WAITING else 0.0


def _why(lead: FoundLead, tried: Sequence[Tried]) -> str:
    """What stood in the way longest ago: later troubles mostly follow from the first."""
    failed = [each for each in tried if each.outcome not in _GOOD_ENDS]
    if lead.state in _WAITING and lead.state not in _ON_THEIR_WAY:
        return ""  # its reason says it already
    if not failed:
        return "It waited for its turn, or behind a line that stood still."
    first = first_sentence(failed[0].message or "") or "The dialer did not take it."
    return f"{first} {counted(len(tried), 'attempt').capitalize()}."


def first_sentence(text: str) -> str:
    """Up to its full stop: the lead's own page says the rest."""
    head, stop, _rest = text.partition(". ")
    return f"{head}." if stop else text
