"""Any JSON, form, XML or query sender, read by the mapping its configuration gives."""

from __future__ import annotations

from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import mapping, signatures
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.body import read_anything

SECRET_FIELDS = frozenset({signatures.TOKEN_PARAMETER})
MOST_RECORDS = 1000


def verify(source: SourceConfig, inbound: Inbound) -> None:
    signatures.verify(source.auth, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    """Every lead in the body; one, unless `records` says where more stand or the body is an array."""
    value = read_anything(inbound, without=SECRET_FIELDS)
    if source.records is not None:
        records = mapping.find_records(source.records, value)
    else:
        records = value if isinstance(value, list) else [value]  # automation tools wrap one lead in an array
    if len(records) > MOST_RECORDS:
        raise Unreadable("records.too_many", f"One request may carry at most {MOST_RECORDS} leads.")
    alone = len(records) == 1
    return [_submission(source, inbound, record, alone=alone) for record in records]


def _submission(source: SourceConfig, inbound: Inbound, record: Any, *, alone: bool) -> Submission:
    if not isinstance(record, dict):
        raise Unreadable(
            "records.not_an_object", "Each lead in the body must be an object with named fields."
        )
    if source.fields:
        fields, failed = mapping.map_fields(source.fields, record)
    else:
        fields, failed = mapping.flatten(record), {}
    return Submission(
        fields=fields,
        key=_key(source, inbound, record, alone=alone),
        extra={"mapping": failed} if failed else {},
    )


def _key(source: SourceConfig, inbound: Inbound, record: Any, *, alone: bool) -> str | None:
    if source.key is not None:
        return mapping.find_text(source.key, record)
    if alone and source.auth.method == "standard-webhooks":
        return signatures.standard_message_id(inbound)
    return None
