"""Gravity Forms: fields with numbers for names, a name in fixed inputs, groups of check boxes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.leads.lead import Submission
from gateway.sources import gravity_forms
from tests.sources.making import JSON, make_inbound, make_source

SOURCE = make_source(kind="gravity_forms")


def parsed(**fields: Any) -> Submission:
    (found,) = gravity_forms.parse(SOURCE, make_inbound(orjson.dumps(fields), JSON))
    return found


def fields_of(**fields: Any) -> dict[str, Any]:
    return dict(parsed(**fields).fields)


def test_the_inputs_of_a_name_are_joined_in_the_order_of_a_name() -> None:
    inputs = {"1.6": "Verma", "1.8": "PhD", "1.3": "Asha", "1.2": "Dr", "1.4": "K"}

    assert fields_of(**inputs) == {"CustomerName": "Dr Asha K Verma PhD"}


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"5.1": "1 MG Road", "5.3": "Pune", "5.6": "India"}, "1 MG Road, Pune, India"),  # an address
        ({"5.1": "", "5.3": "Accident", "5.6": "Illness"}, "Accident, Illness"),  # check boxes
        ({"5.3": "Accident"}, "Accident"),
        ({"5.10": "last", "5.2": "first"}, "first, last"),
    ],
)
def test_other_fields_in_parts_are_no_names(inputs: dict[str, str], text: str) -> None:
    assert fields_of(**inputs) == {"5": text}


def test_the_first_of_two_names_is_the_customers() -> None:
    found = fields_of(**{"10.3": "Ravi", "10.6": "Rao", "2.3": "Asha", "2.6": "Verma"})

    assert found == {"CustomerName": "Asha Verma", "10": "Ravi, Rao"}


def test_a_number_is_found_by_its_shape() -> None:
    assert fields_of(**{"1": "Pune", "7": "+91 98765 43210"}) == {"1": "Pune", "MobileNo": "+91 98765 43210"}


def test_an_e_mail_is_found_for_a_mapping() -> None:
    source = make_source(kind="gravity_forms", fields={"CustomField2": "answer.email"})
    body = orjson.dumps({"1": "me @ home", "4": "asha@example.com"})

    (found,) = gravity_forms.parse(source, make_inbound(body, JSON))

    assert found.fields["CustomField2"] == "asha@example.com"


def test_what_the_entry_says_of_itself_is_kept_and_its_id_is_the_key() -> None:
    found = parsed(**{"id": 15, "form_id": "1", "ip": "203.0.113.9", "payment_status": None, "3": "Pune"})

    assert found.key == "15"
    assert found.extra == {"form_id": "1", "ip": "203.0.113.9"}
    assert found.fields == {"3": "Pune", "WebEnquiryNumber": "15"}


def test_fields_an_administrator_chose_go_by_their_names() -> None:
    found = parsed(entry_id="15", mobile="9876543210", source_url="https://www.example.com/")

    assert found.key == "15"
    assert found.fields["mobile"] == "9876543210"
