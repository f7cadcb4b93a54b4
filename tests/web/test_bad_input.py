"""Whatever is sent to whichever door, the answer is quick, fitting, and never a 500."""

from __future__ import annotations

import gzip
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.web.gateway_under_test import TOKEN, Gateway, opened

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
LIMIT = 65_536


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for all requests of this file that leave nothing another test could trip over."""
    with opened(Path(tmp_path_factory.mktemp("bad")), deliver=False) as running:
        yield running


def at_door(
    gateway: Gateway, door: str, body: bytes, content_type: str | None, **request: Any
) -> TestResponse:
    headers = {"Content-Type": content_type} if content_type is not None else {}
    headers |= request.pop("headers", {})
    if door == "partner":
        return gateway.lead(data=body, headers={"Prefer": "wait=0"} | headers, **request)
    if door == "webhook":
        return gateway.ask(
            "POST", "/webhooks/portal", data=body, headers={"X-Gateway-Token": TOKEN} | headers, **request
        )
    return gateway.ask(
        "POST", "/forms/website", data=body, headers={"X-Requested-With": "XMLHttpRequest"} | headers
    )


HOSTILE = [
    (b"[" * 60_000, JSON),
    (b"{" + b",".join(b'"%d":1' % n for n in range(5_000)) + b"}", JSON),
    (b"[" + b"1," * 30_000 + b"1]", JSON),
    (b'{"MobileNo":' + b"9" * 5_000 + b"}", JSON),
    (b'{"MobileNo":1e999}', JSON),
    (b'{"MobileNo":NaN}', JSON),
    (b'{"MobileNo":-0}', JSON),
    (b'{"MobileNo":9876543210.5}', JSON),
    (b'{"MobileNo":[[[[["9876543210"]]]]]}', JSON),
    (b'{"MobileNo":{"a":"b"}}', JSON),
    (b'{"MobileNo":true,"CustomerName":null}', JSON),
    (b"\xef\xbb\xbf{}", JSON),
    ('{"MobileNo":"9876543210"}'.encode("utf-16"), JSON),
    (b'{"MobileNo":"9876543210"} trailing', JSON),
    (b'"text"', JSON),
    (b"null", JSON),
    (b"", JSON),
    (rb'{"MobileNo":"\ud800"}', JSON),
    (rb'{"CustomerName":"\u0000","MobileNo":"98765\u000043210"}', JSON),
    ('{"CustomerName":"\u202e\u200b\ufdfa\u3164","MobileNo":"9876543210"}'.encode(), JSON),
    (('{"CustomerName":"' + "\u0301" * 20_000 + '"}').encode(), JSON),
    (b"&".join(b"f%d=1" % n for n in range(5_000)), FORM),
    (b"phone=1&phone=2&phone[]=3", FORM),
    (b"phone=%", FORM),
    (b"phone=%ff%fe", FORM),
    (b"=&=&&;", FORM),
    (b"phone=" + b"9" * 60_000, FORM),
    (b"--X\r\n" * 1_000, "multipart/form-data; boundary=X"),
    (b"\r\n" * 30_000, "multipart/form-data; boundary=X"),
    (b"a=1", "multipart/form-data"),
    (b"<a>" * 20_000, "application/xml"),
    (b"x", "text/json"),
    (b"x", ""),
    (b"x", "application/json; charset=utf-16"),
    (b"x", "\xe9/\xe9; charset=\xe9"),
]  # fmt: skip


@pytest.mark.parametrize("door", ["partner", "webhook", "form"])
@pytest.mark.parametrize(("body", "content_type"), HOSTILE)
def test_hostile_bodies_are_answered_quickly_and_fittingly(
    shared: Gateway, door: str, body: bytes, content_type: str
) -> None:
    started = time.perf_counter()
    answer = at_door(shared, door, body, content_type)

    assert time.perf_counter() - started < 10, "a body that takes for ever, not a busy machine"
    allowed = {200} if door == "webhook" else {200, 202, 400, 413, 415, 422}
    assert answer.status_code in allowed
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("door", ["partner", "webhook", "form"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(
        st.binary(max_size=120),
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.dictionaries(
            st.sampled_from(["phone", "MobileNo", "CustomerName", "_next", "a"]),
            st.text(max_size=30),
            max_size=4,
        ).map(lambda fields: repr(fields).replace("'", '"').encode("utf-8", "surrogatepass")),
    ),
    content_type=st.sampled_from(
        [JSON, FORM, "multipart/form-data; boundary=X", "text/plain", "text/xml", ""]
    ),
)
def test_no_body_makes_a_500(shared: Gateway, door: str, body: bytes, content_type: str) -> None:
    assert at_door(shared, door, body, content_type).status_code < 500


@pytest.mark.parametrize("door", ["partner", "webhook", "form"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["Prefer", "Idempotency-Key", "Content-Type", "Accept", "Origin", "Authorization",
                          "X-Api-Key", "X-Gateway-Token", "X-Forwarded-For", "Content-Encoding", "Referer"]),
    value=st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=40),
)  # fmt: skip
def test_no_header_makes_a_500(shared: Gateway, door: str, name: str, value: str) -> None:
    answer = at_door(shared, door, b'{"phone":"9876543210"}', None, headers={name: value})

    assert answer.status_code < 500


@pytest.mark.parametrize("door", ["partner", "form"])
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Encoding": "gzip"}, "body.encoded"),
        ({"Content-Encoding": "deflate"}, "body.encoded"),
        ({"Content-Type": "application/json; charset=utf-16"}, "body.charset"),
        ({"Content-Type": "text/json"}, "body.media_type"),
        ({"Content-Type": ""}, "body.media_type"),
    ],
)
def test_a_body_in_other_clothes_is_a_415(
    shared: Gateway, door: str, headers: dict[str, str], code: str
) -> None:
    answer = at_door(shared, door, gzip.compress(b'{"MobileNo":"9876543210"}'), JSON, headers=headers)

    assert (answer.status_code, answer.json["reason_code"]) == (415, code)


def as_gunicorn_sends(gateway: Gateway, door: str, body: bytes, length: int | None) -> TestResponse:
    """The stream ends by itself, whatever Content-Length says; None is a chunked request."""
    headers = {"Authorization": f"Bearer {gateway.key()}", "X-Requested-With": "XMLHttpRequest"}
    path = {"partner": "/v1/leads", "form": "/forms/website", "webhook": "/webhooks/many"}[door]
    environ = {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(body)}
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    return gateway.ask("POST", path, content_type=JSON, headers=headers, environ_overrides=environ)


@pytest.mark.parametrize("door", ["partner", "form"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_a_413_however_it_comes(gateway: Gateway, door: str, chunked: bool) -> None:
    body = b'{"MobileNo":"9876543210","CustomerName":"' + b"x" * LIMIT + b'"}'

    answer = as_gunicorn_sends(gateway, door, body, None if chunked else len(body))

    assert (answer.status_code, answer.json["reason_code"]) == (413, "body.too_large")
    assert gateway.stored() == []


@pytest.mark.parametrize("door", ["partner", "form", "webhook"])
@pytest.mark.parametrize("body", [b'{"MobileNo":"9876543210"}', b'{"MobileNo":"98765', b""])
def test_a_body_that_is_shorter_than_announced_leaves_no_lead(
    gateway: Gateway, door: str, body: bytes
) -> None:
    answer = as_gunicorn_sends(gateway, door, body, 500)

    assert (answer.status_code, answer.json["reason_code"]) == (400, "body.cut_off")
    assert gateway.stored() == []


def test_a_chunked_body_is_as_good_as_any(gateway: Gateway) -> None:
    answer = as_gunicorn_sends(gateway, "partner", b'{"MobileNo":"9876543210"}', None)

    assert answer.status_code == 201


def test_a_webhook_may_be_larger_but_not_endless(shared: Gateway) -> None:
    fits = b'[{"phone":"98"},{"note":"' + b"x" * 500_000 + b'"}]'
    too_large = b'[{"note":"' + b"x" * (1 << 20) + b'"}]'

    assert at_door(shared, "webhook", fits, JSON).status_code == 200
    assert at_door(shared, "webhook", too_large, JSON).status_code == 413


def test_a_partner_may_not_send_a_field_twice(shared: Gateway) -> None:
    for body, content_type in ((b"MobileNo=1&MobileNo=2", FORM), (b'{"MobileNo":"1","MobileNo":"2"}', JSON)):
        answer = at_door(shared, "partner", body, content_type)
        assert (answer.status_code, answer.json["reason_code"]) == (422, "field.duplicate")


def test_a_file_is_refused_with_a_sentence(shared: Gateway) -> None:
    body = b'--X\r\nContent-Disposition: form-data; name="cv"; filename="a.pdf"\r\n\r\n%PDF\r\n--X--\r\n'
    for door in ("partner", "form"):
        answer = at_door(shared, door, body, "multipart/form-data; boundary=X")
        assert (answer.status_code, answer.json["reason_code"]) == (415, "body.file")


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE leads; --", "\\", '"; #', "Robert'); --", "%s%n", "../../etc/passwd"]
)
def test_what_looks_like_code_is_text(gateway: Gateway, value: str) -> None:
    answer = gateway.script({"phone": "9876543210", "name": value, "city": value})

    assert answer.status_code == 201
    assert len(gateway.stored()) == 1


@pytest.mark.parametrize("name", ["आशा वर्मा", "محمد", "陳大文", "Zoë O’Neil"])
def test_names_in_every_script_arrive(gateway: Gateway, name: str) -> None:
    answer = gateway.lead({"MobileNo": "9876543210", "CustomerName": name})

    assert answer.status_code == 201
    story = gateway.store.story(answer.json["lead"]["id"])
    assert story is not None
    assert story.fields["CustomerName"][:2] == name[:2]
