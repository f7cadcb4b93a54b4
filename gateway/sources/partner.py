"""A partner's own program: one lead as JSON or form fields, under the names of the posting specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import mapping
from gateway.sources.base import Inbound
from gateway.sources.body import read_fields


def verify(_source: SourceConfig, _inbound: Inbound) -> None:
    """The API key has already said whose lead this is."""


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return [mapped(source, read_fields(inbound, plain_text=False, repeats=False))]


def mapped(source: SourceConfig, fields: Mapping[str, Any], *, page_url: str = "") -> Submission:
    """The fields as sent; a mapping of the source adds to them and wins."""
    found, failed = mapping.map_fields(source.fields, fields)
    return Submission(
        fields={**fields, **found},
        key=mapping.find_text(source.key, fields) if source.key else None,
        page_url=page_url,
        extra={"mapping": failed} if failed else {},
    )
