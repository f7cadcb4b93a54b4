"""Fluent Forms Pro webhooks: the fields of an entry, its names in parts, and `__submission` with its id and page."""

from __future__ import annotations

from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures, wordpress
from gateway.sources.base import Inbound
from gateway.sources.questionnaire import Filled
from gateway.sources.wordpress import Record, text_of

_ENTRY = "__submission"
_ITS_OWN = "_"  # nonces, the page's path and the like
_TOLD = ("form_id", "serial_number", "ip", "browser", "device", "country", "created_at", "status")


def verify(source: SourceConfig, inbound: Inbound) -> None:
    signatures.verify(source.auth, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return wordpress.submissions(source, inbound, _filled)


def sample(source: SourceConfig, number: int) -> Inbound:
    return sampling.proven(source, sampling.posted_json(source, _sample(number)))


def _filled(sent: Record) -> Filled:
    """Without `__submission` the administrator chose the fields and their names."""
    told = sent.get(_ENTRY)
    entry = told if isinstance(told, dict) else {}
    typed = {name: value for name, value in sent.items() if not name.startswith(_ITS_OWN)}
    return Filled(
        payload=sent,
        answers=list(wordpress.answers_of(typed)),
        key=text_of(entry.get("id")) or wordpress.entry_id(typed),
        form_name=wordpress.form_name(typed) or wordpress.form_name(entry),
        page_url=text_of(entry.get("source_url")),
        about={name: entry[name] for name in _TOLD if entry.get(name)},
    )


def _sample(number: int) -> dict[str, Any]:
    return {
        "names": {"first_name": "Asha", "last_name": "Verma"},
        "email": "asha@example.com",
        "phone": f"+91{sampling.phone(number)}",
        "message": "Please call after six.",
        _ENTRY: {
            "id": str(12 + number),
            "form_id": "3",
            "serial_number": "12",
            "source_url": "https://www.example.com/plan/?utm_source=google",
            "ip": "203.0.113.9",
            "browser": "Chrome",
            "created_at": "2026-10-06 14:19:12",
        },
    }
