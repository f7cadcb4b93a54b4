"""Webflow: signed by API, a token by hand; the page's path becomes an address where the site is known."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from gateway.config import SourceConfig, parse_config
from gateway.sources import webflow
from gateway.sources.base import Inbound, NotAuthentic
from tests.sources.making import JSON, make_auth, make_inbound, make_source

BODY = b'{"id":"L-1","name":"Asha Verma","phone":"+919876543210"}'
TIMESTAMP = "1791300000000"
SIGNATURE = "ec50da0eb82206f0a09c61047876f69152e83a707cf088d00e8d69e3c46141c5"
SIGNED_AT = 1_791_300_000.0
SIGNED = make_source(kind="webflow", auth=make_auth("hmac", "old-secret", "test-secret"))
TOKEN = make_source(kind="webflow", auth=make_auth("token", "a-long-token"))


def delivery(
    body: bytes = BODY, signature: str = SIGNATURE, timestamp: str = TIMESTAMP, at: float = SIGNED_AT
) -> Inbound:
    headers = {"X-Webflow-Signature": signature, "X-Webflow-Timestamp": timestamp}
    return make_inbound(body, JSON | headers, received_at=at)


def is_authentic(source: SourceConfig, inbound: Inbound) -> bool:
    try:
        webflow.verify(source, inbound)
    except NotAuthentic:
        return False
    return True


@pytest.mark.parametrize("at", [SIGNED_AT, SIGNED_AT + 300, SIGNED_AT - 300])
def test_the_vector_of_a_signature_is_met(at: float) -> None:
    assert is_authentic(SIGNED, delivery(at=at))


@pytest.mark.parametrize(
    "inbound",
    [
        delivery(at=SIGNED_AT + 301),
        delivery(at=SIGNED_AT - 301),
        delivery(body=BODY + b" "),
        delivery(timestamp="1791300000001"),
        delivery(timestamp="1791300000"),
        delivery(timestamp=""),
        delivery(timestamp="٣"),
        delivery(signature=""),
        delivery(signature="é"),
        make_inbound(BODY, query=(("token", "test-secret"),)),
    ],
)
def test_anything_else_is_refused(inbound: Inbound) -> None:
    assert not is_authentic(SIGNED, inbound)


def test_a_signed_time_that_is_no_number_is_refused_though_its_signature_is_right() -> None:
    for timestamp in ("soon", "", "1791300000000.0", "-1791300000000", "9" * 30):
        signature = webflow.signature("test-secret", timestamp, BODY)
        assert not is_authentic(SIGNED, delivery(signature=signature, timestamp=timestamp))


def test_a_webhook_made_by_hand_has_its_token_in_the_address() -> None:
    assert is_authentic(TOKEN, make_inbound(BODY, query=(("token", "a-long-token"),)))
    assert not is_authentic(TOKEN, make_inbound(BODY))
    assert not is_authentic(TOKEN, delivery(signature=webflow.signature("a-long-token", TIMESTAMP, BODY)))


def test_a_secret_in_the_file_asks_for_the_signature_and_a_token_for_the_address() -> None:
    lines = (
        '[dialers.main]\nurl = "http://dialer.example/"\n[sources.site]\nkind = "webflow"\nlist_id = "2506"\n'
    )
    by_secret = parse_config(lines + 'secret = "env:A"', {"A": "test-secret"}).sources["site"]
    by_token = parse_config(lines + 'token = "env:A"', {"A": "a-long-token"}).sources["site"]

    assert is_authentic(by_secret, delivery())
    assert is_authentic(by_token, make_inbound(BODY, query=(("token", "a-long-token"),)))


@pytest.mark.parametrize("source", [SIGNED, TOKEN])
def test_a_sample_is_proven_either_way(source: SourceConfig) -> None:
    assert is_authentic(source, webflow.sample(source, 1))
    assert not is_authentic(
        replace(source, auth=make_auth(source.auth.method, "another")), webflow.sample(source, 1)
    )


@pytest.mark.parametrize(
    ("site", "path", "page"),
    [
        ("https://www.example.com", "/contact", "https://www.example.com/contact"),
        ("https://www.example.com/", "/", "https://www.example.com/"),
        ("https://www.example.com", "//evil.example/x", "https://www.example.com"),
        ("https://www.example.com", "https://evil.example/x", "https://www.example.com"),
        ("https://www.example.com", None, "https://www.example.com"),
        ("", "/contact", ""),
    ],
)
def test_the_page_is_the_path_on_the_site_that_is_known(site: str, path: str | None, page: str) -> None:
    source = make_source(kind="webflow", options={"site_url": site} if site else {})
    body = orjson.dumps({"payload": {"data": {"Phone": "9876543210"}, "publishedPath": path}})

    assert webflow.parse(source, make_inbound(body, JSON))[0].page_url == page
