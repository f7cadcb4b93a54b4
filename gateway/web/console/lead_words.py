"""What is said after a decision about a lead: what was done, or what had happened meanwhile."""

from __future__ import annotations

import hashlib
from datetime import datetime

from gateway.leads.lead import LeadStatus, State
from gateway.operating.decisions import Result, What
from gateway.web.console.writing import zone

_DONE = {
    What.SENT: "It is sent now.",
    What.HASTENED: "It is tried now.",
    What.PROBED: "The dialer is tried now with one lead. If it takes it, all that is held goes out.",
    What.ASKED: "Its platform is asked now.",
    What.RESOLVED: "Noted: it is in the dialer.",
    What.DISCARDED: "Discarded. It is not sent.",
    What.SUPPRESSED: "The number is on the do-not-call list, and this lead was stopped.",
    What.LISTED: "The number is on the do-not-call list. This lead itself stays as it is.",
    What.EDITED: "Corrected. It is sent now.",
    What.BAD_ID: "Nothing was changed: a Lead ID has letters, digits and - only, 40 at most. Look at it again.",
    What.NO_REASON: "Nothing was changed: say why, in a few words.",
}
_MEANWHILE = {
    State.QUEUED: "it is in the queue already and goes out by itself",
    State.SENDING: "it is being sent in this moment",
    State.HELD: "the dialer refuses us now, and it is held",
    State.UNCONFIRMED: "it was sent meanwhile, and no usable answer came",
    State.QUARANTINED: "it is in quarantine now",
    State.TEST: "it is a test",
}
_ENDED = {
    State.DELIVERED: "it was delivered",
    State.REJECTED: "it was rejected",
    State.DUPLICATE: "it was found to be a duplicate",
    State.SUPPRESSED: "it was stopped, because its number must not be called",
    State.DEAD: "it was given up after seven days of trying",
}


def said_of(result: Result) -> tuple[str, str]:
    """The message and its tone."""
    lead = result.lead
    if result.what is What.MOVED_ON and lead is not None:
        return f"Nothing was changed: {_meanwhile(lead)}.", "warn"
    if result.what is What.LEFT:
        return f"Nothing was changed. {result.message}", "warn"
    if result.what is What.READ and lead is not None:
        return _read(lead)
    if result.what is What.WITHDRAWN and lead is not None:
        return f"Taken back: it is {lead.state} again.", "good"
    text = _DONE[result.what]
    if result.leaving:
        text += " One request to the number had left already: nobody can call it back."
    return text, "good" if result.done else "warn"


def _meanwhile(lead: LeadStatus) -> str:
    told = _MEANWHILE.get(lead.state)
    if told is not None:
        return told
    clock = datetime.fromtimestamp(lead.updated_at or lead.received_at, zone())
    named = f" as Lead ID {lead.dialer_lead_id}" if lead.dialer_lead_id else ""
    return f"{_ENDED[lead.state]}{named} at {clock:%H:%M:%S} while you were looking"


def _read(lead: LeadStatus) -> tuple[str, str]:
    if lead.state is State.QUARANTINED:
        return f"Read again, and still no lead can be made of it. {lead.message or ''}".strip(), "warn"
    return f"Read again: it is a lead now, and {lead.state}.", "good"


def mark_of(lead: LeadStatus) -> str:
    """Changes whenever the lead does, and says nothing."""
    facts = (lead.state, lead.updated_at, lead.attempts, lead.next_at, lead.dialer_lead_id, lead.reason_code)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
