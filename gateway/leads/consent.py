"""The evidence that a person agreed to be called: what was shown, when, where, and what they did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """One person's consent as it was asked for; kept with the lead and never changed."""

    text: str  # exactly as shown
    version: str  # of the text: the configuration's own, else the first characters of its digest
    language: str  # BCP 47
    given: bool | None  # None: shown as a sentence, there was no box to tick
    page_url: str
    address: str
    user_agent: str
    at: float  # seconds since the epoch, UTC
