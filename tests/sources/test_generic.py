"""Any sender becomes submissions through its mapping; a mapping that misses is a note, never a crash."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sources import generic, mapping
from gateway.sources.base import Inbound, Unreadable
from tests.sources.making import JSON, make_auth, make_form, make_inbound, make_source

CONTACT = {"contact": {"first": "Asha", "last": "Verma", "phone": "9876543210"}, "id": 7}
MAPPED = make_source(
    fields={"MobileNo": "contact.phone", "CustomerName": "join(' ', [contact.first, contact.last])"}, key="id"
)


def post(value: object) -> Inbound:
    return make_inbound(orjson.dumps(value), JSON)


def test_a_mapping_names_the_fields_and_the_senders_own_id() -> None:
    (submission,) = generic.parse(MAPPED, post(CONTACT))

    assert submission.fields == {"MobileNo": "9876543210", "CustomerName": "Asha Verma"}
    assert submission.key == "7"


def test_a_mapping_that_fails_is_noted_and_the_rest_is_kept() -> None:
    (submission,) = generic.parse(MAPPED, post({"contact": {"phone": "9876543210"}}))

    assert submission.fields == {"MobileNo": "9876543210"}
    assert submission.extra == {"mapping": {"CustomerName": "mapping.failed"}}


def test_an_object_where_a_value_is_due_is_noted() -> None:
    (submission,) = generic.parse(make_source(fields={"CustomerName": "contact"}), post(CONTACT))

    assert submission.fields == {}
    assert submission.extra == {"mapping": {"CustomerName": "mapping.not_scalar"}}


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (12, "12"), (1.5, "1.5"), (["a", 2, None, ""], "a, 2"), ("", ""), ("x", "x")],
)
def test_scalars_and_lists_of_them_become_text(value: Any, text: str) -> None:
    assert ({"f": text}, {}) == mapping.map_fields({"f": "v"}, {"v": value})


def test_an_expression_that_cannot_work_is_named_before_any_lead_comes() -> None:
    assert mapping.problem_of("join(' ', [a, b])") is None
    for expression in ("a[", "", "a..b"):
        assert "JMESPath" in (mapping.problem_of(expression) or "")


def test_without_a_mapping_nested_names_come_to_the_surface() -> None:
    value = {"id": 1, "data": {"phone": "9876543210", "id": 2, "tags": ["a", "b"], "deep": {"city": "Pune"}}}

    (submission,) = generic.parse(make_source(), post(value))

    assert submission.fields == {
        "id": "1", "phone": "9876543210", "data.id": "2", "tags": "a, b", "city": "Pune"
    }  # fmt: skip


def test_an_array_is_many_leads_and_so_is_a_place_in_the_body() -> None:
    two = [{"phone": "1"}, {"phone": "2"}]

    assert [each.fields for each in generic.parse(make_source(), post(two))] == [
        {"phone": "1"},
        {"phone": "2"},
    ]
    assert len(generic.parse(make_source(records="data.leads"), post({"data": {"leads": two}}))) == 2
    assert len(generic.parse(make_source(records="lead"), post({"lead": two[0]}))) == 1
    assert generic.parse(make_source(records="leads"), post({"leads": []})) == []


@pytest.mark.parametrize(
    ("source", "value", "code"),
    [
        (make_source(records="leads"), {"other": 1}, "records.not_found"),
        (make_source(), [1, 2], "records.not_an_object"),
        (make_source(), ["x"] * 1001, "records.too_many"),
    ],
)
def test_a_body_without_leads_in_it_is_named(source: Any, value: object, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        generic.parse(source, post(value))

    assert code == caught.value.code


def test_a_form_a_query_and_an_array_of_values_are_read_too() -> None:
    by_query = make_inbound(method="GET", query=(("token", "t"), ("mobile", "9876543210")))

    assert generic.parse(make_source(), make_form({"mobile": "1"}))[0].fields == {"mobile": "1"}
    assert generic.parse(make_source(), by_query)[0].fields == {"mobile": "9876543210"}
    assert generic.parse(make_source(), post({"phone": ["1"]}))[0].fields == {"phone": "1"}


def test_the_message_id_of_a_standard_webhook_is_the_key() -> None:
    source = make_source(auth=make_auth("standard-webhooks", "whsec_" + "A" * 32))
    inbound = make_inbound(b'{"phone":"1"}', JSON | {"webhook-id": "msg_7"})

    assert generic.parse(source, inbound)[0].key == "msg_7"


NUMBERS = st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.sampled_from(["contact", "first", "phone"])
JSONISH = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=12,
)


@given(JSONISH)
def test_no_value_breaks_a_mapping(value: object) -> None:
    source = make_source(
        fields={
            "a": "contact.first[0].phone", "b": "join('-', contact)", "c": "to_number(phone)",
            "d": "length(@)", "e": "sort_by(contact, &first)[0]", "f": "max(contact)",
            "g": "contact | [?first == `1`] | [0].phone",
        },
        records="not_null(contact, @)",
    )  # fmt: skip
    with suppress(Unreadable):
        generic.parse(source, post(value))
