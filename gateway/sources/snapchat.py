"""Snapchat lead generation: one lead as JSON, signed together with its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import ad_form, sampling, signatures
from gateway.sources.ad_form import FilledForm, first_text
from gateway.sources.base import Inbound, NotAuthentic

LEAD_SOURCE = "Snapchat"
SIGNATURE, TIME = "signature", "t"
_ARRAYS = ("answers", "fields", "field_data")
_QUESTION = ("name", "field", "field_name", "question", "label", "type")
_ANSWER = ("value", "answer", "values")
_ID = ("lead_id", "id")
_TEST_FLAGS = ("is_test", "test", "test_lead")
# What tells about the ad, not about the person; everything else in a flat delivery is an answer.
_ABOUT_THE_AD_NAMES = """
    form_id form_name ad_account_id ad_account_name organization_id campaign_id campaign_name ad_squad_id
    ad_squad_name ad_id ad_name creative_id create_time created_at submit_time updated_at webhook_id event
    event_type version lead_source
"""
_ABOUT_THE_AD = frozenset(_ABOUT_THE_AD_NAMES.split())


def verify(source: SourceConfig, inbound: Inbound) -> None:
    timestamp = inbound.header(TIME)
    expected = [
        signatures.timed_signature(secret, timestamp, inbound.body)
        for secret in source.auth.secrets
        if secret and inbound.body
    ]
    fresh = signatures.is_fresh(timestamp, inbound.received_at)
    if not signatures.any_same([inbound.header(SIGNATURE)], expected) or not fresh:
        raise NotAuthentic


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return [
        ad_form.submission_of(source, _form(row)) if isinstance(row, dict) else ad_form.not_a_form(row)
        for row in ad_form.rows_of(inbound, "leads")
    ]


def sample(source: SourceConfig, number: int) -> Inbound:
    value = {
        "form_id": "5d0b6e0c-0000-4000-8000-000000000001",
        "form_name": "Enquiry form",
        "ad_account_id": "8adc3db7-0000-4000-8000-000000000002",
        "campaign_id": "92e1c28a-0000-4000-8000-000000000003",
        "campaign_name": "Diwali",
        "ad_squad_id": "23995202-0000-4000-8000-000000000004",
        "ad_id": "e8d6217f-0000-4000-8000-000000000005",
        "lead_id": f"sample-{number}",
        "create_time": "2026-10-06T12:30:00.000Z",
        "first_name": "Asha",
        "last_name": "Verma",
        "email": "asha@example.com",
        "phone_number": f"+91{sampling.phone(number)}",
        "postal_code": "411001",
    }
    inbound = sampling.posted_json(source, value)
    timestamp = str(int(inbound.received_at))
    signature = signatures.timed_signature(source.auth.secrets[0], timestamp, inbound.body)
    return sampling.with_headers(inbound, {SIGNATURE: signature, TIME: timestamp})


def _form(row: Mapping[str, Any]) -> FilledForm:
    taken = {*_ABOUT_THE_AD, *_ARRAYS, *_TEST_FLAGS, *_ID}
    flat = {name: value for name, value in row.items() if name not in taken}
    listed = next((answers for name in _ARRAYS if (answers := _answers(row.get(name)))), {})
    return FilledForm(
        payload=row,
        answers=listed,
        beside=flat,
        lead_source=LEAD_SOURCE,
        campaign=first_text(row, "campaign_name", "ad_squad_name", "ad_name", "form_name"),
        form=first_text(row, "form_name"),
        key=first_text(row, *_ID),
        about=ad_form.rest_of(row, row.keys() - _ABOUT_THE_AD),
        test=any(ad_form.says_yes(row.get(name)) for name in _TEST_FLAGS),
    )


def _answers(rows: Any) -> dict[str, Any]:
    """Answers come as an array of questions, or as an object by the question's name."""
    return dict(rows) if isinstance(rows, dict) else ad_form.answers_of(rows, _QUESTION, _ANSWER)
