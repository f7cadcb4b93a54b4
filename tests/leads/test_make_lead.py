"""From what was sent to a lead: the dialer's fields, constants, references, routes; or all its problems."""

from __future__ import annotations

import pytest

from gateway.leads.lead import Lead
from tests.leads.enquiries import LEAD_ID, judged, lead_of, problems_of, warnings_of

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
