"""A sender proves itself with any current secret, over the raw bytes, and with nothing else."""

from __future__ import annotations

import base64
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from gateway.config import Auth
from gateway.sources import signatures
from gateway.sources.base import Inbound, NotAuthentic
from gateway.sources.sampling import proof
from tests.sources.making import NOW, make_auth, make_inbound

BODY = b'{"id":"L-1","name":"Asha Verma","phone":"+919876543210"}'
HEX = "sha256=f9242966fb8cf4b83c08103b161d4e9ab62c04d4128e9ddb10a6ce9e18a57b6e"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HMAC = make_auth("hmac", "test-secret")


def is_authentic(auth: Auth, inbound: Inbound) -> bool:
    try:
        signatures.verify(auth, inbound)
    except NotAuthentic:
        return False
    return True


def signed(signature: str, body: bytes = BODY, header: str = "X-Hub-Signature-256") -> Inbound:
    return make_inbound(body, {header: signature})


def basic(text: str) -> Inbound:
    return make_inbound(headers={"Authorization": "Basic " + base64.b64encode(text.encode()).decode()})


def standard(timestamp: str, signature: str, body: bytes = b"{}", prefix: str = "webhook") -> Inbound:
    headers = {"id": "msg_1", "timestamp": timestamp, "signature": signature}
    return make_inbound(body, {f"{prefix}-{name}": value for name, value in headers.items()})


# -- body HMAC -----------------------------------------------------------------------------------------------


def test_the_published_vectors_hold() -> None:
    github = make_auth("hmac", "It's a Secret to Everybody")
    typeform = make_auth(
        "hmac", "test-secret", signature_header="Typeform-Signature", signature_encoding="base64"
    )
    shopify = make_auth(
        "hmac",
        "hush",
        signature_header="X-Shopify-Hmac-SHA256",
        signature_prefix="",
        signature_encoding="base64",
    )
    meta = (
        b'{"object":"page","entry":[{"id":"1","time":1700000000,'
        b'"changes":[{"field":"leadgen","value":{"leadgen_id":"444"}}]}]}'
    )

    assert is_authentic(HMAC, signed(HEX))
    assert is_authentic(
        github,
        signed("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", b"Hello, World!"),
    )
    assert is_authentic(
        typeform, signed("sha256=+SQpZvuM9Lg8CBA7Fh1OmrYsBNQSjp3bEKbOnhile24=", header="Typeform-Signature")
    )
    assert is_authentic(
        shopify,
        signed("z5t+coKFmOEXQkjQKHZ/f7ViSv1BKUyav4/9ycYi9EE=", meta, header="X-Shopify-Hmac-SHA256"),
    )


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        HEX.removeprefix("sha256="),
        HEX.replace("sha256=", "sha1="),
        HEX.replace("sha256=", "SHA256="),
        HEX.upper(),
        "sha256=" + HEX.removeprefix("sha256=").upper(),
        HEX[:-1] + "f",
        HEX + " ",
        HEX + "," + HEX,
        "sha256=é",
        "\ud800",
        "sha256=" + "0" * 64,
    ],
)
def test_any_other_signature_is_refused(signature: str) -> None:
    assert not is_authentic(HMAC, signed(signature))


def test_one_changed_byte_or_a_body_written_anew_is_refused() -> None:
    assert not is_authentic(HMAC, signed(HEX, BODY[:-1] + b" "))
    assert not is_authentic(HMAC, signed(HEX, BODY.replace(b":", b": ")))


def test_a_new_secret_and_the_old_one_work_side_by_side() -> None:
    rotating = make_auth("hmac", "new-secret", "test-secret")

    assert is_authentic(rotating, signed(HEX))
    assert is_authentic(rotating, signed(signatures.hmac_signature(rotating, "new-secret", BODY)))


