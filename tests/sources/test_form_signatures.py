"""Signatures of Framer, Shopify, Calendly, WhatsApp and HubSpot, against values made by others."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.config import SourceConfig
from gateway.sources import hubspot
from gateway.sources.base import Inbound, NotAuthentic
from tests.sources.contract import kind_of, sample_of, source_of
from tests.sources.making import make_auth, make_inbound

BODY = b'{"id":"L-1","name":"Asha Verma","phone":"+919876543210"}'
SIGNED_AT = 1_791_300_000.0
HUBSPOT_URL = "https://leads.example.in/in/hubspot/abc"
V3 = "871JBw/2dQeWGrBw63ro5cbLBjrIMqnYLq8aZQjXCas="
V2 = "b5e4854d7ff6fa6913a6b4481d0b4fa90f8ce412c1ad3093de0ea6e54c947f71"
V1 = "77d8ebb758c787fb1be44979e43a5fb273b0931106f4293b2b1fd0033bc538c9"
META = "sha256=f9242966fb8cf4b83c08103b161d4e9ab62c04d4128e9ddb10a6ce9e18a57b6e"
CALENDLY = "fed134ee54954b2a61a2dfe1e1cbed21103f295bd286228e2bafd6f1fff64ec6"
FRAMER = "sha256=0fff0cdcbd915a2a7f27ac0ae8554e3fa6dd2ae8b9db941405880b50dceb3e97"

VECTORS = {
    "framer": {"Framer-Signature": FRAMER, "Framer-Webhook-Submission-Id": "sub_01HZX"},
    "shopify": {"X-Shopify-Hmac-SHA256": "+SQpZvuM9Lg8CBA7Fh1OmrYsBNQSjp3bEKbOnhile24="},
    "calendly": {"Calendly-Webhook-Signature": f"t=1791300000,v1={CALENDLY}"},
    "google_forms": {"X-Gateway-Signature": f"t=1791300000,v1={CALENDLY}"},  # made in the same way
    "whatsapp": {"X-Hub-Signature-256": META},
}


def is_authentic(source: SourceConfig, inbound: Inbound) -> bool:
    try:
        kind_of(source).verify(source, inbound)
    except NotAuthentic:
        return False
    return True


def sent(headers: dict[str, str], **changes: Any) -> Inbound:
    return make_inbound(changes.pop("body", BODY), headers, **({"received_at": SIGNED_AT} | changes))


@pytest.mark.parametrize("kind", VECTORS)
def test_a_published_signature_is_accepted(kind: str) -> None:
    assert is_authentic(source_of(kind, "test-secret"), sent(VECTORS[kind]))


@pytest.mark.parametrize("kind", VECTORS)
def test_other_bytes_of_the_same_json_are_refused(kind: str) -> None:
    assert not is_authentic(
        source_of(kind, "test-secret"), sent(VECTORS[kind], body=BODY.replace(b":", b": "))
    )


def test_shopifys_own_example_is_accepted() -> None:
    body = (
        b'{"object":"page","entry":[{"id":"1","time":1700000000,"changes":'
        b'[{"field":"leadgen","value":{"leadgen_id":"444"}}]}]}'
    )
    header = {"X-Shopify-Hmac-SHA256": "z5t+coKFmOEXQkjQKHZ/f7ViSv1BKUyav4/9ycYi9EE="}

    assert is_authentic(source_of("shopify", "hush"), sent(header, body=body))


def test_framer_signs_the_submissions_id_too() -> None:
    another = VECTORS["framer"] | {"Framer-Webhook-Submission-Id": "sub_01HZY"}

    assert not is_authentic(source_of("framer", "test-secret"), sent(another))


def test_an_id_that_swallowed_the_end_of_the_body_is_no_id() -> None:
    """Body and id are signed as one text: what stands where must not be free to choose."""
    source = source_of("framer", "test-secret")
    nothing = sent(VECTORS["framer"] | {"Framer-Webhook-Submission-Id": ""}, body=BODY + b"sub_01HZX")

    assert not is_authentic(source, nothing)


@pytest.mark.parametrize("kind", ["calendly", "google_forms"])
@pytest.mark.parametrize(("late", "accepted"), [(290, True), (310, False), (-310, False)])
def test_five_minutes_are_the_most_a_signed_time_may_be_off(kind: str, late: float, accepted: bool) -> None:
    inbound = sent(VECTORS[kind], received_at=SIGNED_AT + late)

    assert is_authentic(source_of(kind, "test-secret"), inbound) is accepted


# -- HubSpot -------------------------------------------------------------------------------------------------


def hubspot_source(*secrets: str, **options: str) -> SourceConfig:
    auth = make_auth("hmac", *(secrets or ("test-secret",)))
    return source_of("hubspot", auth=auth, options={"url": HUBSPOT_URL, **options})


def test_hubspots_third_version_is_accepted_for_five_minutes() -> None:
    headers = {"X-HubSpot-Signature-v3": V3, "X-HubSpot-Request-Timestamp": "1791300000000"}

    assert is_authentic(hubspot_source(), sent(headers))
    assert is_authentic(hubspot_source("a-new-secret", "test-secret"), sent(headers))
    assert not is_authentic(hubspot_source(), sent(headers, received_at=SIGNED_AT + 310))
    assert not is_authentic(hubspot_source(), sent(headers, method="GET"))
    assert not is_authentic(hubspot_source(url="https://leads.example.in/in/hubspot/other"), sent(headers))


def test_hubspots_second_version_is_accepted() -> None:
    headers = {"X-HubSpot-Signature": V2, "X-HubSpot-Signature-Version": "v2"}

    assert is_authentic(hubspot_source(), sent(headers))
    assert not is_authentic(hubspot_source(), sent(headers, body=BODY + b" "))


def test_hubspots_first_version_is_refused_since_it_signs_no_address() -> None:
    for version in ("v1", "v2", ""):
        headers = {"X-HubSpot-Signature": V1, "X-HubSpot-Signature-Version": version}
        assert not is_authentic(hubspot_source(), sent(headers))


def test_a_wrong_new_signature_is_not_made_good_by_an_old_one() -> None:
    headers = {
        "X-HubSpot-Signature-v3": V3[::-1],
        "X-HubSpot-Request-Timestamp": "1791300000000",
        "X-HubSpot-Signature": V2,
        "X-HubSpot-Signature-Version": "v2",
    }

    assert not is_authentic(hubspot_source(), sent(headers))


def test_hubspots_own_example_of_a_get_is_accepted() -> None:
    """https://developers.hubspot.com/docs/faq/v2-request-validation."""
    secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    signature = "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"
    headers = {"X-HubSpot-Signature": signature, "X-HubSpot-Signature-Version": "v2"}
    source = hubspot_source(secret, url="https://www.example.com/webhook_uri")

    assert is_authentic(source, sent(headers, body=b"", method="GET"))


