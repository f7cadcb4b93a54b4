"""The shape of a delivery has names and kinds, in the words a mapping uses, and never a value."""

from __future__ import annotations

import jmespath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.kinds import KINDS
from gateway.sources.base import Door
from gateway.sources.keeping import keep
from gateway.sources.registry import SOURCES
from gateway.watching.shape import MOST_FIELDS, shape_of, shapes_of
from tests.sources.contract import FETCHED, WEBHOOKS, kind_of, sample_of, source_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def test_each_field_has_its_path_and_its_kind() -> None:
    value = {
        "mobile": "9876543210",
        "budget": 40.5,
        "visit": True,
        "contact": {"city": "Pune", "pin code": 411001},
        "plots": [{"id": 1}, {"id": 2, "size": "big"}],
        "tags": ["a", "b"],
        "note": "",
        "nothing": None,
        "php": [],
    }

    assert shape_of(value) == {
        "mobile": "text",
        "budget": "number",
        "visit": "flag",
        "contact": "object",
        "contact.city": "text",
        'contact."pin code"': "number",
        "plots": "list",
        "plots[0].id": "number",
        "plots[0].size": "text",
        "tags": "list",
        "note": None,
        "nothing": None,
        "php": None,
    }


def test_a_path_leads_to_its_field() -> None:
    value = {"answer": {'What is your "budget"?': "x", "क्या": "y"}, "a.b": "z"}

    found = {jmespath.search(path, value) for path in shape_of(value) if path != "answer"}

    assert found == {"x", "y", "z"}


@pytest.mark.parametrize("name", ["9876543210", "asha@example.com", "phone of +91 98765 43210", ""])
def test_a_name_that_holds_a_persons_data_is_left_out(name: str) -> None:
    assert shape_of({name: "x", "answers": {name: {"inner": 1}}}) == {"answers": "object"}


def test_no_delivery_is_too_large() -> None:
    assert len(shape_of({f"field{number}": number for number in range(5_000)})) == MOST_FIELDS
    deep: dict[str, object] = {}
    for _ in range(500):
        deep = {"a": deep}
    assert len(shape_of(deep)) == 6


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_has_a_shape_and_no_value_is_in_it(value: object) -> None:
    for path, kind in shape_of(value).items():
        assert path
        assert kind in {None, "text", "number", "flag", "list", "object"}


@pytest.mark.parametrize("name", sorted(set(WEBHOOKS) - set(FETCHED)))
def test_a_delivery_of_every_kind_shows_its_fields(name: str) -> None:
    """Through the eyes of its own mapping, so that every path can be written into the configuration."""
    source = source_of(name)
    enquiry = keep(source, kind_of(source), sample_of(source), "ID")

    shapes = shapes_of(kind_of(source), source, enquiry)

    assert shapes
    assert all(len(shape) >= 2 for shape in shapes)
    assert not any("9876" in path for shape in shapes for path in shape)


def test_what_cannot_be_read_has_no_shape() -> None:
    source = source_of("generic")
    enquiry = keep(source, kind_of(source), sample_of(source), "ID")
    broken = type(enquiry)(**{**{name: getattr(enquiry, name) for name in enquiry.__slots__}, "body": b"{"})

    assert shapes_of(kind_of(source), source, broken) == []


def test_webhooks_are_the_kinds_that_are_watched() -> None:
    assert set(WEBHOOKS) == {name for name in KINDS if SOURCES[name].door is Door.WEBHOOK}
