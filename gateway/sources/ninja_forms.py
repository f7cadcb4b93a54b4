"""Ninja Forms Webhooks: fields under names the administrator chose, each alone or all as JSON in one argument."""

from __future__ import annotations

from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures, strict_json, wordpress
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.questionnaire import Filled
from gateway.sources.wordpress import Record


def verify(source: SourceConfig, inbound: Inbound) -> None:
    signatures.verify(source.auth, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return wordpress.submissions(source, inbound, _filled)


def sample(source: SourceConfig, number: int) -> Inbound:
    return sampling.proven(source, sampling.posted_form(source, _sample(number)))


def _filled(sent: Record) -> Filled:
    """An argument that holds JSON counts as its fields; what stands beside it counts first."""
    fields: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    for name, value in sent.items():
        unpacked = _unpacked(value)
        if unpacked is None:
            fields[name] = value
        else:
            inner |= unpacked
    return wordpress.filled_by_names({**inner, **fields})


def _unpacked(value: Any) -> dict[str, Any] | None:
    """The object in a text of JSON; None for every other text."""
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    try:
        found = strict_json.loads(value.encode())
    except (Unreadable, UnicodeEncodeError):
        return None
    return found if isinstance(found, dict) else None


def _sample(number: int) -> dict[str, str]:
    return {
        "submission_id": str(40 + number),
        "name": "Asha Verma",
        "email": "asha@example.com",
        "mobile": sampling.phone(number),
        "message": "Please call after six.",
        "form_name": "Enquiry",
        "page_url": "https://www.example.com/plan/?utm_source=google",
    }
