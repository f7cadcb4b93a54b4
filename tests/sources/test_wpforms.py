"""WPForms: a signature with its time over JSON bodies, a token otherwise; values joined with bars."""

from __future__ import annotations

import pytest

from gateway.config import SourceConfig
from gateway.sources import wpforms
from gateway.sources.base import Inbound, NotAuthentic
from tests.sources.making import FORM, JSON, make_auth, make_form, make_inbound, make_source

BODY = b'{"id":"L-1","name":"Asha Verma","phone":"+919876543210"}'
VALUE = "fed134ee54954b2a61a2dfe1e1cbed21103f295bd286228e2bafd6f1fff64ec6"
HEADER = f"t=1791300000,v={VALUE}"
SIGNED_AT = 1_791_300_000.0
SIGNED = make_source(kind="wpforms", auth=make_auth("hmac", "old-secret", "test-secret"))
TOKEN = make_source(kind="wpforms", auth=make_auth("token", "a-long-token"))


def delivery(header: str = HEADER, body: bytes = BODY, at: float = SIGNED_AT) -> Inbound:
    return make_inbound(body, JSON | {"X-WPForms-Webhook-Signature": header}, received_at=at)


def is_authentic(source: SourceConfig, inbound: Inbound) -> bool:
    try:
        wpforms.verify(source, inbound)
    except NotAuthentic:
        return False
    return True


@pytest.mark.parametrize("at", [SIGNED_AT, SIGNED_AT + 900, SIGNED_AT - 900])
@pytest.mark.parametrize(
    "header", [HEADER, f"t=1791300000, v={VALUE}", f"v={VALUE},t=1791300000", f"{HEADER},x=1"]
)
def test_the_vector_of_a_signature_is_met(header: str, at: float) -> None:
    """A quarter of an hour, because the queue of a quiet WordPress site runs late."""
    assert is_authentic(SIGNED, delivery(header, at=at))


@pytest.mark.parametrize(
    "inbound",
    [
        delivery(at=SIGNED_AT + 901),
        delivery(at=SIGNED_AT - 901),
        delivery(body=BODY + b" "),
        delivery(f"t=1791300001,v={VALUE}"),
        delivery(f"v={VALUE}"),
        delivery("t=1791300000"),
        delivery(""),
        delivery("t=é,v=é"),
        delivery(f"t=soon,v={wpforms.signature('test-secret', 'soon', BODY)}"),
        delivery(f"t=1791300000,v={wpforms.signature('test-secret', '1791300000', b'')}", body=b""),
    ],
)
def test_anything_else_is_refused(inbound: Inbound) -> None:
    assert not is_authentic(SIGNED, inbound)


def test_a_form_body_cannot_be_checked_for_its_signature_is_over_something_else() -> None:
    over_json = wpforms.signature("test-secret", "1791300000", b'{"mobile":"9876543210"}')
    headers = FORM | {"X-WPForms-Webhook-Signature": f"t=1791300000,v={over_json}"}

    assert not is_authentic(SIGNED, make_inbound(b"mobile=9876543210", headers, received_at=SIGNED_AT))
    assert is_authentic(TOKEN, make_form({"mobile": "9876543210"}, query=(("token", "a-long-token"),)))


@pytest.mark.parametrize("source", [SIGNED, TOKEN])
def test_a_sample_is_proven_either_way(source: SourceConfig) -> None:
    assert is_authentic(source, wpforms.sample(source, 1))


def test_values_of_check_boxes_are_joined_as_people_write_them() -> None:
    (found,) = wpforms.parse(TOKEN, make_form({"plan": "Term||ULIP||", "note": "a|b"}))

    assert found.fields == {"plan": "Term, ULIP", "note": "a|b"}
