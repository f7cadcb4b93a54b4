"""LeadSource, LeadSubSource and LeadfromURL of a lead: fields, page and referrer together."""

from __future__ import annotations

from gateway.config import GatewayConfig
from tests.leads.enquiries import CONFIG, a_source, lead_of, warnings_of


def test_the_page_says_where_the_visitor_came_from_and_is_sent_without_it():
    page = "https://www.example.com/flats?utm_source=fb&utm_campaign=Diwali+Sale&plan=gold"
    lead = lead_of({"page_url": page})
    assert lead.fields["LeadSource"] == "Facebook"
    assert lead.fields["LeadSubSource"] == "Diwali Sale"
    assert lead.fields["LeadfromURL"] == "https://www.example.com/flats?plan=gold"


def test_the_browsers_page_is_used_where_the_fields_name_none():
    lead = lead_of({}, page_url="https://www.example.com/flats?gclid=x")
    assert (lead.fields["LeadfromURL"], lead.fields["LeadSource"]) == (
        "https://www.example.com/flats",
        "Google Ads",
    )
    lead = lead_of({"page_url": "https://www.example.com/a"}, page_url="https://www.example.com/b")
    assert lead.fields["LeadfromURL"] == "https://www.example.com/a"
    assert lead_of({}, page_url="null").warnings == ()


def test_an_address_that_is_none_costs_its_field_and_not_the_lead():
    lead = lead_of({"LeadfromURL": "javascript:alert(1)"}, strict=True)
    assert "LeadfromURL" not in lead.fields
    assert warnings_of(lead) == [("LeadfromURL", "url.dropped")]


def test_hidden_tracking_fields_count_before_the_page_and_are_kept():
    lead = lead_of(
        {"utm_source": "ig", "UTM-Campaign": "Diwali", "page_url": "https://example.com/?utm_source=fb"}
    )
    assert (lead.fields["LeadSource"], lead.fields["LeadSubSource"]) == ("Instagram", "Diwali")
    assert lead.extra == {"utm_source": "ig", "UTM-Campaign": "Diwali", "channel": "Organic Social"}


def test_a_placeholder_in_a_hidden_field_does_not_hide_the_pages_own():
    lead = lead_of({"utm_source": "{source}", "page_url": "https://example.com/?utm_source=fb"})
    assert lead.fields["LeadSource"] == "Facebook"
    lead = lead_of({"utm_source": "{source}"})
    assert warnings_of(lead) == [("LeadSource", "attribution.macro")]


def test_the_referrer_names_the_source_and_is_no_page():
    lead = lead_of({"referrer": "https://www.google.com/", "referer": ""})
    assert lead.fields["LeadSource"] == "Google"
    assert "LeadfromURL" not in lead.fields
    assert lead_of({}, referrer="https://www.google.com/").fields["LeadSource"] == "Google"
    own = a_source(allowed_origins=("https://www.example.com",))
    assert lead_of({}, source=own, referrer="https://example.com/a").fields["LeadSource"] == "Direct"


def test_the_configurations_vocabulary_is_used():
    named = GatewayConfig(dialers=CONFIG.dialers, sources={}, lead_sources={"fb": "Facebook Pune"})
    assert lead_of({"LeadSource": "FB"}, config=named).fields["LeadSource"] == "Facebook Pune"


def test_what_came_from_an_address_is_cleaned_like_everything_else():
    lead = lead_of({"page_url": "https://example.com/?utm_source=%22%3Cx%3E%00%5C&utm_campaign=" + "a" * 300})
    assert lead.fields["LeadSource"] == "x"
    assert len(lead.fields["LeadSubSource"]) == 100