# -- tokens, Basic, networks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "headers", "wanted"),
    [
        ((("token", "tok-1"),), {}, True),
        ((), {"X-Gateway-Token": "tok-2"}, True),
        ((), {"Authorization": "Bearer tok-1"}, True),
        ((), {"X-Api-Key": "tok-2"}, True),
        ((), {}, False),
        ((("token", ""),), {}, False),
        ((("token", "tok-3"),), {}, False),
        ((("token", "тok"),), {"X-Gateway-Token": "\xff"}, False),
        ((("Token", "tok-1"),), {}, False),
    ],
)
def test_a_token_comes_in_the_address_or_a_header(
    query: tuple[tuple[str, str], ...], headers: dict[str, str], wanted: bool
) -> None:
    assert wanted is is_authentic(
        make_auth("token", "tok-1", "tok-2"), make_inbound(headers=headers, query=query)
    )


@pytest.mark.parametrize("method", ["token", "hmac", "stripe", "basic", "standard-webhooks"])
def test_an_empty_secret_lets_nobody_in(method: str) -> None:
    auth = make_auth(method, "", user="zapier")
    empty = make_inbound(headers={"X-Gateway-Token": "", "Authorization": "Basic emFwaWVyOg=="})

    assert not is_authentic(auth, empty)


def test_basic_takes_the_user_and_any_current_password() -> None:
    auth = make_auth("basic", "old", "new:er", user="zapier")

    assert is_authentic(auth, basic("zapier:old"))
    assert is_authentic(auth, basic("zapier:new:er"))
    assert not is_authentic(auth, basic("zapier:"))
    assert not is_authentic(auth, basic("other:old"))
    assert not is_authentic(auth, make_inbound(headers={"Authorization": "Basic !!"}))
    assert not is_authentic(auth, make_inbound(headers={"Authorization": "Basic é"}))


def test_basic_says_how_to_ask() -> None:
    with pytest.raises(NotAuthentic) as caught:
        signatures.verify(make_auth("basic", "s", user="u"), make_inbound())

    assert caught.value.challenge.startswith("Basic realm=")


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("203.0.113.7", True),
        ("::ffff:203.0.113.7", True),
        ("2001:db8::9", True),
        ("198.51.100.1", False),
        ("", False),
        ("unknown", False),
    ],
)
def test_networks_admit_their_own(address: str, wanted: bool) -> None:
    auth = Auth(method="ip", networks=("203.0.113.0/24", "2001:db8::/32"))

    assert wanted is is_authentic(auth, make_inbound(address=address))


# -- Standard Webhooks ---------------------------------------------------------------------------------------


def test_the_standard_webhooks_vectors_hold() -> None:
    published = signatures.standard_signature(
        WHSEC, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}'
    )
    ours = signatures.standard_signature(
        WHSEC, "msg_test_1", "1700000000", b'{"type":"lead.delivered","data":{"id":"ld_1"}}'
    )

    assert published == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert ours == "v1,5051Wp80S6RC5jq+54Va6zRUPX8J+6i39IAVWyFv8rc="


@given(
    secret=st.binary(min_size=24, max_size=64),
    body=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    seconds=st.integers(0, 2_000_000_000),
)
def test_the_public_library_signs_as_we_do(secret: bytes, body: str, seconds: int) -> None:
    written = "whsec_" + base64.b64encode(secret).decode()
    theirs = Webhook(written).sign("msg_1", datetime.fromtimestamp(seconds, UTC), body)

    assert theirs == signatures.standard_signature(written, "msg_1", str(seconds), body.encode())


@pytest.mark.parametrize("prefix", ["webhook", "svix"])
def test_a_standard_webhook_may_carry_several_signatures(prefix: str) -> None:
    right = signatures.standard_signature(WHSEC, "msg_1", str(int(NOW)), b"{}")
    auth = make_auth("standard-webhooks", "whsec_" + base64.b64encode(b"x" * 24).decode(), WHSEC)

    assert is_authentic(auth, standard(str(int(NOW)), f"v1a,AAAA v1,BBBB {right}", prefix=prefix))


@pytest.mark.parametrize(
    "timestamp", [str(int(NOW) - 301), str(int(NOW) + 301), "NaN", "1" + "0" * 30, "-1", "", "1.7e9", "²"]
)
def test_a_stale_or_impossible_time_is_refused_though_it_is_signed(timestamp: str) -> None:
    signature = signatures.standard_signature(WHSEC, "msg_1", timestamp, b"{}")

    assert not is_authentic(make_auth("standard-webhooks", WHSEC), standard(timestamp, signature))


