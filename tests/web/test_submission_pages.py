"""A submission page says what its source's configuration says, for every kind of source, and never a secret."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from gateway.config import Auth, Callback, GatewayConfig, SourceConfig
from gateway.config.kinds import KINDS
from gateway.web.openapi.lead_fields import lead_fields
from gateway.web.submission.html import as_html
from gateway.web.submission.page import as_markdown, page_of
from tests.web.gateway_under_test import make_config

URL = "https://leads.example.com"
SECRETS = ("portal-secret-0123456789", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def source(kind: str = "partner", **more: Any) -> SourceConfig:
    return SourceConfig(name="crm", kind=kind, dialer="main", list_id="25062018", **more)


def configured(one: SourceConfig) -> GatewayConfig:
    return replace(make_config(public_url=URL), sources={one.name: one})


def markdown(one: SourceConfig) -> str:
    return as_markdown(page_of(one, configured(one)))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_has_a_page_without_its_secrets(kind: str) -> None:
    auth = Auth(method="token", secrets=SECRETS) if kind == "generic" else Auth(secrets=SECRETS)
    callback = Callback(url="https://crm.example/hooks?token=callback-token-1", secrets=(SECRETS[1],))
    one = source(kind, auth=auth, callback=callback, options={"access_token": SECRETS[0]})
    page = page_of(one, configured(one))

    for text in (as_markdown(page), as_html(page)):
        assert f"{URL}/" in text
        assert "Be told what became of it" in text
        for secret in (*SECRETS, "callback-token-1", "`None`", "| None |"):
            assert secret not in text


def test_a_page_says_what_is_configured() -> None:
    text = markdown(
        source(
            constants={"LeadSource": "Dealer", "EnquiryType": "Sales"},
            trust=("EnquiryType",),
            limits=("5 per minute per key",),
            daily_cap=1500,
            dedupe=7200.0,
            dedupe_group="dealers",
            wait=12.0,
            countries=("IN",),
        )
    )

    assert "| `LeadSource` | Dealer | always this one |" in text
    assert "| `EnquiryType` | Sales | yours, if you send one |" in text
    assert "5 requests in 1 minute, for each key" in text
    assert "at most 1,500 leads" in text
    assert "within 2 hours is a duplicate, also from other sources of the group dealers" in text
    assert "up to 12 seconds for the dialer" in text
    assert "| Numbers of | IN |" in text


def test_a_partners_page_names_every_field_and_its_rule() -> None:
    text = markdown(source())

    for field in lead_fields():
        assert f"| `{field.name}` |" in text
        assert field.description in text


def test_a_page_changes_with_the_configuration() -> None:
    assert "is a new lead every time" in markdown(source(dedupe=0))
    assert "not at all: the answer is 202" in markdown(source(wait=0))
    assert "X-Gateway-Source: crm" in markdown(
        source(auth=Auth(method="standard-webhooks", secrets=SECRETS[1:]))
    )
    assert "Test numbers" not in markdown(source(auth=Auth(method="standard-webhooks", secrets=SECRETS[1:])))
    assert "a page of `https://www.example.com`" in markdown(
        source("form", allowed_origins=("https://www.example.com",))
    )
    assert "from `192.0.2.0/24` no key is needed" in markdown(
        source("elision", auth=Auth(method="keys", networks=("192.0.2.0/24",)))
    )
    assert "answered as success" in markdown(source("elision", options={"when_pending": "success"}))


def test_a_generic_page_says_where_each_field_is_looked_for() -> None:
    text = markdown(
        source(
            "generic",
            fields={"MobileNo": "contact.phone | [0]"},
            records="leads",
            key="id",
            auth=Auth(method="none"),
        )
    )

    assert "| `MobileNo` | `contact.phone \\| [0]` |" in text
    assert "The leads of one delivery stand in `leads`" in text
    assert "`id` is your own number of a lead" in text


def test_a_page_is_one_file_that_loads_nothing() -> None:
    one = source(constants={"LeadSource": "<b>Dealer</b>"})
    page = as_html(page_of(one, configured(one)))

    assert re.findall(r'\b(?:src|action)="|@import|url\(|<script', page) == []
    assert "<b>Dealer" not in page
    assert "<b>Dealer</b>" in unescape(page)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_what_a_configuration_holds_cannot_break_a_table() -> None:
    assert "| `LeadSource` | a\\|b c | always this one |" in markdown(
        source(constants={"LeadSource": "a|b\nc"})
    )
