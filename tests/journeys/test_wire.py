"""Bytes that are no honest request leave nothing behind, and what follows them is never taken for one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import PORTAL_TOKEN
from tests.journeys.running_gateway import RunningGateway
from tests.journeys.wire import ask, chunked, framed, request, wire

pytestmark = pytest.mark.journey

Phone = Callable[[], str]
Kept = Callable[[RunningGateway], int]

JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
BODY = b'{"mobile_no": "8099999999"}'
LENGTH = f"Content-Length: {len(BODY)}"
LIMIT = 65_536


def bearer(gateway: RunningGateway) -> str:
    return f"Authorization: Bearer {gateway.key}"


def lead(phone: str) -> bytes:
    return b'{"mobile_no": "%s"}' % phone.encode()


@pytest.mark.parametrize(
    ("framing", "body"),
    [
        ((LENGTH, CHUNKED), chunked(BODY)),
        ((LENGTH, "Content-Length: 5"), BODY),
        ((LENGTH, LENGTH), BODY),
        (("Content-Length: +27",), BODY),
        (("Content-Length: -1",), BODY),
        (("Content-Length: 27, 27",), BODY),
        (("Content-Length: 0x1b",), BODY),
        (("Content-Length: 2_7",), BODY),
        (("Content-Length:",), BODY),
        (("Transfer-Encoding : chunked",), chunked(BODY)),
        ((CHUNKED, CHUNKED), chunked(BODY)),
        (("Transfer-Encoding: chunked, identity",), chunked(BODY)),
        (("Transfer-Encoding: identity",), BODY),
        (("Transfer-Encoding: xchunked",), chunked(BODY)),
        ((LENGTH, "X-Folded: a\r\n b"), BODY),
        ((LENGTH, "X-Nothing: a\0b"), BODY),
        ((LENGTH, "X-Return: a\rb"), BODY),
        ((LENGTH, "Host: other.example"), BODY),
        ((LENGTH, "Content-Type: text/plain"), BODY),
        ((LENGTH, "No colon"), BODY),
    ],
)
def test_a_request_with_two_meanings_is_refused_and_nothing_behind_it_is_read(
    open_gateway: RunningGateway, kept: Kept, framing: tuple[str, ...], body: bytes
) -> None:
    before = kept(open_gateway)
    behind = framed("/livez", b"", method="GET")
    with wire(open_gateway.port) as connection:
        heard = connection.say(
            framed("/v1/leads", body + behind, bearer(open_gateway), JSON, *framing)
        ).hear()

        assert heard.status in (400, 501)
        assert connection.has_ended()
    assert kept(open_gateway) == before
    assert heard.header("content-type") == "application/problem+json"
    assert heard.header("server") == "gateway"
    assert heard.reason == "request.invalid"
    assert heard.json["status"] == heard.status
    assert heard.json["instance"] == f"urn:uuid:{heard.header('x-request-id')}"


@pytest.mark.parametrize(
    "first_line",
    [
        "post /v1/leads HTTP/1.1",
        "POST v1/leads HTTP/1.1",
        "POST /v1/leads HTTP/2.0",
        "POST /v1/leads",
        "POST /a b HTTP/1.1",
    ],
)
def test_a_broken_request_line_is_refused(open_gateway: RunningGateway, first_line: str) -> None:
    good = framed("/v1/leads", BODY, bearer(open_gateway), JSON, LENGTH)

    with wire(open_gateway.port) as connection:
        heard = connection.say(first_line.encode() + b"\r\n" + good.split(b"\r\n", 1)[1]).hear()

        assert (heard.status, heard.reason) == (400, "request.invalid")
        assert connection.has_ended()


def test_lines_must_end_as_http_says(open_gateway: RunningGateway, kept: Kept) -> None:
    before = kept(open_gateway)
    good = framed("/v1/leads", BODY, bearer(open_gateway), JSON, LENGTH)

    assert ask(open_gateway.port, good.replace(b"\r\n", b"\n")).status == 400
    assert kept(open_gateway) == before


@pytest.mark.parametrize(
    "broken",
    [
        b"zz\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"0x1b\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"-1b\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"1b\r\n" + BODY + b"XX0\r\n\r\n",
        b"1b\r\n" + BODY + b"\r\n0\r\nNo colon\r\n\r\n",
    ],
)
@pytest.mark.parametrize("door", ["/v1/leads", f"/webhooks/portal?token={PORTAL_TOKEN}", "/forms/website"])
def test_broken_chunks_are_a_400_and_no_lead(
    open_gateway: RunningGateway, kept: Kept, door: str, broken: bytes
) -> None:
    before = kept(open_gateway)
    with wire(open_gateway.port) as connection:
        heard = connection.say(
            framed(door, broken, bearer(open_gateway), JSON, CHUNKED, "Accept: application/json")
        ).hear()

        assert (heard.status, heard.reason) == (400, "request.invalid")
        assert connection.has_ended()
    assert kept(open_gateway) == before


def test_whole_chunks_are_a_lead_and_their_trailers_prove_nothing(
    open_gateway: RunningGateway, phone: Phone
) -> None:
    body = lead(phone())
    whole = framed("/v1/leads", chunked(body[:5], body[5:]), bearer(open_gateway), JSON, CHUNKED)
    late = chunked(body)[:-2] + f"X-Gateway-Token: {PORTAL_TOKEN}\r\n\r\n".encode()

    assert ask(open_gateway.port, whole).status == 201
    assert ask(open_gateway.port, framed("/webhooks/portal", late, JSON, CHUNKED)).status == 401


# -- too much, too little ------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["/v1/leads", "/forms/website"])
def test_a_body_over_the_limit_is_a_413_however_it_is_framed(
    open_gateway: RunningGateway, kept: Kept, door: str
) -> None:
    before = kept(open_gateway)
    body = b'{"mobile_no": "8099999999", "note": "' + b"x" * LIMIT + b'"}'
    more = (bearer(open_gateway), "Accept: application/json")

    for framing in (
        request(door, body, *more),
        framed(door, chunked(body[:40_000], body[40_000:]), JSON, CHUNKED, *more),
        request(door, b"", *more, length=10**11),  # announced is enough: nobody waits for it
    ):
        heard = ask(open_gateway.port, framing)
        assert (heard.status, heard.reason) == (413, "body.too_large")
    assert kept(open_gateway) == before


@pytest.mark.parametrize("door", ["/v1/leads", f"/webhooks/portal?token={PORTAL_TOKEN}", "/forms/website"])
@pytest.mark.parametrize("part", [b"", b'{"mobile_no": "80999', BODY])
def test_a_body_cut_off_on_the_way_is_no_lead(
    open_gateway: RunningGateway, kept: Kept, door: str, part: bytes
) -> None:
    before = kept(open_gateway)
    cut = request(door, part, bearer(open_gateway), "Accept: application/json", length=500)

    heard = ask(open_gateway.port, cut, no_more=True)

    assert (heard.status, heard.reason, heard.json["retryable"]) == (400, "body.cut_off", True)
    assert kept(open_gateway) == before


def test_bytes_beyond_the_announced_body_are_the_next_request(
    open_gateway: RunningGateway, phone: Phone
) -> None:
    first, second = phone(), phone()
    with wire(open_gateway.port) as connection:
        connection.say(
            request("/v1/leads", lead(first), bearer(open_gateway))
            + request("/v1/leads", lead(second), bearer(open_gateway))
        )
        answers = [connection.hear(), connection.hear()]

    assert [each.status for each in answers] == [201, 201]
    assert answers[0].header("x-request-id") != answers[1].header("x-request-id")
    assert answers[0].json["lead"]["id"] != answers[1].json["lead"]["id"]


def test_who_asks_before_sending_the_body_is_told_to_go_on(
    open_gateway: RunningGateway, phone: Phone
) -> None:
    body = lead(phone())
    with wire(open_gateway.port) as connection:
        head = request("/v1/leads", b"", bearer(open_gateway), "Expect: 100-continue", length=len(body))
        go_on = connection.say(head).hear()
        answer = connection.say(body).hear()

    assert (go_on.status, answer.status) == (100, 201)


def test_who_asks_and_never_sends_the_body_leaves_nothing(open_gateway: RunningGateway, kept: Kept) -> None:
    before = kept(open_gateway)
    head = request("/v1/leads", b"", bearer(open_gateway), "Expect: 100-continue", length=30)
    with wire(open_gateway.port) as connection:
        answers = [connection.say(head, no_more=True).hear().status, connection.hear().status]

    assert answers == [100, 400]
    assert ask(open_gateway.port, head.replace(b"100-continue", b"wonders")).status == 417
    assert kept(open_gateway) == before


@pytest.mark.parametrize(
    ("target", "header", "status"),
    [
        ("/livez?a=" + "x" * 9_000, "X-A: a", 414),
        ("/livez", "X-A: " + "x" * 9_000, 431),
        ("/livez", "\r\n".join(f"X-{number}: a" for number in range(150)), 431),
        ("/livez?a=" + "x" * 5_000, "X-A: " + "x" * 5_000, 200),
    ],
)
def test_addresses_and_headers_have_an_end(
    open_gateway: RunningGateway, target: str, header: str, status: int
) -> None:
    heard = ask(open_gateway.port, framed(target, b"", header, method="GET"))

    assert heard.status == status
    assert status == 200 or heard.reason == "request.invalid"


# -- compressed, disguised -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "framing",
    [
        ("Content-Encoding: gzip", CHUNKED),
        ("Content-Encoding: br", CHUNKED),
        ("Transfer-Encoding: gzip, chunked",),
    ],
)
def test_a_compressed_body_is_refused(open_gateway: RunningGateway, framing: tuple[str, ...]) -> None:
    heard = ask(open_gateway.port, framed("/v1/leads", chunked(BODY), bearer(open_gateway), JSON, *framing))

    assert (heard.status, heard.reason) == (415, "body.encoded")


def test_a_header_spelt_with_underscores_is_not_the_header(open_gateway: RunningGateway) -> None:
    by_underscore = request("/webhooks/portal", BODY, f"X_Gateway_Token: {PORTAL_TOKEN}")

    assert ask(open_gateway.port, by_underscore).status == 401
