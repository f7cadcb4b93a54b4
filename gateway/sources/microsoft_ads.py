"""Microsoft Advertising lead forms: no format is published, so Google's schema and flat JSON are both read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, Submission
from gateway.sources import ad_form, google_ads, mapping, sampling, signatures
from gateway.sources.ad_form import FilledForm, first_text
from gateway.sources.base import Inbound, Reply

LEAD_SOURCE = "Microsoft Ads"
SECRET_FIELDS = frozenset({signatures.TOKEN_PARAMETER})
KEYS = frozenset({"google_key", "webhook_key", "key"})  # what the key in the body may be called
_ID = ("lead_id", "leadid", "LeadId", "id")
_TEST_FLAGS = ("is_test", "isTest", "test")
_ABOUT_THE_AD_NAMES = """
    form_id form_name account_id customer_id campaign_id campaign_name adgroup_id ad_group_id ad_id asset_id
    creative_id lead_submit_time api_version lead_source msclkid
"""
_ABOUT_THE_AD = frozenset(_ABOUT_THE_AD_NAMES.split())


def verify(source: SourceConfig, inbound: Inbound) -> None:
    """The token in the address or a header; or in the body, where Google's forms have their key."""
    if source.auth.method == "token" and signatures.any_same(
        google_ads.keys_in(inbound, KEYS), source.auth.secrets
    ):
        return
    signatures.verify(source.auth, inbound)


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    return [
        ad_form.submission_of(source, _form(row)) if isinstance(row, dict) else ad_form.not_a_form(row)
        for row in ad_form.rows_of(inbound, "leads", "data")
    ]


def acknowledge(_source: SourceConfig, _leads: Sequence[LeadStatus]) -> Reply:
    return Reply(body=b"{}")


def sample(source: SourceConfig, number: int) -> Inbound:
    answers = {
        "FULL_NAME": "Asha Verma",
        "EMAIL": "asha@example.com",
        "PHONE_NUMBER": f"+91{sampling.phone(number)}",
        "CITY": "Pune",
    }
    value = {
        "lead_id": f"sample-{number}",
        "campaign_id": 123456789,
        "form_id": 40000000000,
        "msclkid": "sample-click",
        "is_test": False,
        google_ads.COLUMNS: [{"column_id": name, "string_value": text} for name, text in answers.items()],
    }
    return sampling.proven(source, sampling.posted_json(source, value))


def _form(row: Mapping[str, Any]) -> FilledForm:
    row = {name: value for name, value in row.items() if name.lower() not in KEYS}
    if google_ads.COLUMNS in row:
        return google_ads.read_row(row, LEAD_SOURCE)
    taken = {*_ABOUT_THE_AD, *_ID, *_TEST_FLAGS}
    return FilledForm(
        payload=row,
        beside=mapping.flatten({name: value for name, value in row.items() if name not in taken}),
        lead_source=LEAD_SOURCE,
        campaign=first_text(row, "campaign_name", "campaign_id", "form_name"),
        form=first_text(row, "form_name"),
        key=first_text(row, *_ID),
        about=ad_form.rest_of(row, row.keys() - _ABOUT_THE_AD),
        test=any(ad_form.says_yes(row.get(name)) for name in _TEST_FLAGS),
    )
