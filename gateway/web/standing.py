"""How an enquiry stands in the eyes of the person who sent it."""

from __future__ import annotations

from enum import StrEnum

from gateway.click_to_call import Called
from gateway.leads.lead import LeadStatus, State
from gateway.store.records import CallEntry
from gateway.web.discretion import for_strangers

_UNREACHABLE = "phone."  # the dialer's codes for a number it cannot dial
_DO_NOT_CALL = "phone.do_not_call"


class Standing(StrEnum):
    """What the thank-you page says; also the end of the key of its words."""

    THERE = "there"  # in the dialer
    WAITING = "waiting"  # kept, and not there yet
    NOT_TAKEN = "not_taken"  # the dialer cannot call this number
    OPTED_OUT = "opted_out"
    TEST = "test"


class Ringing(StrEnum):
    """What the page after "call me now" says; also the end of the key of its words."""

    PREVIEW = "preview"  # the agent has the number on the screen
    DIAL = "dial"  # the agent's screen dials
    UNCLEAR = "unclear"  # asked, and nobody knows
    NOBODY = "nobody"  # certainly not dialed

    @property
    def may_ask_again(self) -> bool:
        return self is Ringing.NOBODY


def standing_of(lead: LeadStatus, first: LeadStatus | None, *, opted_out: bool) -> Standing:
    """Where the lead stands, or the one it repeats; a lead that is held back as spam waits like any other."""
    lead = for_strangers(lead)
    if opted_out or lead.state is State.SUPPRESSED or lead.reason_code == _DO_NOT_CALL:
        return Standing.OPTED_OUT
    if lead.state is State.DUPLICATE and first is not None:
        return standing_of(first, None, opted_out=False)
    if lead.state is State.DELIVERED:
        return Standing.THERE
    if lead.state is State.TEST:
        return Standing.TEST
    if lead.state is State.REJECTED and (lead.reason_code or "").startswith(_UNREACHABLE):
        return Standing.NOT_TAKEN
    return Standing.WAITING


def ringing_of(entry: CallEntry) -> Ringing:
    """What to say of a call that was asked for."""
    if entry.outcome == Called.PLACED:
        return Ringing(entry.mode)
    # Still without an outcome: under way, or its process died with the request on the wire.
    return Ringing.UNCLEAR if entry.outcome in ("asked", Called.UNKNOWN) else Ringing.NOBODY
