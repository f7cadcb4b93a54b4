"""Recorded deliveries, one file each, and the leads they must become.

`tests/payloads/<kind>/<case>.<ending>` is the raw body, or the query of a GET; `<case>.lead.json` beside it says
what comes of it:

    {
      "request": {"method": "POST", "query": "a=1", "headers": {"x-topic": "t"}},   where it is not as usual
      "source": {"options": {…}, "fields": {…}, "key": "…"},            where the source has more than a secret
      "leads": [{"fields": {…}, "key": "…", "test": true, "quarantined": "phone.required", "extra": {…}}]
    }

`fields` is every field that goes to the dialer, without our own prospects_id and the source's list_id. `test` is
false and `key` is null where it is not written; `extra` may name only some. `"unreadable": "body.not_json"` instead
of `leads` is a body that nothing can be read out of.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from gateway.config import SourceConfig
from gateway.leads.lead import Lead, Submission
from gateway.sources.base import Inbound, Unreadable
from tests.sources.contract import FETCHED, LEAD_ID, LIST_ID, WEBHOOKS, made, read, source_of
from tests.sources.making import NOW

PAYLOADS = Path(__file__).parents[1] / "payloads"
EXPECTED = ".lead.json"
CASES = sorted(PAYLOADS.glob(f"*/*{EXPECTED}"))
FEWEST_CASES = 6
CONTENT_TYPES = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "application/xml",
    "txt": "text/plain",
    "query": "",
    "multipart": "multipart/form-data",
}
OURS = {("prospects_id", LEAD_ID), ("list_id", LIST_ID)}


def body_of(case: Path) -> Path:
    """The recorded delivery that belongs to an expectation."""
    name = case.name.removesuffix(EXPECTED)
    found = [path for path in case.parent.glob(f"{name}.*") if path != case and path.stem == name]
    assert len(found) == 1, f"{case.name} needs one file {name}.<{'|'.join(CONTENT_TYPES)}> beside it"
    return found[0]


def inbound_of(source: SourceConfig, path: Path, request: dict[str, Any]) -> Inbound:
    raw, ending = path.read_bytes(), path.suffix[1:]
    content_type = CONTENT_TYPES[ending]
    if ending == "multipart":
        raw = b"\r\n".join(raw.splitlines()) + b"\r\n"
        content_type += f"; boundary={raw.splitlines()[0].decode().removeprefix('--')}"
    query = request.get("query", "")
    if ending == "query":
        query, raw = raw.decode().strip(), b""
    sent = {"content-type": content_type, **request.get("headers", {})}
    return Inbound(
        method=request.get("method", "GET" if ending == "query" else "POST"),
        path=f"/webhooks/{source.name}",
        query=tuple(parse_qsl(query, keep_blank_values=True)),
        headers={name.lower(): value for name, value in sent.items()},
        body=raw.strip() if ending == "form" else raw,
        address="203.0.113.7",
        received_at=NOW,
    )


def shown(source: SourceConfig, submission: Submission, wanted: dict[str, Any]) -> dict[str, Any]:
    """What came of one submission, in the words of the expectation."""
    lead = made(source, submission)
    found: dict[str, Any] = {"key": submission.key, "test": submission.test}
    if isinstance(lead, Lead):
        named = wanted.get("fields", {})
        found["fields"] = {
            name: value for name, value in lead.fields.items() if name in named or (name, value) not in OURS
        }
    else:
        found["quarantined"] = lead[0].code
    if "extra" in wanted:
        extra = lead.extra if isinstance(lead, Lead) else {**submission.fields, **submission.extra}
        found["extra"] = {name: extra.get(name) for name in wanted["extra"]}
    return found


def source_for(kind: str, changes: dict[str, Any]) -> SourceConfig:
    listed = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
    return source_of(kind, **listed)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda path: f"{path.parent.name}-{path.name.removesuffix(EXPECTED)}"
)
def test_a_delivery_becomes_these_leads(case: Path) -> None:
    expected = json.loads(case.read_text())
    source = source_for(case.parent.name, expected.get("source", {}))
    inbound = inbound_of(source, body_of(case), expected.get("request", {}))

    if "unreadable" in expected:
        with pytest.raises(Unreadable) as caught:
            read(source, inbound)
        assert caught.value.code == expected["unreadable"]
        return

    submissions = read(source, inbound)
    assert len(submissions) == len(expected["leads"])
    wanted = [{"key": None, "test": False, **each} for each in expected["leads"]]
    assert [shown(source, *pair) for pair in zip(submissions, wanted, strict=True)] == wanted


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_a_kind_has_deliveries_of_every_sort(kind: str) -> None:
    cases = [json.loads(case.read_text()) for case in CASES if case.parent.name == kind]
    leads = [lead for case in cases for lead in case.get("leads", [])]

    assert len(cases) >= FEWEST_CASES, f"add deliveries to tests/payloads/{kind}"
    assert any("quarantined" in lead for lead in leads), "one that cannot become a lead"
    if kind not in FETCHED:
        assert any(not text.isascii() for lead in leads for text in lead.get("fields", {}).values()), (
            "one in Hindi"
        )


def test_no_delivery_lies_about_without_its_lead() -> None:
    recorded = {path for path in PAYLOADS.glob("*/*.*") if path.name.endswith(tuple(CONTENT_TYPES))}
    expected = {path for path in recorded if path.name.endswith(EXPECTED) or path.name == "answer.json"}

    assert recorded - expected == {body_of(case) for case in CASES}
    assert {path.parent.name for path in recorded} <= set(WEBHOOKS)