@pytest.mark.parametrize("signature", ["", "v1", "v1,", "v1,!!", "v2,AAAA", ",", "é"])
def test_a_standard_webhook_with_another_signature_is_refused(signature: str) -> None:
    assert not is_authentic(make_auth("standard-webhooks", WHSEC), standard(str(int(NOW)), signature))


# -- a signed time -------------------------------------------------------------------------------------------

STRIPE = make_auth("stripe", "whsec_test", signature_header="Stripe-Signature")
STRIPE_BODY = (
    b'{"object":"page","entry":[{"id":"1","time":1700000000,'
    b'"changes":[{"field":"leadgen","value":{"leadgen_id":"444"}}]}]}'
)
STRIPE_HEX = "8990a777bbada239afe8e0c301dd5bc582e44e5bf447f0d783e13354d0e9928e"


def stripe(header: str, body: bytes = STRIPE_BODY, **changes: float) -> Inbound:
    return make_inbound(body, {"Stripe-Signature": header}, **changes)


@pytest.mark.parametrize(
    "header",
    [
        f"t=1700000000,v1={STRIPE_HEX}",
        f"t=1700000000, v1={STRIPE_HEX}",
        f"t=1700000000,v1={'0' * 64},v1={STRIPE_HEX},v0=noise",
        f"v1={STRIPE_HEX},t=1700000000",
    ],
)
def test_a_signed_time_and_body_let_in(header: str) -> None:
    assert is_authentic(STRIPE, stripe(header))


def test_the_time_a_sender_signs_is_part_of_what_it_signs() -> None:
    of_body = b'{"id":"L-1","name":"Asha Verma","phone":"+919876543210"}'

    assert signatures.timed_signature("test-secret", "1791300000", of_body) == (
        "fed134ee54954b2a61a2dfe1e1cbed21103f295bd286228e2bafd6f1fff64ec6"
    )
    assert signatures.is_timed(
        "t=1791300000,v=fed134ee54954b2a61a2dfe1e1cbed21103f295bd286228e2bafd6f1fff64ec6",
        make_inbound(of_body, received_at=1_791_300_001.0),
        ("", "test-secret"),
        mark="v",
    )


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"v1={STRIPE_HEX}",
        f"t=1700000001,v1={STRIPE_HEX}",
        f"t=1700000000,v0={STRIPE_HEX}",
        f"t=1700000000,v1={STRIPE_HEX.upper()}",
        f"t=,v1={STRIPE_HEX}",
        f"t=²,v1={STRIPE_HEX}",
        f"t=1700000000;v1={STRIPE_HEX}",
        f"t=1700000001,t=1700000000,v1={STRIPE_HEX}",
        "t=1700000000,v1=é",
        "t=\ud800,v1=\ud800",
    ],
)
def test_any_other_signed_time_is_refused(header: str) -> None:
    assert not is_authentic(STRIPE, stripe(header))


@pytest.mark.parametrize("seconds", [301.0, -301.0])
def test_a_delivery_played_again_later_is_refused(seconds: float) -> None:
    header = f"t=1700000000,v1={STRIPE_HEX}"

    assert is_authentic(STRIPE, stripe(header, received_at=NOW + seconds * 0.99))
    assert not is_authentic(STRIPE, stripe(header, received_at=NOW + seconds))


@pytest.mark.parametrize(
    "auth",
    [HMAC, STRIPE, make_auth("standard-webhooks", WHSEC)],
    ids=lambda auth: auth.method,
)
@pytest.mark.parametrize("body", [b"", b" \n"])
def test_a_signature_over_nothing_does_not_vouch_for_the_address(auth: Auth, body: bytes) -> None:
    """Where the body is empty the query is read, and no signature covers it."""
    inbound = replace(
        make_inbound(body, method="GET", query=(("mobile", "9876543210"),)), received_at=time.time()
    )

    assert not is_authentic(auth, replace(inbound, headers=proof(auth, body)))


def test_a_method_that_does_not_exist_lets_nobody_in() -> None:
    assert not is_authentic(Auth(method="magic"), make_inbound())
