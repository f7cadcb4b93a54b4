"""Bodies of every kind are read, within limits, by content type or by their look."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sources.base import Inbound, Unreadable
from gateway.sources.body import read_anything, read_fields
from tests.sources.making import FORM, JSON, make_form, make_inbound, make_multipart, text_part

FILE = 'Content-Disposition: form-data; name="cv"; filename="{}"\r\nContent-Type: text/plain\r\n\r\n{}'


def read(inbound: Inbound) -> dict[str, Any]:
    return read_fields(inbound, plain_text=True, repeats=True)


def code_of(inbound: Inbound, *, plain_text: bool = False, repeats: bool = False) -> str:
    with pytest.raises(Unreadable) as caught:
        read_fields(inbound, plain_text=plain_text, repeats=repeats)
    return caught.value.code


def test_json_a_form_and_a_multipart_form_say_the_same() -> None:
    wanted = {"name": "आशा", "phone": "9876543210"}

    assert wanted == read(make_inbound('{"name":"आशा","phone":"9876543210"}'.encode(), JSON))
    assert wanted == read(make_form(wanted))
    assert wanted == read(make_multipart(text_part("name", "आशा"), text_part("phone", "9876543210")))


def test_a_beacon_sends_json_as_plain_text() -> None:
    beacon = make_inbound(b'{"phone":"9876543210"}', {"content-type": "text/plain;charset=UTF-8"})

    assert read(beacon) == {"phone": "9876543210"}
    assert code_of(beacon) == "body.media_type"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "body.media_type"),
        ({"content-type": "text/json"}, "body.media_type"),
        ({"content-type": "application/xml"}, "body.media_type"),
        ({"content-type": "application/json; charset=utf-16"}, "body.charset"),
        ({"content-type": "application/json; charset=latin-1"}, "body.charset"),
        (JSON | {"content-encoding": "gzip"}, "body.encoded"),
        (JSON | {"content-encoding": "br"}, "body.encoded"),
    ],
)
def test_a_caller_is_held_to_its_content_type(headers: dict[str, str], code: str) -> None:
    assert code == code_of(make_inbound(b'{"phone":"9876543210"}', headers))


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"12"])
def test_a_lead_is_one_object(body: bytes) -> None:
    assert code_of(make_inbound(body, JSON)) == "body.not_an_object"


def test_a_field_sent_twice_is_a_problem_for_a_program_and_a_group_for_a_form() -> None:
    twice = make_form([("want", "gold"), ("want", ""), ("want", "silver")])

    assert code_of(twice) == "field.duplicate"
    assert read(twice) == {"want": "gold, silver"}


def test_an_unused_file_input_is_no_field_and_a_file_is_refused() -> None:
    unused = make_multipart(FILE.format("", ""), text_part("phone", "9876543210"))

    assert read(unused) == {"phone": "9876543210"}
    assert code_of(make_multipart(FILE.format("cv.txt", "hello"))) == "body.file"


def test_counts_are_bounded() -> None:
    assert code_of(make_form([(f"f{n}", "1") for n in range(10_000)])) == "body.too_many_fields"
    assert code_of(make_multipart(*(text_part(f"f{n}", "1") for n in range(101)))) == "body.too_many_fields"
    many = b"{" + b",".join(b'"k%d":1' % n for n in range(201)) + b"}"
    assert code_of(make_inbound(many, JSON)) == "body.too_many_fields"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"--XX\r\nContent-Dis", "multipart/form-data; boundary=XX"),
        (b'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "multipart/form-data; boundary=XX"),
        (b"", "multipart/form-data; boundary=XX"),
        (b"a=1", "multipart/form-data"),
        (b"a=1", "multipart/form-data; boundary=" + "x" * 200),
    ],
)
def test_a_broken_multipart_form_is_named(body: bytes, content_type: str) -> None:
    assert code_of(make_inbound(body, {"content-type": content_type})) == "body.multipart"


def test_text_that_is_not_utf8_is_named() -> None:
    assert code_of(make_inbound(b"name=%E4", FORM)) == "body.not_utf8"
    assert code_of(make_inbound(b"name=\xe4", FORM)) == "body.not_utf8"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/octet-stream", ""])
def test_a_webhook_is_read_by_its_look(content_type: str) -> None:
    headers = {"content-type": content_type}

    assert read_anything(make_inbound(b' {"a":"1"}', headers), without=frozenset()) == {"a": "1"}
    assert read_anything(make_inbound(b"<r><a>1</a></r>", headers), without=frozenset()) == {"r": {"a": "1"}}


def test_a_webhook_may_use_an_old_character_set() -> None:
    latin = make_inbound(b"name=Andr%E9", {"content-type": FORM["content-type"] + "; charset=ISO-8859-1"})

    assert read_anything(latin, without=frozenset()) == {"name": "André"}


def test_a_webhook_without_a_body_is_read_from_its_query() -> None:
    inbound = make_inbound(method="GET", query=(("token", "t"), ("mobile", "9876543210")))

    assert read_anything(inbound, without=frozenset({"token"})) == {"mobile": "9876543210"}


def test_xml_becomes_what_a_mapping_can_address() -> None:
    body = b'<?xml version="1.0"?><x:Res xmlns:x="u"><Qry id="7"><M>98</M></Qry><Qry>b</Qry><E/></x:Res>'

    assert read_anything(make_inbound(body), without=frozenset()) == {
        "Res": {"Qry": [{"@id": "7", "M": "98"}, "b"], "E": ""}
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<a><b></a>", "body.xml"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "body.xml"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a/>', "body.xml"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "body.xml"),
        (b"<a>" * 17 + b"</a>" * 17, "body.too_deep"),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "body.too_deep"),
        (b"hello", "body.unknown"),
        (b"\x89PNG\r\n", "body.unknown"),
    ],
)
def test_a_webhook_body_that_cannot_be_read_is_named(body: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_anything(make_inbound(body), without=frozenset())

    assert code == caught.value.code


@given(
    st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(lambda raw: b"--XX\r\n" + raw)),
    st.sampled_from(
        ["", "application/json", FORM["content-type"], "multipart/form-data; boundary=XX", "text/xml"]
    ),
)
def test_no_body_raises_anything_else(body: bytes, content_type: str) -> None:
    inbound = make_inbound(body, {"content-type": content_type})
    for read_it in (read, lambda each: read_anything(each, without=frozenset())):
        with suppress(Unreadable):
            read_it(inbound)
