"""What is special about Unbounce, Wix, HubSpot, Shopify and Calendly, and when a platform names itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from gateway.config import SourceConfig
from gateway.leads.lead import Lead, Submission
from gateway.sources.base import Inbound
from gateway.sources.platform_source import named_after
from tests.sources.contract import kind_of, made, read, sample_of, source_of
from tests.sources.making import FORM, JSON, make_inbound, make_source

UNBOUNCE = {
    "phone_number": ["9876543210"],
    "date_submitted": ["2026-10-06"],
    "time_submitted": ["08:49 AM UTC"],
}


def unbounce(answers: dict[str, Any], **page: str) -> Inbound:
    return make_inbound(urlencode({**page, "data.json": orjson.dumps(answers).decode()}).encode(), FORM)


def json_of(body: Any, **headers: str) -> Inbound:
    return make_inbound(orjson.dumps(body), {**JSON, **headers})


def key_of(kind: str, inbound: Inbound) -> str | None:
    (submission,) = read(source_of(kind), inbound)
    return submission.key


def lead_of(source: SourceConfig, inbound: Inbound) -> Lead:
    (submission,) = read(source, inbound)
    lead = made(source, submission)
    assert isinstance(lead, Lead), lead
    return lead


# -- one lead, sent twice ------------------------------------------------------------------------------------


def test_unbounces_delivery_sent_twice_is_one_lead() -> None:
    first, again = unbounce(UNBOUNCE), unbounce(dict(reversed(UNBOUNCE.items())), page_id="another")

    assert key_of("unbounce", first) == key_of("unbounce", again) is not None


@pytest.mark.parametrize(
    "other", [{"phone_number": ["9876543211"]}, {"time_submitted": ["08:50 AM UTC"]}, {"plan": ["Term"]}]
)
def test_unbounces_other_answers_are_another_lead(other: dict[str, Any]) -> None:
    assert key_of("unbounce", unbounce(UNBOUNCE)) != key_of("unbounce", unbounce(UNBOUNCE | other))


def test_without_the_time_of_day_nobody_knows_whether_it_is_sent_twice() -> None:
    timeless = {name: value for name, value in UNBOUNCE.items() if name != "time_submitted"}

    assert key_of("unbounce", unbounce(timeless)) is None


def test_a_customer_and_an_order_of_one_id_are_two_leads() -> None:
    body = {"id": 7, "phone": "+919876543210"}
    customer, order = (
        json_of(body, **{"x-shopify-topic": topic}) for topic in ("customers/create", "orders/paid")
    )

    assert key_of("shopify", customer) == "customers:7"
    assert key_of("shopify", order) == "orders:7"


def test_a_customer_who_is_changed_later_is_the_same_lead() -> None:
    body = {"id": 7, "phone": "+919876543210"}
    created, updated = (
        json_of(body, **{"x-shopify-topic": topic, "x-shopify-webhook-id": topic})
        for topic in ("customers/create", "customers/update")
    )

    assert key_of("shopify", created) == key_of("shopify", updated)


def test_a_meeting_that_is_moved_is_the_same_lead() -> None:
    first = {"event": "invitee.created", "payload": {"uri": "https://api.calendly.com/1", "name": "Asha"}}
    moved = {
        "event": "invitee.created",
        "payload": {"uri": "https://api.calendly.com/2", "old_invitee": "https://api.calendly.com/1"},
    }

    assert key_of("calendly", json_of(first)) == key_of("calendly", json_of(moved))


def test_a_contact_who_fills_in_a_second_form_is_a_second_lead() -> None:
    def contact(*moments: int) -> Inbound:
        forms = [{"title": f"Form {moment}", "timestamp": moment} for moment in moments]
        return json_of({"vid": 5, "properties": {"phone": "9876543210"}, "form-submissions": forms})

    assert key_of("hubspot", contact(1)) == "5:1"
    assert key_of("hubspot", contact(2, 1)) == "5:2"


@pytest.mark.parametrize(
    "kind", ["framer", "hubspot", "shopify", "calendly", "google_forms", "whatsapp", "wix"]
)
def test_a_key_of_the_configuration_goes_before_the_platforms(kind: str) -> None:
    source = source_of(kind, key="'mine'")

    assert [submission.key for submission in read(source, sample_of(source))] == ["mine"]


# -- what is no enquiry --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event", ["invitee.canceled", "invitee_no_show.created", "contact.updated", "event_type.deleted"]
)
def test_what_calendly_tells_besides_bookings_makes_no_lead(event: str) -> None:
    assert (
        read(source_of("calendly"), json_of({"event": event, "payload": {"uri": "u", "name": "Asha"}})) == []
    )


@pytest.mark.parametrize(
    "topic", ["customers/redact", "customers/data_request", "shop/redact", "app/uninstalled"]
)
def test_who_wants_to_be_forgotten_makes_no_lead(topic: str) -> None:
    body = {"customer": {"id": 1, "phone": "+919876543210"}}

    assert read(source_of("shopify"), json_of(body, **{"x-shopify-topic": topic})) == []


# -- where the visitor came from -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "more", "expected"),
    [
        ({}, {}, "Shop"),
        ({"utm_campaign": "diwali"}, {}, "Shop"),
        ({"utm_source": ""}, {}, "Shop"),
        ({"utm_source": "{{site}}"}, {}, "Shop"),
        ({"LeadfromURL": "https://www.example.com/"}, {}, "Shop"),
        ({"utm_source": "fb"}, {}, None),
        ({"lead source": "Radio"}, {}, None),
        ({"page_url": "https://www.example.com/?gclid=1"}, {}, None),
        ({}, {"page_url": "https://www.example.com/?utm_source=fb"}, None),
        ({}, {"referrer": "https://www.google.com/"}, None),
    ],
)
def test_a_platform_names_itself_where_nothing_else_tells(
    fields: dict[str, Any], more: dict[str, str], expected: str | None
) -> None:
    named = named_after(make_source(), Submission(fields=fields, **more), "Shop")

    assert named.fields.get("LeadSource") == expected


def test_a_platform_does_not_stand_in_the_way_of_the_configuration() -> None:
    source = make_source(constants={"LeadSource": "Website"})

    assert named_after(source, Submission(fields={}), "Shop").fields == {}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"hs_analytics_source": "SOCIAL_MEDIA", "hs_analytics_source_data_1": "instagram"}, "Instagram"),
        ({"hs_analytics_source": "SOCIAL_MEDIA"}, "Organic Social"),
        ({"hs_analytics_source": "REFERRALS", "hs_analytics_source_data_1": "blog.example.com"}, "blog.example.com"),
        ({"hs_analytics_source": "DIRECT_TRAFFIC"}, "Direct"),
        ({"hs_analytics_source": "A_SOURCE_OF_TOMORROW"}, "HubSpot"),
        ({"hs_analytics_source": "PAID_SEARCH", "hs_latest_source": "EMAIL_MARKETING"}, "Email"),
        ({"hs_analytics_first_referrer": "https://www.google.com/"}, "Google"),
        ({"hs_analytics_first_url": "https://www.example.com/?utm_source=fb", "hs_analytics_source": "OFFLINE"},
         "Facebook"),
        ({}, "HubSpot"),
    ],
)  # fmt: skip
def test_hubspots_own_words_become_a_lead_source(properties: dict[str, str], expected: str) -> None:
    inbound = json_of({"objectId": 5, "properties": {"phone": "9876543210", **properties}})

    assert lead_of(source_of("hubspot"), inbound).fields["LeadSource"] == expected


def test_a_constant_of_the_source_is_not_told_to_be_replaced() -> None:
    """What the platform offers gives way in silence: a warning on every lead would warn of nothing."""
    constants = {"LeadSource": "A", "LeadSubSource": "B", "EnquirySource": "C", "CustomField2": "D"}
    for kind in ("hubspot", "shopify", "calendly", "google_forms", "whatsapp"):
        source = source_of(kind, constants=constants)
        lead = lead_of(source, sample_of(source))

        assert constants.items() <= lead.fields.items(), kind
        assert lead.warnings == (), kind


# -- shapes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["calendly", "framer", "google_forms", "hubspot", "shopify", "wix"])
def test_a_compressed_body_is_not_unpacked(kind: str) -> None:
    source = source_of(kind)
    inbound = json_of({"id": 1}, **{"content-encoding": "gzip"})

    with pytest.raises(Exception, match="Compressed"):
        kind_of(source).parse(source, inbound)
