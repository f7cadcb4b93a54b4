"""Of the phone numbers sent, one is dialed and a mobile has its field; the others are kept."""

from __future__ import annotations

from gateway.config import GatewayConfig
from tests.leads.enquiries import CONFIG, a_source, judged, problems_of, warnings_of


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
