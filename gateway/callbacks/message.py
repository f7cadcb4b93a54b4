"""The message about one end of one lead: its body as docs/callbacks.md shows it, and the headers that prove it ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from gateway.config import SourceConfig
from gateway.leads.lead import State
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from gateway.sources.signatures import standard_signature
from gateway.store.callbacks import Callback

FAILURES = frozenset({State.REJECTED, State.SUPPRESSED, State.DEAD})  # as the answer to the sender calls them


def body(callback: Callback, source: SourceConfig, *, public_url: str) -> bytes:
    """The same bytes on every attempt, as long as the configuration stays the same."""
    data: dict[str, Any] = {
        "outcome": "failure" if callback.state in FAILURES else "success",
        "reason_code": callback.facts["reason_code"],
        "message": callback.facts["message"],
        "retryable": False,
        "lead": _lead(callback),
        "dialer": _dialer(callback.facts),
    }
    if SOURCES[source.kind].door is Door.PARTNER:  # the others have no key to ask with
        data["status_url"] = f"{public_url}/v1/leads/{callback.lead_id}"
    message = {
        "type": f"lead.{callback.state}",
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


def _lead(callback: Callback) -> dict[str, Any]:
    facts = callback.facts
    told: dict[str, Any] = {
        "id": callback.lead_id,
        "status": callback.state,
        "source": callback.source,
        "received_at": _utc(facts["received_at"], "seconds"),
        "prospects_id": facts["prospects_id"],
    }
    if facts["duplicate_of"] is not None:
        told["duplicate_of"] = facts["duplicate_of"]
    for mark in ("possible_duplicate", "test"):
        if facts[mark]:
            told[mark] = True
    return told


def _dialer(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": facts["dialer"],
        "lead_id": facts["dialer_lead_id"],
        "list_id": facts["dialer_list_id"] or facts["list_id"],
        "status": facts["dialer_status"],
    }


def _utc(seconds: float, precision: str) -> str:
    moment = datetime.fromtimestamp(int(seconds * 1000) / 1000, UTC).replace(tzinfo=None)
    return f"{moment.isoformat(timespec=precision)}Z"
