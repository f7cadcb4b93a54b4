"""An enquiry is kept as it came, without the secrets that came with it."""

from __future__ import annotations

import pytest

from gateway.config import SourceConfig
from gateway.leads.lead import Enquiry
from gateway.sources.base import Inbound
from gateway.sources.keeping import keep
from gateway.sources.registry import SOURCES
from tests.sources.making import make_auth, make_inbound, make_source

SECRET = "s3cret/with+signs"
SOURCE = make_source(auth=make_auth("token", SECRET))


def kept(inbound: Inbound, source: SourceConfig = SOURCE) -> Enquiry:
    return keep(source, SOURCES["generic"], inbound, "ID")


def test_the_body_is_kept_byte_for_byte() -> None:
    assert kept(make_inbound(b'{"n" :\t"\xff"}')).body == b'{"n" :\t"\xff"}'


def test_no_secret_is_kept_anywhere() -> None:
    inbound = make_inbound(
        b'{"key":"s3cret/with+signs"}&k=s3cret%2Fwith%2Bsigns',
        {
            "Authorization": f"Bearer {SECRET}",
            "Cookie": "a=b",
            "X-Gateway-Token": SECRET,
            "X-Delivery-Id": SECRET,
            "X-Hub-Signature-256": "sha256=0",
        },
        query=(("token", SECRET), ("api_key", "k"), ("other", SECRET), ("page", "2")),
    )

    enquiry = kept(inbound)

    assert enquiry.query == "page=2"
    assert enquiry.headers == {}
    assert enquiry.body == b'{"key":"[removed]"}&k=[removed]'


def test_headers_worth_keeping_are_kept() -> None:
    headers = {
        "User-Agent": "curl",
        "Webhook-Id": "m1",
        "X-Shopify-Topic": "t",
        "Accept": "*/*",
        "Via": "1.1 x",
    }

    assert kept(make_inbound(headers=headers)).headers == {
        "user-agent": "curl",
        "webhook-id": "m1",
        "x-shopify-topic": "t",
    }


def test_a_short_secret_does_not_tear_the_body_apart() -> None:
    source = make_source(auth=make_auth("token", "a"))

    assert kept(make_inbound(b"banana"), source).body == b"banana"


@pytest.mark.parametrize(
    "written",
    [rb"a\"quote-and/slash", rb"a\"quote-and\/slash", b"a%22quote-and%2Fslash", b'a"quote-and/slash'],
)
def test_a_secret_is_cut_out_however_it_is_written(written: bytes) -> None:
    source = make_source(auth=make_auth("token", 'a"quote-and/slash'))

    assert kept(make_inbound(b"<" + written + b">"), source).body == b"<[removed]>"
