"""Ninja Forms: arguments an administrator named, or all of them as JSON in one."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.leads.lead import Submission
from gateway.sources import ninja_forms
from tests.sources.making import make_form, make_inbound, make_source

SOURCE = make_source(kind="ninja_forms")


def parsed(**fields: Any) -> Submission:
    (found,) = ninja_forms.parse(SOURCE, make_form(fields))
    return found


@pytest.mark.parametrize("name", ["data", "payload", "args"])
def test_an_argument_that_holds_json_is_its_fields(name: str) -> None:
    found = parsed(**{name: ' {"mobile":"9876543210","names":{"first_name":"Asha"}}', "campaign": "diwali"})

    assert found.fields == {"mobile": "9876543210", "first_name": "Asha", "campaign": "diwali"}


def test_what_stands_beside_the_json_counts_first() -> None:
    assert parsed(data='{"city":"Thane"}', city="Pune").fields == {"city": "Pune"}


@pytest.mark.parametrize("text", ["{", "{not json}", '{"a":1,"a":2}', "[1]", "{}x"])
def test_a_text_that_only_begins_like_json_is_a_text(text: str) -> None:
    assert parsed(note=text).fields == {"note": text}


@pytest.mark.parametrize("name", ["submission_id", "Submission ID", "entry_id", "seq_num"])
def test_the_id_an_administrator_sent_is_the_key(name: str) -> None:
    assert parsed(**{name: "41"}).key == "41"


@pytest.mark.parametrize("name", ["id", "form_id", "serial_number", "reference"])
def test_what_may_be_the_same_in_every_submission_is_no_key(name: str) -> None:
    assert parsed(**{name: "41"}).key is None


def test_a_lead_may_stand_in_the_address() -> None:
    inbound = make_inbound(method="GET", query=(("token", "t"), ("mobile", "9876543210")))

    assert ninja_forms.parse(SOURCE, inbound)[0].fields == {"mobile": "9876543210"}