def test_without_the_option_the_address_is_the_one_that_was_called() -> None:
    source = source_of("hubspot", auth=make_auth("hmac", "test-secret"))
    url = "https://leads.example.in/webhooks/portal"
    signature = hubspot.signature_v3("test-secret", "POST", url, BODY, "1791300000000")
    headers = {
        "Host": "leads.example.in",
        "X-HubSpot-Signature-v3": signature,
        "X-HubSpot-Request-Timestamp": "1791300000000",
    }

    assert is_authentic(source, sent(headers))
    assert not is_authentic(source, sent(headers | {"Host": "other.example"}))


@pytest.mark.parametrize(
    "written", ["phone=+919876543210&name=Asha Verma", "phone=%2B919876543210&name=Asha+Verma"]
)
def test_what_stands_in_the_address_is_signed_too(written: str) -> None:
    """HubSpot signs it decoded in one version and as it was sent in another."""
    query = (("phone", "+919876543210"), ("name", "Asha Verma"))
    signature = hubspot.signature_v3("test-secret", "GET", f"{HUBSPOT_URL}?{written}", b"", "1791300000000")
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": "1791300000000"}

    assert is_authentic(hubspot_source(), sent(headers, body=b"", method="GET", query=query))
    other = (("phone", "+919876543211"), ("name", "Asha Verma"))
    assert not is_authentic(hubspot_source(), sent(headers, body=b"", method="GET", query=other))


def test_a_sample_is_signed_where_the_source_has_a_secret() -> None:
    source = hubspot_source()

    assert is_authentic(source, sample_of(source))
    assert not is_authentic(hubspot_source("another-secret"), sample_of(source))


def test_a_token_proves_hubspot_where_no_app_signs() -> None:
    source = source_of("hubspot")

    assert is_authentic(source, sample_of(source))
    signed = {"X-HubSpot-Signature-v3": V3, "X-HubSpot-Request-Timestamp": "1791300000000"}
    assert not is_authentic(source, sent(signed))
