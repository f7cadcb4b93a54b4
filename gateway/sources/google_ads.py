"""Google Ads: a lead form's answers as JSON, with the key that was typed in Google Ads inside the body."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, Submission
from gateway.sources import ad_form, sampling, signatures
from gateway.sources.ad_form import FilledForm, text_of
from gateway.sources.base import Inbound, NotAuthentic, Reply

LEAD_SOURCE = "Google Ads"
KEY = "google_key"  # one of Google's own test payloads writes Google_key
COLUMNS = "user_column_data"
TEST_IDS = "TeSter-"  # what the lead ids of "Send test data" begin with
_WAYS = {"LEAD_FORM": "Lead form", "CONVERSATIONAL_AGENT": "Conversational agent"}
_TAKEN = frozenset({"lead_id", COLUMNS, "is_test", "api_version"})
_TEXT_KEYS = ("string_value", "value")


def verify(source: SourceConfig, inbound: Inbound) -> None:
    if not signatures.any_same(keys_in(inbound, {KEY}), source.auth.secrets):
        raise NotAuthentic


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return [
        ad_form.submission_of(source, read_row(row)) if isinstance(row, dict) else ad_form.not_a_form(row)
        for row in ad_form.rows_of(inbound)
    ]


def acknowledge(_source: SourceConfig, _leads: Sequence[LeadStatus]) -> Reply:
    """Google shows a green tick for exactly this, and takes 202 for a failure."""
    return Reply(body=b"{}")


def sample(source: SourceConfig, number: int) -> Inbound:
    answers = {
        "FULL_NAME": ("Full Name", "Asha Verma"),
        "EMAIL": ("User Email", "asha@example.com"),
        "PHONE_NUMBER": ("User Phone", f"+91{sampling.phone(number)}"),
        "CITY": ("City", "Pune"),
        "which_plan_do_you_want?": ("", "Term plan"),
    }
    value = {
        "lead_id": f"Cj0KCQjw-sample-{number}",
        "api_version": "1.0",
        "form_id": 40000000000,
        "campaign_id": 123456789,
        "adgroup_id": 20000000000,
        "creative_id": 30000000000,
        "gcl_id": "Cj0KCQjw-sample-click",
        KEY: source.auth.secrets[0],
        "lead_submit_time": "2026-10-06T12:30:00Z",
        "lead_source": "LEAD_FORM",
        COLUMNS: [
            {"column_id": column, **({"column_name": name} if name else {}), "string_value": text}
            for column, (name, text) in answers.items()
        ],
    }
    return sampling.posted_json(source, value)


def read_row(row: Mapping[str, Any], lead_source: str = LEAD_SOURCE) -> FilledForm:
    """One lead in the words of Google's schema."""
    lead_id, way = text_of(row, "lead_id"), text_of(row, "lead_source")
    click = text_of(row, "gcl_id")
    about = ad_form.rest_of(row, {*_TAKEN, *(name for name in row if name.lower() == KEY)})
    return FilledForm(
        payload=row,
        answers=ad_form.answers_of(row.get(COLUMNS), ("column_id", "column_name"), _TEXT_KEYS),
        lead_source=lead_source,
        campaign=ad_form.first_text(row, "campaign_name", "campaign_id"),
        form=_WAYS.get(way, way.replace("_", " ").capitalize()) or _WAYS["LEAD_FORM"],
        key=lead_id,
        about={**about, **({"gclid": click} if click else {})},
        test=ad_form.says_yes(row.get("is_test")) or lead_id.startswith(TEST_IDS),
    )


def keys_in(inbound: Inbound, names: Collection[str]) -> list[str]:
    """What stands under a key's name in the body, in capitals or not. A body with a flaw that the key is beyond
    doubt in is read here all the same: it is kept in quarantine, not refused and lost."""
    try:
        value = json.loads(inbound.body)
    except (ValueError, RecursionError):
        return []
    found = value.items() if isinstance(value, dict) else ()
    return [given for name, given in found if name.lower() in names and isinstance(given, str)]
