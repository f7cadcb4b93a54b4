"""How each ad platform proves itself, by its published or recorded vectors, and in which bodies."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from gateway.config import SourceConfig
from gateway.sources import google_ads, microsoft_ads, snapchat, tiktok
from gateway.sources.base import Inbound, NotAuthentic, Unreadable
from gateway.sources.registry import SOURCES
from tests.sources.contract import SECRET, sample_of, source_of
from tests.sources.making import make_inbound

BODY = b'{"id":"L-1","name":"Asha Verma","phone":"+919876543210"}'
SIGNED_BODY = "f9242966fb8cf4b83c08103b161d4e9ab62c04d4128e9ddb10a6ce9e18a57b6e"
SIGNED_TIME = "fed134ee54954b2a61a2dfe1e1cbed21103f295bd286228e2bafd6f1fff64ec6"
TIME = 1_791_300_000.0
GOOGLE, TIKTOK = source_of("google_ads"), source_of("tiktok", "test-secret")
SNAPCHAT, MICROSOFT = source_of("snapchat", "test-secret"), source_of("microsoft_ads")


def is_authentic(source: SourceConfig, inbound: Inbound) -> bool:
    try:
        SOURCES[source.kind].verify(source, inbound)
    except NotAuthentic:
        return False
    return True


# -- Google Ads ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["google_key", "Google_key", "GOOGLE_KEY"])
def test_googles_key_stands_in_the_body_in_any_capitals(name: str) -> None:
    assert is_authentic(GOOGLE, make_inbound(orjson.dumps({name: SECRET})))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"google_key": null}',
        b'{"google_key": ""}',
        b'{"google_key": ["platform-secret-0123456789"]}',
        b'{"key": "platform-secret-0123456789"}',
        b'{"nested": {"google_key": "platform-secret-0123456789"}}',
        b'{"google_key": "platform-secret-0123456789"',
        b"google_key=platform-secret-0123456789",
        b"[" * 200_000,
        b'{"google_key": ' + b"9" * 5000 + b"}",
    ],
)
def test_no_other_body_proves_that_google_sent_it(body: bytes) -> None:
    assert not is_authentic(GOOGLE, make_inbound(body))


@pytest.mark.parametrize(
    "flaw",
    [
        rb'"name": "\ud83d"',
        b'"a": 1, "a": 2',
        b'"n": NaN',
        b'"id": 123456789012345678901234567890',
        b'"deep": ' + b"[" * 30 + b"]" * 30,
    ],
)
def test_a_flaw_in_a_body_that_google_sent_is_no_reason_to_lose_it(flaw: bytes) -> None:
    inbound = make_inbound(b'{"google_key": "%b", %b}' % (SECRET.encode(), flaw))

    assert is_authentic(GOOGLE, inbound)
    with pytest.raises(Unreadable):
        google_ads.parse(GOOGLE, inbound)


def test_google_hears_exactly_what_it_shows_a_green_tick_for() -> None:
    reply = google_ads.acknowledge(GOOGLE, [])

    assert (reply.status, reply.body, reply.content_type) == (200, b"{}", "application/json")


def test_googles_key_is_not_among_what_is_kept_of_a_lead() -> None:
    (submission,) = google_ads.parse(GOOGLE, sample_of(GOOGLE))

    assert SECRET not in str(submission)


# -- TikTok --------------------------------------------------------------------------------------------------


def test_tiktoks_vector_holds() -> None:
    assert is_authentic(TIKTOK, make_inbound(BODY, {"X-Open-Signature": SIGNED_BODY}))
    assert not is_authentic(TIKTOK, make_inbound(BODY, {"X-Open-Signature": SIGNED_BODY.upper()}))
    assert not is_authentic(TIKTOK, make_inbound(b"", {"X-Open-Signature": SIGNED_BODY}))


def test_a_signature_over_the_escaped_body_is_tiktoks_too() -> None:
    raw = '{"n":"आशा 😀"}'.encode()
    written_escaped = rb'{"n":"\u0906\u0936\u093e \ud83d\ude00"}'
    signature = tiktok.signatures.hmac_hex("test-secret", written_escaped)

    assert tiktok.escaped(raw) == written_escaped
    assert is_authentic(TIKTOK, make_inbound(raw, {"X-Open-Signature": signature}))
    assert is_authentic(TIKTOK, make_inbound(written_escaped, {"X-Open-Signature": signature}))


def test_a_body_that_is_no_text_is_signed_as_it_is() -> None:
    assert tiktok.escaped(b"\xff{}") == b"\xff{}"


def test_tiktok_may_ask_whether_anybody_is_there() -> None:
    asked = make_inbound(method="GET", query=(("challenge", "x"),))

    reply = tiktok.handshake(TIKTOK, asked)

    assert reply is not None
    assert reply.status == 200
    assert tiktok.handshake(TIKTOK, make_inbound(BODY)) is None


# -- Snapchat ------------------------------------------------------------------------------------------------


def test_snapchats_vector_holds() -> None:
    headers = {"signature": SIGNED_TIME, "t": "1791300000"}
    inbound = make_inbound(BODY, headers, received_at=TIME + 300)

    assert is_authentic(SNAPCHAT, inbound)
    assert not is_authentic(SNAPCHAT, replace(inbound, received_at=TIME + 301))
    assert not is_authentic(SNAPCHAT, replace(inbound, headers={**inbound.headers, "t": "1791300001"}))
    assert not is_authentic(SNAPCHAT, replace(inbound, headers={"signature": SIGNED_TIME}))


def test_an_empty_body_of_snapchat_is_nothing_it_has_signed() -> None:
    signature = snapchat.signatures.timed_signature("test-secret", "1791300000", b"")
    inbound = make_inbound(b"", {"signature": signature, "t": "1791300000"}, received_at=TIME)

    assert not is_authentic(SNAPCHAT, inbound)


# -- Microsoft Advertising -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["google_key", "webhook_key", "key", "Key"])
def test_microsofts_key_may_stand_in_the_body(name: str) -> None:
    assert is_authentic(MICROSOFT, make_inbound(orjson.dumps({name: SECRET, "lead_id": "1"})))


@pytest.mark.parametrize(
    "inbound",
    [
        make_inbound(b"{}", query=(("token", SECRET),)),
        make_inbound(b"{}", {"X-Api-Key": SECRET}),
        make_inbound(b"{}", {"Authorization": f"Bearer {SECRET}"}),
    ],
)
def test_microsofts_key_may_stand_in_the_address_or_a_header(inbound: Inbound) -> None:
    assert is_authentic(MICROSOFT, inbound)


def test_a_key_in_the_body_is_no_password_where_the_source_asks_for_another_proof() -> None:
    basic = source_of("microsoft_ads", auth=replace(MICROSOFT.auth, method="basic", user="ms"))

    assert not is_authentic(basic, make_inbound(orjson.dumps({"key": SECRET})))


def test_microsofts_key_is_not_among_what_is_kept_of_a_lead() -> None:
    inbound = make_inbound(orjson.dumps({"key": SECRET, "lead_id": "1", "phone": "9876543210"}))

    (submission,) = microsoft_ads.parse(MICROSOFT, inbound)

    assert SECRET not in str(submission)
    assert (submission.key, submission.fields["phone"]) == ("1", "9876543210")
