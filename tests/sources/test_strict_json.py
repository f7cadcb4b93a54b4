"""JSON is read strictly, quickly, and never with an exception nobody expects."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sources import strict_json
from gateway.sources.base import Unreadable
from tests.work import steps_of


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "body.not_json"),
        (b"{", "body.not_json"),
        (b'{"a":1} x', "body.not_json"),
        (b'{"a":1}{"b":2}', "body.not_json"),
        (b"[" * 100_000, "body.too_deep"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "body.too_deep"),
        (b"[" * 17 + b"]" * 17, "body.too_deep"),
        (b"1" * 5_000, "body.number"),
        (b'{"a":-123456789012345678901}', "body.number"),
        (b'{"a":1e999}', "body.number"),
        (b'{"a":1E400}', "body.number"),
        (b'{"a":NaN}', "body.number"),
        (b'{"a":-Infinity}', "body.number"),
        ('{"a":1}'.encode("utf-16"), "body.not_utf8"),
        (b'{"a":"\xff"}', "body.not_utf8"),
        (b'{"a":1,"a":2}', "field.duplicate"),
        (b'{"x":[{"a":1,"a":1}]}', "field.duplicate"),
        (rb'{"a":"\ud800"}', "body.surrogate"),
        (rb'{"\udfff":"a"}', "body.surrogate"),
    ],
)
def test_what_is_not_strict_json_is_named(raw: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        strict_json.loads(raw)

    assert code == caught.value.code


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"\xef\xbb\xbf[1]", [1]),
        (b'"text"', "text"),
        (b"null", None),
        (b"-0", 0),
        (b"[" * 16 + b"]" * 16, None),
        (rb'{"n":"\ud83d\ude00"}', {"n": "\U0001f600"}),
        ('{"n":"आशा"}'.encode(), {"n": "आशा"}),
        (b'{"id":123456789012345678}', {"id": 123456789012345678}),
    ],
)
def test_strict_json_is_read(raw: bytes, value: object) -> None:
    found = strict_json.loads(raw)

    assert value is None or value == found


def test_an_id_too_long_for_64_bits_stays_exact() -> None:
    assert strict_json.loads(b'{"id":99999999999999999999}') == {"id": "99999999999999999999"}


@pytest.mark.parametrize(
    "body_of",
    [
        lambda size: b"[" * size,
        lambda size: b"{" + b",".join(b'"k%d":1' % n for n in range(size // 10)) + b"}",
        lambda size: b"[" + b"1," * (size // 2) + b"1]",
        lambda size: b'"' + b"\\u0301" * (size // 6) + b'"',
    ],
    ids=["deep", "many names", "many items", "many accents"],
)
def test_a_body_twice_as_long_is_at_most_twice_the_work(body_of: Callable[[int], bytes]) -> None:
    once, twice = (
        steps_of(lambda size=size: strict_json.loads(body_of(size)), ignoring=Unreadable)
        for size in (32_000, 64_000)
    )

    assert twice <= 2.2 * once + 1000


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(raw: bytes) -> None:
    with suppress(Unreadable):
        strict_json.loads(raw)
