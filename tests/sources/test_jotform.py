"""Jotform: answers as JSON inside a form, numbers in parts, an address that is asked before it is saved."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sources import jotform
from gateway.sources.base import Unreadable
from gateway.sources.keeping import keep
from gateway.sources.registry import SOURCES
from tests.sources.contract import made, source_of
from tests.sources.making import make_auth, make_form, make_inbound, make_multipart, make_source, text_part

SOURCE = make_source(kind="jotform", auth=make_auth("token", "a-long-token+1"))


def fields_of(raw: Any, **sent: str) -> dict[str, Any]:
    text = raw if isinstance(raw, str) else orjson.dumps(raw).decode()
    (found,) = jotform.parse(SOURCE, make_form({"rawRequest": text} | sent))
    return {name: value for name, value in found.fields.items() if name != "LeadSource"}


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ({"full": "(987) 654-3210"}, "(987) 654-3210"),
        ({"area": "98", "phone": "76543210"}, "98 76543210"),
        ({"country": "91", "area": "98", "phone": "76543210"}, "+91 98 76543210"),
        ({"country": "+91", "phone": "9876543210"}, "+91 9876543210"),
        ({"country": "", "area": "", "phone": "9876543210"}, "9876543210"),
    ],
)
def test_a_number_in_parts_is_one_number(value: dict[str, str], number: str) -> None:
    assert fields_of({"q5_contact": value}) == {"MobileNo": number}


def test_a_name_in_parts_is_one_name() -> None:
    name = {"prefix": "Ms", "first": "Asha", "last": "Verma", "suffix": ""}

    assert fields_of({"q3_who": name}) == {"CustomerName": "Ms Asha Verma"}


def test_what_the_visitor_wrote_comes_back_from_its_html() -> None:
    assert fields_of({"q7_note": "&quot;A&quot; &amp; &amp;amp;"}) == {"note": '"A" & &amp;'}


def test_the_names_jotform_adds_for_itself_are_no_answers() -> None:
    raw = {"slug": "submit/1", "jsExecutionTracker": "x", "event_id": "y", "buildDate": "1", "gclid": "Cj0"}

    assert fields_of(raw) == {"gclid": "Cj0"}


@pytest.mark.parametrize(
    ("raw", "lead_source"),
    [({"q1_phone": "1"}, "Jotform"), ({"gclid": "Cj0"}, None), ({"q1_leadSource": "Fair"}, None)],
)
def test_jotform_is_the_source_until_another_is_known(raw: dict[str, str], lead_source: str | None) -> None:
    (found,) = jotform.parse(SOURCE, make_form({"rawRequest": orjson.dumps(raw).decode()}))

    assert found.fields.get("LeadSource") == lead_source


VALUES = st.recursive(
    st.sampled_from([None, True, 1, 1.5, "", "x", "9876543210", "&amp;"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["full", "area", "phone", "country", "first", "last", "x"]), inner)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from(["q1_phone", "q2_fullName", "q3_", "q4_q4_x", "_", "", "utm_source", "pageUrl", "id"])


@given(st.dictionaries(NAMES, VALUES))
def test_answers_of_any_shape_are_read_and_can_be_judged(raw: dict[str, Any]) -> None:
    source = source_of("jotform", fields={"CustomField2": "answer.phone"})

    (found,) = jotform.parse(source, make_form({"rawRequest": orjson.dumps(raw).decode()}))

    made(source, found)


@pytest.mark.parametrize("raw", ["", "{", "[1]", "null", '{"a":1,"a":2}'])
def test_where_the_answers_are_broken_the_text_for_people_is_read(raw: str) -> None:
    found = fields_of(
        raw, pretty="Name:Asha Verma, Mobile:98765 43210, Plans:Term, ULIP, Site:https://a.example/"
    )

    assert found == {
        "Name": "Asha Verma",
        "Mobile": "98765 43210",
        "Plans": "Term, ULIP",
        "Site": "https://a.example/",
    }


@pytest.mark.parametrize("inbound", [make_inbound(), make_inbound(method="GET", query=(("token", "x"),))])
def test_a_question_whether_the_address_is_alive_is_no_lead(inbound: Any) -> None:
    assert jotform.parse(SOURCE, inbound) == []


def test_a_body_that_is_no_form_is_said_to_be_so() -> None:
    with pytest.raises(Unreadable) as caught:
        jotform.parse(SOURCE, make_inbound(b"[1]"))

    assert caught.value.code == "records.not_an_object"


def test_the_token_in_the_address_jotform_repeats_is_not_kept() -> None:
    address = "https://leads.example.com/webhooks/jotform?token=a-long-token%2B1"
    inbound = make_multipart(
        text_part("webhookURL", address), text_part("rawRequest", '{"q1_phone":"9876543210"}')
    )

    kept = keep(SOURCE, SOURCES["jotform"], inbound, "ID")

    assert b"a-long-token" not in kept.body
    (found,) = jotform.parse(SOURCE, make_inbound(kept.body, {"content-type": kept.content_type}))
    assert found.fields["phone"] == "9876543210"
