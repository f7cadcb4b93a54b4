"""From what was sent to a lead: the dialer's fields, constants, references, routes; or all its problems."""

from __future__ import annotations

import pytest

from gateway.config import DialerConfig, GatewayConfig, Route
from gateway.leads.lead import Lead
from tests.leads.enquiries import CONFIG, LEAD_ID, a_source, judged, lead_of, problems_of, warnings_of

# The document's own sample, less what configuration sets.
SAMPLE = {
    "phone_number": "1234567890",
    "prospects_id": "123",
    "CustomerName": "testuser",
    "MobileNo": "1234567890",
    "EnquirySource": "test",
    "EnquiryType": "tets",
    "CreateEnquiryID": "987",
    "WebEnquiryNumber": "5654",
    "LeadSubSource": "WEB",
    "LeadSource": "test",
    "LeadformURL": "google.com",
    "CustomField1": "",
    "CustomField2": "",
}


@pytest.mark.parametrize("strict", [True, False])
def test_the_documents_sample_becomes_the_lead_it_shows(strict):
    lead = judged(SAMPLE, strict=strict)
    assert isinstance(lead, Lead)
    assert lead.fields == {
        "phone_number": "1234567890",
        "list_id": "25062018",
        "prospects_id": "123",
        "CustomerName": "testuser",
        "MobileNo": "1234567890",
        "EnquirySource": "test",
        "EnquiryType": "tets",
        "CreateEnquiryID": "987",
        "WebEnquiryNumber": "5654",
        "LeadSubSource": "WEB",
        "LeadSource": "test",
        "LeadfromURL": "google.com",
    }
    assert warnings_of(lead) == [("phone_number", "phone.unverified")]
    assert (lead.id, lead.source, lead.dialer, lead.list_id, lead.phone) == (
        LEAD_ID,
        "website",
        "main",
        "25062018",
        "1234567890",
    )


def test_a_phone_number_alone_is_a_lead():
    assert lead_of({}).fields == {
        "phone_number": "9876543210",
        "list_id": "25062018",
        "prospects_id": LEAD_ID,
        "MobileNo": "9876543210",
        "LeadSource": "Direct",
    }


def test_every_problem_is_named_at_once_under_the_names_sent():
    fields = {
        "mobile_no": "98765xxxxx",
        "customer_name": ["Asha"],
        "enquiry_type": True,
        "CustomField1": "a\x00b",
        "CustomField2": 1.5,
        "list_id": "999",
        "full_name": "Asha",
    }
    assert problems_of(fields, strict=True) == [
        ("list_id", "field.not_allowed"),
        ("full_name", "field.unknown"),
        ("mobile_no", "phone.masked"),
        ("customer_name", "type.invalid"),
        ("enquiry_type", "type.invalid"),
        ("CustomField1", "text.invalid"),
        ("CustomField2", "type.invalid"),
    ]


def test_no_problem_and_no_warning_ever_repeats_a_value():
    problems = judged({"MobileNo": "98765O3210", "CustomerName": {"secret": "Asha"}})
    lead = lead_of(
        {"CustomerName": 'Asha "Rock" Verma', "LeadfromURL": "javascript:asha", "prospects_id": "asha verma"}
    )
    for said in (*problems, *lead.warnings):
        assert "sha" not in said.message
        assert "98765" not in said.message


@pytest.mark.parametrize(
    "fields", [{}, {"MobileNo": ""}, {"MobileNo": None}, {"phone": "   "}, {"CustomerName": "Asha"}]
)
def test_without_a_phone_number_there_is_no_lead(fields):
    assert problems_of(fields) == [("MobileNo", "phone.required")]


@pytest.mark.parametrize(
    ("value", "text"),
    [(987, "987"), (987.0, "987"), (2**100, str(2**100)), ("0987", "0987"), (-1, "-1"), (0, "0")],
)
def test_whole_numbers_are_text(value, text):
    assert lead_of({"WebEnquiryNumber": value}).fields["WebEnquiryNumber"] == text


@pytest.mark.parametrize(
    "value", [True, False, 1.5, float("nan"), float("inf"), 1e300, 2**200, [], {}, ["x"], b"x"]
)
def test_what_is_neither_text_nor_a_whole_number_is_a_problem(value):
    assert problems_of({"MobileNo": "9876543210", "EnquiryType": value}) == [("EnquiryType", "type.invalid")]


def test_a_number_too_long_to_be_written_is_a_problem_and_no_crash():
    assert problems_of({"MobileNo": 10**5000}) == [("MobileNo", "type.invalid")]


@pytest.mark.parametrize("value", [9876543210, 9876543210.0, 919876543210])
def test_a_phone_number_may_be_a_number(value):
    assert judged({"MobileNo": value}).phone == "9876543210"


