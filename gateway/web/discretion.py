"""What a stranger at a form may know of a lead: everything but that we take it for spam."""

from __future__ import annotations

from dataclasses import replace

from gateway.leads.lead import LeadStatus, State
from gateway.store.deciding import DISCARDED

_OURS = ("spam.", "captcha.")  # warnings that are for the operator


def for_strangers(lead: LeadStatus) -> LeadStatus:
    """A lead that is held back looks like one that waits: whoever sends spam learns nothing from the answer."""
    warnings = tuple(note for note in lead.warnings if not note.code.startswith(_OURS))
    if not _is_held_back(lead):
        return replace(lead, warnings=warnings) if warnings != lead.warnings else lead
    return replace(lead, state=State.QUEUED, reason_code=None, message=None, warnings=warnings)


def _is_held_back(lead: LeadStatus) -> bool:
    return lead.state is State.QUARANTINED or (
        lead.state is State.REJECTED and lead.reason_code == DISCARDED  # what became of spam in the end
    )
