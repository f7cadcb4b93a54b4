"""What every kind of source must do, whoever writes it: read its sample, and survive everything else."""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.leads.lead import Lead, Submission
from gateway.sources import sampling
from gateway.sources.base import Inbound, Kind, NotAuthentic, SourceError, Unreadable
from gateway.sources.keeping import keep
from gateway.sources.registry import SOURCES
from tests.sources.contract import (
    FETCHED,
    IDLESS,
    SECRET,
    WEBHOOKS,
    kept_inbound,
    kind_of,
    made,
    made_of,
    read,
    sample_of,
    source_of,
)
from tests.sources.making import make_inbound, make_source

KINDS = sorted(SOURCES)
ANY_BODY = st.one_of(
    st.binary(max_size=150),
    st.sampled_from(
        [b"{}", b"[]", b"null", b'{"a":[{"b":null}]}', b"a=1&b=2", b"<a><b/></a>", b"[[[[[[]]]]]]", b"{\x00}"]
    ),
)
ANY_TYPE = st.sampled_from(
    [
        "",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=X",
        "text/plain",
        "text/xml",
    ]
)
ANY_QUERY = st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=4).map(tuple)
ANY_VALUE = st.recursive(
    st.sampled_from([None, True, False, 0, -1, 2.5, 10**19, "", "x", "\x00", "नाम", "9876543210", "a.b[0]"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "value", "0"]), inner)
    ),
    max_leaves=6,
)
UNKNOWN = ("zz_a_field_of_tomorrow", "42")


# -- its sample ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_sample_is_proven_and_becomes_a_lead(name: str) -> None:
    source = source_of(name)
    inbound = sample_of(source)

    kind_of(source).verify(source, inbound)
    submissions = read(source, inbound)

    assert submissions
    for submission in submissions:
        lead = made(source, submission)
        assert isinstance(lead, Lead) != (name in FETCHED), lead
        assert not submission.test


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_sample_is_sent_to_its_own_source(name: str) -> None:
    inbound = sample_of(source_of(name, name="another-name"))

    assert inbound.path == "/webhooks/another-name"
    assert all(header == header.lower() for header in inbound.headers)


@pytest.mark.parametrize("name", [name for name in WEBHOOKS if name not in IDLESS])
def test_the_platforms_own_id_is_the_key_of_a_lead(name: str) -> None:
    """So that a lead sent twice is one lead."""
    source = source_of(name)
    first, again, other = (
        [submission.key for submission in read(source, sample_of(source, number))] for number in (1, 1, 2)
    )

    assert first == again
    assert all(isinstance(key, str) and key for key in first)
    assert not set(first) & set(other)


@pytest.mark.parametrize("name", sorted(IDLESS & set(WEBHOOKS)))
def test_where_a_platform_has_no_id_there_is_no_key_or_one_of_the_delivery(name: str) -> None:
    """A made-up key that two people share would lose one of them."""
    source = source_of(name)
    first, other = (
        {submission.key for submission in read(source, sample_of(source, number))} for number in (1, 2)
    )

    assert first == other == {None} or not first & other


@pytest.mark.parametrize("name", [name for name in WEBHOOKS if name not in FETCHED])
def test_each_number_of_a_sample_is_another_person(name: str) -> None:
    """`gateway send --sample` finds its lead by the number."""
    source = source_of(name)
    for number in (1, 2, 99_999):
        leads = [made(source, submission) for submission in read(source, sample_of(source, number))]
        assert {lead.phone for lead in leads if isinstance(lead, Lead)} == {sampling.phone(number)}


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_kept_enquiry_is_read_again_as_it_was_read_first(name: str) -> None:
    """What the store keeps of a delivery, without secrets and most headers, is enough."""
    source = source_of(name)
    inbound = sample_of(source)

    assert read(source, kept_inbound(source, inbound)) == read(source, inbound)


@pytest.mark.parametrize("name", WEBHOOKS)
def test_no_secret_of_the_source_is_kept(name: str) -> None:
    source = source_of(name)
    inbound = sample_of(source)
    asked = replace(
        inbound, method="GET", body=b"", query=(*inbound.query, ("token", SECRET), ("mobile", "1"))
    )

    for each in (inbound, asked):
        assert SECRET not in str(keep(source, kind_of(source), each, "ID"))
        with suppress(Unreadable):
            assert SECRET not in str(read(source, each))


# -- what changes in a delivery without changing the lead ----------------------------------------------------


@pytest.mark.parametrize("name", WEBHOOKS)
def test_a_field_nobody_knows_yet_changes_nothing(name: str) -> None:
    source = source_of(name)
    inbound = sample_of(source)

    assert made_of(source, with_unknown_field(inbound)) == made_of(source, inbound)


@pytest.mark.parametrize("name", WEBHOOKS)
def test_the_order_of_names_changes_nothing(name: str) -> None:
    source = source_of(name)
    inbound = sample_of(source)

    assert made_of(source, in_other_order(inbound)) == made_of(source, inbound)


