"""Names in brackets become what they were in PHP; nothing is lost where they contradict each other."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sources.base import Unreadable
from gateway.sources.php_body import MOST_RECORDS, nested, read_records
from tests.sources.making import JSON, make_form, make_inbound


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"a": "1"}, {"a": "1"}),
        ({"a[b]": "1", "a[c][d]": "2"}, {"a": {"b": "1", "c": {"d": "2"}}}),
        ({"a[]": "1, 2"}, {"a": "1, 2"}),
        ({"a[1]": "y", "a[0]": "x"}, {"a": ["x", "y"]}),
        ({"a[1]": "y", "a[2]": "z"}, {"a": {"1": "y", "2": "z"}}),
        ({"a[0][b]": "x"}, {"a": [{"b": "x"}]}),
        ({"1.3": "Asha"}, {"1.3": "Asha"}),
        ({"a": "1", "a[b]": "2"}, {"a": "1", "a[b]": "2"}),
        ({"a[b]": "1", "a": "2"}, {"a": {"b": "1"}, "a (2)": "2"}),
        ({"a[b]c": "1", "[a]": "2", "a[": "3"}, {"a[b]c": "1", "[a]": "2", "a[": "3"}),
        ({"a" + "[b]" * 20: "1"}, {"a" + "[b]" * 20: "1"}),
    ],
)
def test_bracketed_names_are_taken_apart(fields: dict[str, Any], value: dict[str, Any]) -> None:
    assert value == nested(fields)


@given(st.lists(st.text("ab01[]", max_size=8), unique=True, max_size=6))
def test_no_value_is_lost_whatever_the_names(names: list[str]) -> None:
    values = [f"v{index}" for index in range(len(names))]

    assert sorted(leaves(nested(dict(zip(names, values, strict=True))))) == values


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]


def test_a_form_and_json_are_read_alike() -> None:
    posted = make_form({"names[first_name]": "Asha", "plan[0]": "Term", "plan[1]": "ULIP"})
    sent = make_inbound(orjson.dumps({"names": {"first_name": "Asha"}, "plan": ["Term", "ULIP"]}), JSON)

    assert read_records(posted) == read_records(sent)


def test_the_token_of_an_address_is_no_field() -> None:
    inbound = make_inbound(method="GET", query=(("token", "t"), ("mobile", "9876543210")))

    assert read_records(inbound) == [{"mobile": "9876543210"}]


def test_a_row_that_is_no_object_stays_where_it_is() -> None:
    assert read_records(make_inbound(b'[{"a":1},2]', JSON)) == [{"a": 1}, 2]
    assert read_records(make_inbound(b"[]", JSON)) == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([1], "records.not_an_object"),
        ([{}] * (MOST_RECORDS + 1), "records.too_many"),
        (None, "records.not_an_object"),
    ],
)
def test_a_body_without_fields_is_said_to_be_so(value: object, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_records(make_inbound(orjson.dumps(value), JSON))

    assert code == caught.value.code
