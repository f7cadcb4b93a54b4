"""The message about one end of one lead: its body as docs/callbacks.md shows it, and the headers that prove it ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway import rehearsal
from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, State
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from gateway.sources.signatures import standard_signature
from gateway.store.callbacks import Callback

_OF_A_STATUS = (
    "reason_code",
    "message",
    "duplicate_of",
    "possible_duplicate",
    "dialer",
    "list_id",
    "dialer_lead_id",
    "dialer_list_id",
    "dialer_status",
)
FAILURES = frozenset({State.REJECTED, State.SUPPRESSED, State.DEAD})  # as the answer to the sender calls them


def body(callback: Callback, source: SourceConfig, *, public_url: str) -> bytes:
    """The same bytes on every attempt, as long as the configuration stays the same."""
    status = _told(callback)
    data: dict[str, Any] = {
        "outcome": "failure" if status.state in FAILURES else "success",
        "reason_code": status.reason_code,
        "message": status.message,
        "retryable": False,
        "lead": _lead(status, callback),
        "dialer": {
            "name": status.dialer,
            "lead_id": status.dialer_lead_id,
            "list_id": status.dialer_list_id or status.list_id,
            "status": status.dialer_status,
        },
    }
    if SOURCES[source.kind].door is Door.PARTNER:  # the others have no key to ask with
        data["status_url"] = f"{public_url}/v1/leads/{callback.lead_id}"
    message = {
        "type": f"lead.{status.state}",
        "timestamp": _utc(callback.happened_at, "milliseconds"),
        "data": data,
    }
    return orjson.dumps(message)


def headers(callback_id: str, content: bytes, secrets: Iterable[str], *, now: float) -> dict[str, str]:
    """Signed anew at each attempt, after standardwebhooks.com; by every secret, so that one can be replaced."""
    timestamp = str(int(now))
    signatures = (standard_signature(secret, callback_id, timestamp, content) for secret in secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": "lead-gateway",
        "webhook-id": callback_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signatures),
    }


def _told(callback: Callback) -> LeadStatus:
    """As its sender is answered, who may have asked for an outcome to try; one that is no end is told as a test."""
    facts = callback.facts
    status = LeadStatus(
        id=callback.lead_id,
        source=callback.source,
        state=callback.state,
        received_at=facts["received_at"],
        **{name: facts[name] for name in _OF_A_STATUS},
    )
    told = rehearsal.told(status, later=True)
    if told is status or told.state.final:
        return told
    return replace(status, reason_code=None)


def _lead(status: LeadStatus, callback: Callback) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": status.id,
        "status": status.state,
        "source": status.source,
        "received_at": _utc(status.received_at, "seconds"),
        "prospects_id": callback.facts["prospects_id"],
    }
    if status.duplicate_of is not None:
        told["duplicate_of"] = status.duplicate_of
    if status.possible_duplicate:
        told["possible_duplicate"] = True
    if callback.facts["test"]:
        told["test"] = True
    return told


def _utc(seconds: float, precision: str) -> str:
    moment = datetime.fromtimestamp(int(seconds * 1000) / 1000, UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec=precision)}Z"