@pytest.mark.parametrize("name", WEBHOOKS)
@pytest.mark.parametrize("content_type", ["", "text/plain", "application/octet-stream"])
def test_json_is_read_whatever_its_content_type_says(name: str, content_type: str) -> None:
    source = source_of(name)
    inbound = sample_of(source)
    if json_of(inbound) is None:
        return
    disguised = replace(inbound, headers={**inbound.headers, "content-type": content_type})

    assert made_of(source, disguised) == made_of(source, inbound)


# -- everything else -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=40, deadline=None)
@given(body=ANY_BODY, content_type=ANY_TYPE, query=ANY_QUERY, method=st.sampled_from(["GET", "POST"]))
def test_a_kind_reads_submissions_or_says_why_not(
    name: str, body: bytes, content_type: str, query: tuple[tuple[str, str], ...], method: str
) -> None:
    kind = SOURCES[name]
    source = source_of(name) if name in WEBHOOKS else make_source(kind=name)
    inbound = make_inbound(body, {"content-type": content_type}, query=query, method=method)

    with suppress(Unreadable):
        assert all(isinstance(each, Submission) for each in kind.parse(source, inbound))
    with suppress(NotAuthentic):
        kind.verify(source, inbound)
    with suppress(SourceError):
        kind.handshake(source, inbound)
    assert keep(source, kind, inbound, "ID").body == body


@pytest.mark.parametrize("name", WEBHOOKS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_delivery_bent_out_of_shape_is_read_or_said_to_be_unreadable(
    name: str, data: st.DataObject
) -> None:
    """Values of other types in all places: whatever is read of it can be judged, too."""
    source = source_of(name)
    inbound = bent(sample_of(source), data)

    with suppress(Unreadable):
        for submission in read(source, inbound):
            made(source, submission)
    with suppress(NotAuthentic):
        kind_of(source).verify(source, inbound)


def test_the_names_of_kinds_are_plain() -> None:
    for name, kind in SOURCES.items():
        assert name.replace("_", "").isalnum()
        assert isinstance(kind, Kind)


# -- a delivery, changed -------------------------------------------------------------------------------------


def json_of(inbound: Inbound) -> Any:
    """The JSON of a delivery; None where it is something else."""
    try:
        return orjson.loads(inbound.body)
    except orjson.JSONDecodeError:
        return None


def with_unknown_field(inbound: Inbound) -> Inbound:
    value = json_of(inbound)
    if isinstance(value, dict):
        return replace(inbound, body=orjson.dumps({**value, UNKNOWN[0]: UNKNOWN[1]}))
    if is_form(inbound):
        return replace(inbound, body=inbound.body + b"&" + urlencode([UNKNOWN]).encode())
    return replace(inbound, query=(*inbound.query, UNKNOWN))


def in_other_order(inbound: Inbound) -> Inbound:
    value = json_of(inbound)
    if value is not None:
        return replace(inbound, body=orjson.dumps(backwards(value)))
    if is_form(inbound):
        pairs = parse_qsl(inbound.body.decode(), keep_blank_values=True)
        return replace(inbound, body=urlencode(pairs[::-1]).encode())
    return replace(inbound, query=inbound.query[::-1])


def backwards(value: Any) -> Any:
    """The same JSON with the names of every object in the opposite order; the order of arrays has a meaning."""
    if isinstance(value, dict):
        return {name: backwards(inner) for name, inner in reversed(value.items())}
    return [backwards(inner) for inner in value] if isinstance(value, list) else value


def is_form(inbound: Inbound) -> bool:
    return inbound.media_type == "application/x-www-form-urlencoded"


def bent(inbound: Inbound, data: st.DataObject) -> Inbound:
    """The delivery with values of any type where others belong, or with bytes cut out of it."""
    value = json_of(inbound)
    if value is not None:
        value = copy.deepcopy(value)
        for _ in range(data.draw(st.integers(1, 3))):
            value = with_another_value(value, data)
        return replace(inbound, body=orjson.dumps(value, default=str, option=orjson.OPT_PASSTHROUGH_DATETIME))
    if inbound.body:
        start, end = sorted((data.draw(places(inbound.body)), data.draw(places(inbound.body))))
        return replace(inbound, body=inbound.body[:start] + data.draw(ANY_BODY) + inbound.body[end:])
    return replace(inbound, query=tuple((name, data.draw(st.text(max_size=20))) for name, _ in inbound.query))


def places(body: bytes) -> st.SearchStrategy[int]:
    return st.integers(0, len(body))


def with_another_value(value: Any, data: st.DataObject) -> Any:
    if not isinstance(value, dict | list) or not value or data.draw(st.integers(0, 4)) == 0:
        return data.draw(ANY_VALUE)
    key = data.draw(st.sampled_from(list(value) if isinstance(value, dict) else range(len(value))))
    value[key] = with_another_value(value[key], data)
    return value
