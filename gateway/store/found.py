"""What comes of looking for leads: rows of a list, pages of them, steps through all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.leads.lead import State


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundLead:
    """What a list says about a lead."""

    id: str
    received_at: float
    source: str
    state: State
    reason_code: str | None
    message: str | None
    duplicate_of: str | None
    dialer: str
    list_id: str
    phone: str
    name: str
    test: bool
    dialer_lead_id: str | None
    possible_duplicate: bool
    updated_at: float
    finished_at: float | None
    sent_at: float | None
    attempts: int
    next_at: float | None

    @property
    def took(self) -> float | None:
        """Seconds from its arrival until the dialer had it."""
        if self.state is not State.DELIVERED or self.finished_at is None:
            return None
        return max(0.0, self.finished_at - self.received_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPage:
    """Leads of one look, newest first; `after` goes on from there, None: there are no others."""

    leads: tuple[FoundLead, ...]
    after: str | None = None
    looked_back_to: float | None = None  # the time was over: nobody knows yet what came before


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """How one attempt for a lead ended."""

    outcome: str
    reason_code: str | None
    message: str | None
    started_at: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Walked:
    """A step through all that is wanted, oldest first; `position` is where the next begins, None: it was the last."""

    ids: tuple[str, ...]
    position: str | None


def found_lead(row: Mapping[str, Any]) -> FoundLead:
    """A row of the columns in `COLUMNS`."""
    read = {
        "state": State(row["state"]),
        "test": bool(row["test"]),
        "possible_duplicate": bool(row["possible_duplicate"]),
        "name": str(orjson.loads(row["fields"]).get("CustomerName", "")),
    }
    return FoundLead(**{name: row[name] for name in row if name != "fields"} | read)


COLUMNS = (
    "id, received_at, source, state, reason_code, message, duplicate_of, dialer, list_id, phone, fields, test,"
    " dialer_lead_id, possible_duplicate, updated_at, finished_at, sent_at, attempts, next_at"
)
