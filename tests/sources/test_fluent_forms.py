"""Fluent Forms: names in parts, and `__submission`, which is about the entry and not of it."""

from __future__ import annotations

from typing import Any

import orjson

from gateway.leads.lead import Submission
from gateway.sources import fluent_forms
from tests.sources.making import JSON, make_inbound, make_source

SOURCE = make_source(kind="fluent_forms")


def parsed(**fields: Any) -> Submission:
    (found,) = fluent_forms.parse(SOURCE, make_inbound(orjson.dumps(fields), JSON))
    return found


def test_the_entry_tells_its_id_and_its_page() -> None:
    entry = {"id": 12, "form_id": "3", "source_url": "https://www.example.com/plan/", "user_id": None}

    found = parsed(phone="9876543210", __submission=entry)

    assert (found.key, found.page_url) == ("12", "https://www.example.com/plan/")
    assert found.fields == {"phone": "9876543210", "WebEnquiryNumber": "12"}
    assert found.extra == {"form_id": "3"}


def test_names_the_plugin_adds_for_itself_are_no_answers() -> None:
    found = parsed(_fluentform_3_fluentformnonce="x", __fluent_form_embded_post_id="7", city="Pune")

    assert found.fields == {"city": "Pune"}
    assert found.extra == {}


def test_an_entry_that_is_no_object_is_passed_over() -> None:
    assert parsed(__submission="x", submission_id="12", phone="1").key == "12"


def test_two_addresses_are_both_kept() -> None:
    found = parsed(home={"city": "Pune"}, office={"city": "Thane"})

    assert found.fields == {"city": "Pune", "city (2)": "Thane"}
