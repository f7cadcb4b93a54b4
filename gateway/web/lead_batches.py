"""A batch of leads over HTTP: its rows read one by one, its answer made of the answers each row would get alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from gateway.capture import Bad, Captured
from gateway.capture_batch import Outcome, Row, capture_batch, recall_batch
from gateway.config import SourceConfig
from gateway.leads.lead import Problem
from gateway.rehearsal import told
from gateway.sources import json_rows
from gateway.sources.base import Inbound, Unreadable
from gateway.sources.body import is_json, read_fields, refuse_encoded
from gateway.sources.partner import mapped
from gateway.store.records import IdempotencyClaim, InFlight, Mismatched, Replayed
from gateway.web import answers, idempotency, quotas, rehearsals
from gateway.web.answers import Answer
from gateway.web.context import services
from gateway.web.errors import Refusal, bad_lead
from gateway.web.intake import enquiry_of, preferred, status_url
from gateway.web.preferences import Wait

MOST_ROWS = 1000
MOST_BYTES = 4 << 20  # a thousand leads with every field filled, in a script of three bytes a letter
ROUTE = "/v1/leads/batch"
ROW_ROUTE = "/v1/leads/batch/row"  # a row's key is not one of POST /v1/leads: other bytes, other answer
ROW_KEY = "idempotency_key"


def partner_leads(source: SourceConfig, inbound: Inbound, *, wait: Wait, test: bool) -> Answer:
    """Many leads of a partner, who is told of each what became of it."""
    owner = f"{source.name}:test" if test else source.name
    claim = idempotency.claim_of(inbound, owner=owner, route=ROUTE)
    split = _split(inbound)
    quotas.count_rows(len(split))
    rows = [_row(source, replace(inbound, body=raw), owner) for raw in split]
    if test:
        rehearsals.refuse(source, *(row.submission for row in rows if isinstance(row, Row)))
    outcomes = capture_batch(services(), source, rows, wait=wait.seconds, claim=claim, test=test)
    if isinstance(outcomes, Replayed):
        return idempotency.replayed(outcomes)
    if isinstance(outcomes, Mismatched):
        raise Refusal("idempotency.reused")
    if isinstance(outcomes, InFlight):
        return _recalled(source, rows, outcomes, claim, test=test)
    answer = _answer(rows, outcomes, claim)
    return preferred(answer, wait)


# -- reading -------------------------------------------------------------------------------------------------


def _split(inbound: Inbound) -> list[bytes]:
    refuse_encoded(inbound)
    if not is_json(inbound.media_type):
        raise Unreadable("body.media_type", "Send the leads as a JSON array, with application/json.")
    rows = json_rows.split(inbound.body, at_most=MOST_ROWS)
    if not rows:
        raise Refusal("batch.empty")
    return rows


def _row(source: SourceConfig, inbound: Inbound, owner: str) -> Row | Bad:
    try:
        fields = read_fields(inbound, plain_text=False, repeats=False)
        claim = _claim_of_row(fields, owner)
    except Unreadable as error:
        return Bad(problems=(Problem(field=error.field, code=error.code, message=error.message),))
    except Refusal as refusal:
        code, message = refusal.reason_code, refusal.detail
        return Bad(problems=(Problem(field=ROW_KEY, code=code, message=message),))
    if claim is not None:
        # The key is no field of the lead: without it the enquiry can be read again.
        inbound = replace(inbound, body=orjson.dumps(fields))
    return Row(enquiry=enquiry_of(source, inbound), submission=mapped(source, fields), claim=claim)


def _claim_of_row(fields: dict[str, Any], owner: str) -> IdempotencyClaim | None:
    if ROW_KEY not in fields:
        return None
    key = fields.pop(ROW_KEY)
    if not isinstance(key, str):
        raise Refusal("idempotency.invalid")
    return idempotency.row_claim(key, fields, owner=owner, route=ROW_ROUTE)


# -- answering -----------------------------------------------------------------------------------------------


def _answer(rows: Sequence[Row | Bad], outcomes: Sequence[Outcome], claim: IdempotencyClaim | None) -> Answer:
    """The answer to the whole; it and those of rows with keys are on disk before it leaves."""
    results = _results(rows, outcomes)
    answer = _whole(results)
    first = next((each.status.id for each in outcomes if isinstance(each, Captured)), None)
    kept = [
        idempotency.kept_answer(row.claim, result, outcome.status.id)
        for row, outcome, result in zip(rows, outcomes, results, strict=True)
        if isinstance(row, Row) and row.claim is not None and isinstance(outcome, Captured)
    ]
    if claim is not None and first is not None:
        kept.append(idempotency.kept_answer(claim, answer, first))
    idempotency.remember_all(services(), kept)
    return answer


def _recalled(
    source: SourceConfig,
    rows: Sequence[Row | Bad],
    first: InFlight,
    claim: IdempotencyClaim | None,
    *,
    test: bool,
) -> Answer:
    """The first request still runs, or its process died once the leads were kept: then they are the answer."""
    if claim is None:
        raise AssertionError("only a request with a key can be in flight")
    outcomes = recall_batch(services(), source, rows, first=first, claim=claim, test=test)
    if outcomes is None:
        raise idempotency.running()
    answer = _answer(rows, outcomes, claim)
    return replace(answer, headers={**answer.headers, "Idempotent-Replayed": "true"})


def _whole(results: Sequence[Answer]) -> Answer:
    counts = Counter(orjson.loads(each.body)["outcome"] for each in results)
    body = {
        "outcome": "success",
        "reason_code": None,
        "retryable": False,
        "rows": len(results),
        "counts": {each: counts[each] for each in ("success", "failure", "error")},
        "results": [_entry(each) for each in results],
    }
    return Answer(status=200, body=orjson.dumps(body))


def _entry(result: Answer) -> dict[str, Any]:
    entry: dict[str, Any] = {"status": result.status}
    if "Idempotent-Replayed" in result.headers:
        entry["replayed"] = True
    return {**entry, "body": orjson.Fragment(result.body)}


def _results(rows: Sequence[Row | Bad], outcomes: Sequence[Outcome]) -> list[Answer]:
    """Each row's own answer; a key that stands twice in one batch has one answer for both."""
    results: list[Answer] = []
    by_claim: dict[IdempotencyClaim, Answer] = {}
    for row, outcome in zip(rows, outcomes, strict=True):
        claim = row.claim if isinstance(row, Row) else None
        if claim is not None and isinstance(outcome, InFlight) and claim in by_claim:
            results.append(_repeated(by_claim[claim]))
            continue
        results.append(_result(outcome))
        if claim is not None:
            by_claim.setdefault(claim, results[-1])
    return results


def _result(outcome: Outcome) -> Answer:
    if isinstance(outcome, Captured):
        return answers.captured(told(outcome.status), status_url=status_url(outcome.status.id))
    if isinstance(outcome, Bad):
        return answers.refused(bad_lead(outcome.problems))
    if isinstance(outcome, Replayed):
        return idempotency.replayed(outcome)
    if isinstance(outcome, Mismatched):
        return answers.refused(Refusal("idempotency.reused"))
    lead = services().store.status(outcome.lead_id) if outcome.lead_id else None
    if lead is None:
        return answers.refused(idempotency.running())
    return _repeated(answers.captured(told(lead), status_url=status_url(lead.id)))


def _repeated(answer: Answer) -> Answer:
    return replace(answer, headers={**answer.headers, "Idempotent-Replayed": "true"})
