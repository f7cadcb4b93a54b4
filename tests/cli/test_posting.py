"""What `gateway send` builds is what the source itself accepts as proof."""

from __future__ import annotations

import base64
import json
import time

import pytest

from gateway.cli.failure import Failure
from gateway.cli.posting import build_post, build_sample, nested
from gateway.config import Auth, SourceConfig
from gateway.sources import signatures
from gateway.sources.base import Inbound

SECRET = "a-secret-of-enough-characters"


@pytest.mark.parametrize(
    "auth",
    [
        Auth(method="none"),
        Auth(method="token", secrets=(SECRET,)),
        Auth(method="hmac", secrets=(SECRET,)),
        Auth(
            method="hmac",
            secrets=(SECRET,),
            signature_header="X-Sign",
            signature_prefix="",
            signature_encoding="base64",
        ),
        Auth(method="stripe", secrets=(SECRET,), signature_header="Stripe-Signature"),
        Auth(method="basic", user="portal", secrets=(SECRET,)),
        Auth(method="standard-webhooks", secrets=("whsec_" + base64.b64encode(SECRET.encode()).decode(),)),
    ],
    ids=lambda auth: auth.method,
)
def test_the_proof_is_accepted(auth: Auth) -> None:
    source = SourceConfig(name="portal", kind="generic", dialer="main", list_id="999", auth=auth)
    post = build_post(source, {"phone": "9876543210"}, wait=5, key="")
    headers = {name.lower(): value for name, value in post.headers.items()}
    inbound = Inbound(method="POST", path=post.path, headers=headers, body=post.body, received_at=time.time())
    signatures.verify(auth, inbound)
    assert json.loads(post.body) == {"phone": "9876543210"}


def test_a_source_that_lets_in_addresses_only_says_where_to_send_from() -> None:
    auth = Auth(method="ip", networks=("192.0.2.0/24",))
    source = SourceConfig(name="portal", kind="generic", dialer="main", list_id="999", auth=auth)
    with pytest.raises(Failure, match=r"192\.0\.2\.0/24"):
        build_post(source, {}, wait=5, key="")


def test_a_mapping_that_no_sample_can_be_made_up_for_is_named() -> None:
    fields = {"MobileNo": "answers[?label=='Phone'] | [0].value"}
    auth = Auth(method="none")
    source = SourceConfig(
        name="portal", kind="generic", dialer="main", list_id="999", auth=auth, fields=fields
    )
    with pytest.raises(Failure, match="no sample can be made up"):
        build_sample(source, 1, wait=5, key="")


def test_a_platform_that_signs_takes_no_fields_of_ones_own() -> None:
    source = SourceConfig(name="ads", kind="google_ads", dialer="main", list_id="999")
    with pytest.raises(Failure, match="in the platform's own words"):
        build_post(source, {"MobileNo": "9876543210"}, wait=5, key="")


def test_dotted_names_become_objects() -> None:
    assert nested({"contact.phone": "1", "contact.name.first": "A", "id": "7"}) == {
        "contact": {"phone": "1", "name": {"first": "A"}},
        "id": "7",
    }


def test_a_name_cannot_be_a_value_and_an_object() -> None:
    with pytest.raises(Failure):
        nested({"contact": "A", "contact.phone": "1"})