@pytest.mark.parametrize("empty", ["", "  ", "\n", None])
def test_empty_fields_are_not_sent(empty):
    assert "CustomerName" not in lead_of({"CustomerName": empty, "CustomField1": empty}).fields


def test_a_text_that_is_emptied_is_not_sent_but_told():
    lead = lead_of({"CustomerName": "😀"})
    assert "CustomerName" not in lead.fields
    assert warnings_of(lead) == [("CustomerName", "text.emptied")]


def test_what_was_changed_is_told_per_field():
    lead = lead_of({"CustomerName": "Asha; C++", "CustomField1": "x" * 201, "CustomField2": "y" * 200})
    assert warnings_of(lead) == [
        ("CustomerName", "text.cleaned"),
        ("CustomerName", "text.plus"),
        ("CustomField1", "text.cut"),
    ]
    assert lead.fields["CustomerName"] == "Asha C"
    assert lead.fields["CustomField1"] == "x" * 200
    assert lead.fields["CustomField2"] == "y" * 200


# --- two phone numbers


def test_phone_number_is_dialed_where_both_were_sent():
    lead = judged({"MobileNo": "9123456789", "phone_number": "9876543210"})
    assert (lead.phone, lead.fields["phone_number"], lead.fields["MobileNo"]) == (
        "9876543210",
        "9876543210",
        "9123456789",
    )


def test_a_landline_beside_a_mobile_leaves_the_mobile_its_field():
    lead = judged({"phone_number": "022-22355342", "MobileNo": "9876543210"})
    assert (lead.phone, lead.fields["MobileNo"]) == ("2222355342", "9876543210")
    assert warnings_of(lead) == [("phone_number", "phone.landline")]
    lead = judged({"phone_number": "9876543210", "MobileNo": "022-22355342"})
    assert (lead.phone, lead.fields["MobileNo"]) == ("9876543210", "9876543210")
    assert lead.extra == {"MobileNo": "2222355342"}


def test_a_foreign_number_has_no_mobile_field():
    lead = judged({"MobileNo": "+16505550123"})
    assert lead.fields["phone_number"] == lead.phone == "16505550123"
    assert "MobileNo" not in lead.fields
    assert ("MobileNo", "phone.foreign") in warnings_of(lead)


def test_the_second_number_of_a_field_is_kept():
    lead = judged({"phone": "9876543210 / 9123456789"})
    assert lead.extra == {"other_phone": "9123456789"}
    assert warnings_of(lead) == [("MobileNo", "phone.second_number")]


def test_one_good_number_is_enough_for_a_form_but_a_partner_hears_of_the_bad_one():
    fields = {"MobileNo": "98765xxxxx", "phone_number": "9876543210"}
    lead = judged(fields)
    assert lead.phone == "9876543210"
    assert lead.extra == {"MobileNo": "98765xxxxx"}
    assert warnings_of(lead) == [("MobileNo", "phone.not_used")]
    assert problems_of(fields, strict=True) == [("MobileNo", "phone.masked")]


def test_two_bad_numbers_are_two_problems():
    assert problems_of({"MobileNo": "98765xxxxx", "phone_number": "12"}) == [
        ("MobileNo", "phone.masked"),
        ("phone_number", "phone.too_short"),
    ]


def test_a_sources_own_rules_judge_its_numbers():
    assert problems_of({"phone": "1234567890"}, source=a_source(phone_check="valid")) == [
        ("phone", "phone.invalid")
    ]
    assert problems_of({"phone": "+447911123456"}, source=a_source(countries=("IN",))) == [
        ("phone", "phone.country")
    ]
    assert judged({"phone": "(650) 253-0000"}, source=a_source(region="US")).phone == "6502530000"
    america = GatewayConfig(dialers=CONFIG.dialers, sources={}, region="US")
    assert judged({"phone": "(650) 253-0000"}, config=america).phone == "6502530000"


# --- prospects_id


@pytest.mark.parametrize("reference", ["123", "654dsddfd", "A-1", "x" * 20, 42, " 77 "])
def test_the_callers_reference_goes_if_the_dialer_can_hold_it(reference):
    lead = lead_of({"prospects_id": reference})
    assert lead.fields["prospects_id"] == str(reference).strip()
    assert lead.warnings == ()


@pytest.mark.parametrize("reference", ["x" * 21, "a b", "a_b", "a'b", "a!b", "a;b", "१२३", "a\nb", "😀"])
def test_a_reference_the_dialer_cannot_hold_is_replaced_and_kept(reference):
    lead = lead_of({"prospects_id": reference})
    assert lead.fields["prospects_id"] == LEAD_ID
    assert lead.extra == {"prospects_id": reference}
    assert warnings_of(lead) == [("prospects_id", "prospects_id.replaced")]


