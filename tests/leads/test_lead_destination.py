"""Configuration chooses list and dialer; nothing a visitor sends does."""

from __future__ import annotations

import pytest

from gateway.config import Route
from tests.leads.enquiries import a_source, lead_of, problems_of

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
