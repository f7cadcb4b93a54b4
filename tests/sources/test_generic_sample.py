"""A sample of a generic source is what its own mapping reads: the places are taken out of the expressions."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.leads.lead import Lead
from gateway.sources import generic, generic_sample
from tests.sources.contract import made, source_of
from tests.sources.making import make_auth

WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({}, {"mobile": "9876500007", "name": "Asha Verma", "id": "sample-7"}),
        (
            {"fields": {"MobileNo": "contact.phone", "EnquiryType": "product"}, "key": "meta.id"},
            {"contact": {"phone": "9876500007"}, "product": "Sales", "meta": {"id": "sample-7"}},
        ),
        (
            {"fields": {"phone_number": "not_null(mobile, phone)"}, "records": "data.leads", "key": None},
            {"data": {"leads": [{"mobile": "9876500007", "phone": "9876500007", "id": "sample-7"}]}},
        ),
        (
            {"fields": {"MobileNo": "phone", "CustomerName": "phone"}},
            {"phone": "9876500007", "id": "sample-7"},
        ),
        (
            {"fields": {"MobileNo": "a.b", "CustomerName": "a.b.c"}},
            {"a": {"b": "9876500007"}, "id": "sample-7"},
        ),
    ],
)
def test_what_a_mapping_reads_is_there(changes: dict[str, Any], body: dict[str, Any]) -> None:
    inbound = generic_sample.sample(source_of("generic", **changes), 7)

    assert orjson.loads(inbound.body) == body


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": {"MobileNo": "contact.phone", "CustomerName": "join(' ', [contact.first, contact.last])"}},
        {"fields": {"MobileNo": "mobile || phone", "LeadfromURL": "page"}, "records": "leads"},
        {"fields": {"MobileNo": 'lead."Mobile No"', "EnquiryType": "lead.product && 'Sales' || 'Other'"}},
    ],
)
def test_a_sample_of_a_mapped_source_becomes_a_lead(changes: dict[str, Any]) -> None:
    source = source_of("generic", **changes)

    (submission,) = generic.parse(source, generic_sample.sample(source, 7))

    lead = made(source, submission)
    assert isinstance(lead, Lead), lead
    assert lead.phone == "9876500007"


@pytest.mark.parametrize(
    "auth",
    [
        make_auth("token", "a-token-of-enough-characters"),
        make_auth(
            "hmac", "a-secret-of-enough-characters", signature_header="X-Sign", signature_encoding="base64"
        ),
        make_auth("stripe", "a-secret-of-enough-characters", signature_header="Stripe-Signature"),
        make_auth("basic", "a-password-of-enough-characters", user="portal"),
        make_auth("standard-webhooks", WHSEC),
        make_auth("none"),
    ],
    ids=lambda auth: auth.method,
)
def test_a_sample_is_proven_in_every_way_a_source_may_ask_for(auth: Any) -> None:
    source = source_of("generic", auth=auth)

    generic.verify(source, generic_sample.sample(source, 1))
