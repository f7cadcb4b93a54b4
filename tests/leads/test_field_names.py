"""Which field a sender's name means: liberal with forms and portals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.leads.field_names import PLACES, Place
from gateway.leads.vocabulary import _squeezed, squeeze
from tests.leads.enquiries import judged, lead_of, warnings_of


@pytest.mark.parametrize(
    "name",
    [
        "MobileNo", "mobile_no", "MOBILE NO", "mobile-no", "mobile", "Mobile Number", "phone", "Phone_Number",
        "phone_number", "phoneNumber", "contact", "contact_no", "ContactNo", "mob", "cell", "whatsapp",
        "customer_mobile", "SENDER_MOBILE", "UserMobile", "lead_phone", "tel", "your-phone", "your-tel",
    ],
)  # fmt: skip
def test_every_spelling_of_a_phone_number_is_known(name):
    assert judged({name: "9876543210"}).fields["MobileNo"] == "9876543210"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("name", "CustomerName"),
        ("Full Name", "CustomerName"),
        ("customer_name", "CustomerName"),
        ("SENDER_NAME", "CustomerName"),
        ("BuyerName", "CustomerName"),
        ("your-name", "CustomerName"),
        ("enquiry_type", "EnquiryType"),
        ("QUERY_TYPE", "EnquiryType"),
        ("lead_source", "LeadSource"),
        ("lead_sub_source", "LeadSubSource"),
        ("campaign_name", "LeadSubSource"),
        ("form-name", "LeadSubSource"),
        ("lead_id", "WebEnquiryNumber"),
        ("UNIQUE_QUERY_ID", "WebEnquiryNumber"),
        ("rfi_id", "WebEnquiryNumber"),
        ("create_enquiry_id", "CreateEnquiryID"),
        ("custom_field_1", "CustomField1"),
        ("CustomField2", "CustomField2"),
    ],
)
def test_spellings_of_forms_and_portals_are_known(name, field):
    assert lead_of({name: "Gate valve"}).fields[field] == "Gate valve"


@pytest.mark.parametrize(
    "name",
    [
        "LeadfromURL",
        "LeadformURL",
        "lead_from_url",
        "page_url",
        "url",
        "landing_page",
        "source_url",
        "_url",
        "listingurl",
    ],
)
def test_every_spelling_of_the_page_is_known(name):
    assert lead_of({name: "https://example.com/a"}).fields["LeadfromURL"] == "https://example.com/a"


def test_first_and_last_name_are_one_name():
    assert lead_of({"first_name": "Asha", "last_name": "Verma"}).fields["CustomerName"] == "Asha Verma"
    assert lead_of({"lname": "Verma", "fname": "Asha"}).fields["CustomerName"] == "Asha Verma"
    assert lead_of({"firstName": "Asha"}).fields["CustomerName"] == "Asha"
    lead = lead_of({"first_name": "Asha", "name": "Asha Verma"})
    assert (lead.fields["CustomerName"], lead.extra) == ("Asha Verma", {"first_name": "Asha"})


def test_of_two_spellings_the_better_one_counts_and_the_other_is_kept():
    lead = judged({"phone": "022-22355342", "mobile": "9876543210"})
    assert (lead.phone, lead.extra) == ("9876543210", {"phone": "022-22355342"})
    assert warnings_of(lead) == [("MobileNo", "field.repeated")]
    assert judged({"mobile": "", "phone": "9876543210"}).extra == {}
    assert judged({"mobile": "9876543210", "phone": "9876543210"}).warnings == ()


def test_a_plain_value_counts_before_an_object_with_a_better_name():
    lead = judged({"mobile": {"number": "9123456789"}, "contact": "9876543210"})
    assert (lead.phone, lead.extra) == ("9876543210", {"mobile": {"number": "9123456789"}})


@pytest.mark.parametrize(
    "name",
    [
        "_gotcha", "_next", "_subject", "_wpnonce", "_wpcf7_version", "g-recaptcha-response",
        "h-captcha-response", "cf-turnstile-response", "bot-field", "access_key", "redirect", "retURL",
        "submit", "Submit", "MAX_FILE_SIZE", "csrf_token", "utf8", "authenticity_token", "form_id",
        "queried_id",
    ],
)  # fmt: skip
def test_names_of_form_services_say_nothing_about_a_lead(name):
    assert lead_of({name: "x"}).extra == {}


def test_everything_else_is_kept_as_it_was_sent():
    sent = {
        "email": "asha@example.com",
        "Which city?": "Pune",
        "tags": ["a", {"b": 1}],
        "agree": True,
        "n": 4,
    }
    assert lead_of(sent).extra == sent


def test_what_is_kept_fits_every_database_and_is_bounded():
    odd = {"a\x00b": "c\x00d", "half": "\ud800", "deep": [[[[["x"]]]]], "long": "x" * 9_000, "n" * 500: 1}
    odd |= {"big": 2**70, "nan": float("nan"), "bytes": b"x", "huge": 10**5000, 5: "five"}
    lead = lead_of(odd | {f"field {n}": n for n in range(500)})
    assert lead.extra["a\ufffdb"] == "c\ufffdd"
    assert lead.extra["half"] == "\ufffd"
    assert lead.extra["deep"] == [[[[None]]]]
    assert len(lead.extra["long"]) == 2_000
    assert lead.extra["n" * 100] == 1
    assert lead.extra["big"] == str(2**70)
    assert (lead.extra["nan"], lead.extra["bytes"], lead.extra["huge"]) == (None, None, None)
    assert lead.extra["5"] == "five"
    assert len(lead.extra) == 200


def test_the_page_for_users_lists_every_spelling_in_its_order():
    page = Path(__file__).parents[2].joinpath("docs", "leads.md").read_text(encoding="utf-8")
    table = page.partition("| field | known names")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \|$", table, re.MULTILINE)
    documented = {
        squeeze(name): Place(field, rank)
        for field, names in rows
        for rank, name in enumerate(names.split(", "))
    }
    assert documented == dict(PLACES)


@pytest.mark.parametrize(
    "name",
    [
        "form_fields[phone]", "fields[mobile]", "lead[Mobile No]", "contact[phone]", "jform[contact_phone]",
        "phone[]", "tel-927", "tel-1", "phone-1", "your-number", "billing_phone", "Telephone No",
    ],
)  # fmt: skip
def test_the_names_of_form_builders_are_understood(name):
    assert judged({name: "9876543210"}).fields["MobileNo"] == "9876543210"


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("form_fields[name]", "CustomerName"),
        ("lead[first_name]", "CustomerName"),
        ("name-1", "CustomerName"),
        ("your_full_name", "CustomerName"),
        ("enquiry[enquiry_type]", "EnquiryType"),
    ],
)
def test_a_wrapped_or_numbered_name_means_what_is_inside(name, field):
    assert lead_of({name: "Asha"}).fields[field] == "Asha"


@pytest.mark.parametrize(
    "name", ["form[name]", "meta[id]", "wpforms[fields][0]", "fields[name][id]", "id-2", "page-3"]
)
def test_what_a_wrapper_says_about_the_form_itself_is_no_part_of_the_lead(name):
    lead = lead_of({name: "x"})
    assert "CustomerName" not in lead.fields
    assert "WebEnquiryNumber" not in lead.fields
    assert lead.extra == {name: "x"}


def test_a_plain_name_counts_before_a_numbered_one():
    lead = judged({"phone-2": "022-22355342", "phone": "9876543210"})
    assert (lead.phone, lead.extra) == ("9876543210", {"phone-2": "022-22355342"})


@pytest.mark.parametrize(
    "name",
    [
        "frc-captcha-response",
        "private-captcha-solution",
        "recaptcha_token",
        "csrfmiddlewaretoken",
        "commit",
        "oid",
    ],
)
def test_the_proofs_and_tokens_of_frameworks_are_dropped(name):
    assert lead_of({name: "x"}).extra == {}


@pytest.mark.parametrize("name", ["मोबाइल नंबर", "फ़ोन", "\u095eोन नंबर", "फोन", "आपका मोबाइल नंबर"])
def test_labels_in_hindi_are_names_too(name):
    lead = judged({name: "9876543210", "आपका नाम": "आशा वर्मा"})
    assert (lead.fields["MobileNo"], lead.fields["CustomerName"]) == ("9876543210", "आशा वर्मा")


def test_a_name_no_field_has_is_not_remembered() -> None:
    before = _squeezed.cache_info().currsize

    assert squeeze("Mobile No" + "_" * 10_000) == "mobileno"
    assert _squeezed.cache_info().currsize == before