def test_a_dialer_known_to_keep_36_characters_gets_them():
    roomy = GatewayConfig(
        dialers={"main": DialerConfig(name="main", url="http://127.0.0.1/", prospects_id_max=36)}, sources={}
    )
    reference = "123e4567-e89b-12d3-a456-426614174000"
    assert lead_of({"prospects_id": reference}, config=roomy).fields["prospects_id"] == reference


# --- the source's constants


def test_a_constant_replaces_what_was_sent_and_says_so():
    source = a_source(constants={"EnquiryType": "Sales", "LeadSource": "Website"})
    lead = lead_of({"EnquiryType": "Service", "lead_source": "fb"}, source=source)
    assert (lead.fields["EnquiryType"], lead.fields["LeadSource"]) == ("Sales", "Website")
    assert lead.extra == {"EnquiryType": "Service", "lead_source": "fb"}
    assert warnings_of(lead) == [("EnquiryType", "field.fixed"), ("LeadSource", "field.fixed")]


def test_a_constant_stands_in_for_what_was_not_sent():
    source = a_source(constants={"EnquiryType": "Sales", "LeadSource": "fb", "LeadSubSource": "Form 1"})
    lead = lead_of({"utm_source": "ig", "utm_campaign": "Diwali"}, source=source)
    assert lead.fields["EnquiryType"] == "Sales"
    assert lead.fields["LeadSource"] == "fb"  # exactly as configured
    assert lead.fields["LeadSubSource"] == "Form 1"
    assert lead.warnings == ()


def test_a_trusted_senders_value_wins_over_the_constant():
    source = a_source(
        constants={"EnquiryType": "Sales", "LeadSource": "Website"}, trust=("EnquiryType", "LeadSource")
    )
    lead = lead_of({"EnquiryType": "Service", "LeadSource": "fb"}, source=source)
    assert (lead.fields["EnquiryType"], lead.fields["LeadSource"]) == ("Service", "Facebook")
    assert lead_of({"utm_source": "ig"}, source=source).fields["LeadSource"] == "Instagram"
    assert lead_of({"LeadSource": "{{source}}"}, source=source).fields["LeadSource"] == "Website"
    assert lead_of({}, source=source).fields["EnquiryType"] == "Sales"
    assert lead_of({}, source=source, referrer="https://www.bing.com/").fields["LeadSource"] == "Website"


# --- where it came from


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
    assert lead.extra == {"utm_source": "ig", "UTM-Campaign": "Diwali"}


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


# --- where it goes

ROUTES = (
    Route(when={"EnquiryType": ("Service", "Repair")}, list_id="25062020"),
    Route(when={"EnquiryType": ("Sales",), "city": ("Pune",)}, list_id="25062021", dialer="west"),
    Route(when={"LeadSource": ("Facebook",)}, list_id="25062022"),
)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"EnquiryType": "Service"}, ("main", "25062020")),
        ({"EnquiryType": " REPAIR "}, ("main", "25062020")),
        ({"EnquiryType": "Sales", "City": "pune"}, ("west", "25062021")),
        ({"EnquiryType": "Sales", "City": "Delhi"}, ("main", "25062018")),
        ({"EnquiryType": "Sales"}, ("main", "25062018")),
        ({"EnquiryType": "Service", "utm_source": "fb"}, ("main", "25062020")),
        ({"utm_source": "fb"}, ("main", "25062022")),
        ({"EnquiryType": "Services"}, ("main", "25062018")),
        ({}, ("main", "25062018")),
    ],
)
def test_the_first_route_that_matches_chooses_list_and_dialer(fields, expected):
    lead = lead_of(fields, source=a_source(routes=ROUTES))
    assert (lead.dialer, lead.list_id) == expected
    assert lead.fields["list_id"] == expected[1]


def test_a_visitor_chooses_neither_list_nor_action():
    lead = lead_of({"list_id": "999", "source": "evil", "custom_fields": "N", "action": "manual_dial"})
    assert lead.list_id == lead.fields["list_id"] == "25062018"
    assert not {"source", "custom_fields", "action"} & set(lead.fields)
    assert lead.extra == {"list_id": "999", "source": "evil", "custom_fields": "N", "action": "manual_dial"}


def test_fields_that_would_be_the_gateways_own_stay_outside_the_lead():
    hostile = {
        "state": "delivered",
        "tenant_id": 1,
        "is_admin": True,
        "created_at": "2020-01-01",
        "dialer": "west",
    }
    lead = lead_of(hostile)
    assert lead.extra == hostile
    assert lead.dialer == "main"
    assert {code for _, code in problems_of({"MobileNo": "9876543210"} | hostile, strict=True)} == {
        "field.unknown"
    }


def test_a_test_stays_a_test_and_what_the_source_added_is_kept():
    lead = lead_of({"city": "Pune"}, test=True, extra={"form_id": 4, "city": "Mumbai"})
    assert lead.test
    assert lead.extra == {"city": "Pune", "form_id": 4, "city (2)": "Mumbai"}
