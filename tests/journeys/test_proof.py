"""A webhook is let in by its signature over the bytes as sent, once, and in time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from gateway.config import Auth
from gateway.sources.signatures import hmac_signature, standard_signature
from tests.journeys.conftest import SIGNED_SECRET, STANDARD_SECRET
from tests.journeys.running_gateway import RunningGateway
from tests.journeys.wire import Heard, ask, request

pytestmark = pytest.mark.journey

Phone = Callable[[], str]
Kept = Callable[[RunningGateway], int]

SIGNING = Auth(method="hmac", secrets=(SIGNED_SECRET,))
BODY = b'{"phone": "8099999998", "name": "Asha"}'
RIGHT = hmac_signature(SIGNING, SIGNED_SECRET, BODY)


def signed(gateway: RunningGateway, body: bytes, *signatures: str) -> Heard:
    headers = [f"X-Hub-Signature-256: {each}" for each in signatures]
    return ask(gateway.port, request("/webhooks/signed", body, *headers))


def standard(
    gateway: RunningGateway, message: str, body: bytes, *, late: int = 0, written: str = ""
) -> Heard:
    stamp = written or str(int(time.time()) - late)
    signature = standard_signature(STANDARD_SECRET, message, stamp, body)
    headers = (f"webhook-id: {message}", f"webhook-timestamp: {stamp}", f"webhook-signature: {signature}")
    return ask(gateway.port, request("/webhooks/standard", body, *headers))


@pytest.mark.parametrize(
    ("body", "signatures"),
    [
        (BODY, ()),
        (BODY, ("",)),
        (BODY, (RIGHT[:-1] + ("0" if RIGHT[-1] != "0" else "1"),)),
        (BODY, (RIGHT.replace("sha256=", "sha1="),)),
        (BODY, (RIGHT.removeprefix("sha256="),)),
        (BODY, ("sha256=" + RIGHT.removeprefix("sha256=").upper(),)),
        (BODY, ("sha256=\xe9\xff",)),
        (BODY, (RIGHT, RIGHT)),
        (BODY, (hmac_signature(SIGNING, "", BODY),)),
        (BODY[:-1] + b" }", (RIGHT,)),
        (BODY.replace(b": ", b":"), (RIGHT,)),
        (b"", (RIGHT,)),
    ],
)
def test_any_other_signature_is_a_401_that_does_not_say_why(
    open_gateway: RunningGateway, kept: Kept, body: bytes, signatures: tuple[str, ...]
) -> None:
    before = kept(open_gateway)
    heard = signed(open_gateway, body, *signatures)

    assert (heard.status, heard.reason) == (401, "auth.refused")
    assert "signature" in heard.json["detail"], "the same sentence for every cause"
    assert kept(open_gateway) == before


def test_the_right_signature_lets_in(open_gateway: RunningGateway, phone: Phone) -> None:
    body = b'{"phone": "%s"}' % phone().encode()

    assert signed(open_gateway, body, hmac_signature(SIGNING, SIGNED_SECRET, body)).status == 200


@pytest.mark.parametrize("written", ["", "NaN", "1" + "0" * 30, "-1", "1.7e9", "0"])
def test_a_time_long_ago_or_impossible_is_refused_though_it_is_signed(
    open_gateway: RunningGateway, kept: Kept, written: str
) -> None:
    before = kept(open_gateway)
    if written:
        assert standard(open_gateway, "msg_time", BODY, written=written).status == 401
    else:
        assert standard(open_gateway, "msg_old", BODY, late=302).status == 401
        assert standard(open_gateway, "msg_new", BODY, late=-302).status == 401
    assert kept(open_gateway) == before


def test_a_message_played_again_is_acknowledged_and_no_second_lead(
    open_gateway: RunningGateway, phone: Phone
) -> None:
    first = standard(open_gateway, "msg_again", b'{"phone": "%s"}' % phone().encode())
    again = standard(open_gateway, "msg_again", b'{"phone": "%s"}' % phone().encode())

    assert [each.json["leads"][0]["status"] for each in (first, again)] == ["queued", "duplicate"]
