"""A webhook is acknowledged when its leads are on disk, and only if it is who it says it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from gateway.config import Auth
from gateway.leads.lead import State
from gateway.sources.signatures import hmac_signature
from tests.delivery.scripted import ScriptedDialer
from tests.web.gateway_under_test import HMAC_SECRET, TOKEN, Gateway, opened

SIGNING = Auth(method="hmac", secrets=(HMAC_SECRET,))
BODY = b'{"phone": "9876543210", "name": "Asha"}'
JSON = {"Content-Type": "application/json"}


def signed(gateway: Gateway, body: bytes, signature: str) -> TestResponse:
    headers = JSON | {"X-Hub-Signature-256": signature}
    return gateway.ask("POST", "/webhooks/signed", data=body, headers=headers)


def told(answer: TestResponse) -> list[str]:
    assert answer.status_code == 200
    assert answer.json["outcome"] == "success"
    return [lead["status"] for lead in answer.json["leads"]]


def test_a_webhook_never_waits_for_the_dialer(tmp_path: Path) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()  # it does not answer before the caller has its own answer
    with opened(tmp_path, dialer=dialer) as gateway:
        answer = gateway.webhook()
        dialer.gate.set()

        assert told(answer) == ["queued"]
        assert [lead.id for lead in gateway.stored("portal")] == [answer.json["leads"][0]["id"]]


@pytest.mark.parametrize("how", ["header", "address", "bearer"])
def test_the_token_may_come_three_ways(gateway: Gateway, how: str) -> None:
    headers = {"header": {"X-Gateway-Token": TOKEN}, "bearer": {"Authorization": f"Bearer {TOKEN}"}}.get(
        how, {}
    )
    query = {"token": TOKEN} if how == "address" else {}

    answer = gateway.ask(
        "POST", "/webhooks/portal", json={"phone": "9876543210"}, headers=headers, query_string=query
    )

    assert told(answer) == ["queued"]


def test_the_token_is_not_kept(gateway: Gateway) -> None:
    body = {"phone": "9876543210", "echo": TOKEN}
    answer = gateway.ask("POST", "/webhooks/portal", json=body, query_string={"token": TOKEN, "page": "2"})

    story = gateway.store.story(answer.json["leads"][0]["id"])
    assert story is not None
    assert story.enquiry is not None
    assert story.enquiry.query == "page=2"
    assert TOKEN.encode() not in story.enquiry.body
    assert TOKEN not in str(story)


def test_a_signature_over_the_raw_body_lets_in(gateway: Gateway) -> None:
    assert told(signed(gateway, BODY, hmac_signature(SIGNING, HMAC_SECRET, BODY))) == ["queued"]


@pytest.mark.parametrize("signature", ["", "sha256=00", "é", "sha256=" + "0" * 64])
def test_a_wrong_signature_is_a_generic_401_and_nothing_is_kept(gateway: Gateway, signature: str) -> None:
    answer = signed(gateway, BODY, signature)

    assert (answer.status_code, answer.json["reason_code"]) == (401, "auth.refused")
    assert gateway.stored() == []


def test_a_signature_of_other_bytes_is_refused(gateway: Gateway) -> None:
    signature = hmac_signature(SIGNING, HMAC_SECRET, BODY)

    assert signed(gateway, BODY.replace(b": ", b":"), signature).status_code == 401
    assert gateway.stored() == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b'{"phone":"1","phone":"2"}', "application/json"),
        (rb'{"phone":"\ud800"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"<a>", "text/xml"),
        (b"", "application/json"),
        (b"hello", "text/plain"),
        (b'{"phone":"not a phone"}', "application/json"),
        (b'{"name":"no phone at all"}', "application/json"),
        (b'{"phone":"98765\\u000043210"}', "application/json"),
    ],
)
def test_what_cannot_be_a_lead_is_kept_in_quarantine_and_acknowledged(
    gateway: Gateway, body: bytes, content_type: str
) -> None:
    answer = gateway.webhook(data=body, headers={"Content-Type": content_type})

    assert told(answer) == ["quarantined"]
    story = gateway.store.story(answer.json["leads"][0]["id"])
    assert story is not None
    assert story.enquiry is not None
    assert story.enquiry.body == body
    assert story.problems
    assert gateway.dialer.sent == []


def test_one_bad_lead_of_many_does_not_hold_up_the_rest(gateway: Gateway) -> None:
    leads = [{"id": 1, "phone": "9876543210"}, {"id": 2, "phone": "98"}, {"id": 3, "phone": "9876543212"}]

    answer = gateway.webhook({"leads": leads}, source="many")

    assert told(answer) == ["queued", "quarantined", "queued"]


def test_the_senders_own_id_makes_a_resent_webhook_one_lead(gateway: Gateway) -> None:
    first = gateway.webhook({"leads": [{"id": "L-1", "phone": "9876543210"}]}, source="many")
    again = gateway.webhook({"leads": [{"id": "L-1", "phone": "9876543211"}]}, source="many")

    assert told(first) == ["queued"]
    assert told(again) == ["duplicate"]


def test_a_body_with_an_empty_list_has_no_leads(gateway: Gateway) -> None:
    assert told(gateway.webhook({"leads": []}, source="many")) == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"mobile=9876543210&name=Asha", "application/x-www-form-urlencoded"),
        (b"<lead><mobile>9876543210</mobile></lead>", "application/xml"),
        (b'{"mobile":"9876543210"}', "text/plain"),
        (b'[{"mobile":"9876543210"}]', "application/octet-stream"),
        (b'--X\r\nContent-Disposition: form-data; name="mobile"\r\n\r\n9876543210\r\n--X--\r\n',
         "multipart/form-data; boundary=X"),
    ],
)  # fmt: skip
def test_every_kind_of_body_becomes_a_lead(gateway: Gateway, body: bytes, content_type: str) -> None:
    answer = gateway.webhook(data=body, headers={"Content-Type": content_type})

    assert told(answer) == ["queued"]


def test_a_get_with_fields_is_a_lead(gateway: Gateway) -> None:
    answer = gateway.ask("GET", "/webhooks/portal", query_string={"token": TOKEN, "mobile": "9876543210"})

    assert told(answer) == ["queued"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_is_anybody_there(gateway: Gateway, method: str) -> None:
    assert gateway.ask(method, "/webhooks/portal").status_code == 200
    assert gateway.ask(method, "/webhooks/signed", query_string={"token": "x"}).status_code == 200
    assert gateway.stored() == []


@pytest.mark.parametrize("name", ["nobody", "website", "partner", "%2e%2e", "portal/", "PORTAL", "portal."])
def test_only_webhook_sources_have_this_door(gateway: Gateway, name: str) -> None:
    answer = gateway.ask("POST", f"/webhooks/{name}", json={"phone": "9876543210"})

    assert answer.status_code == 404
    assert gateway.stored() == []


def test_a_thousand_leads_at_once_are_kept(gateway: Gateway) -> None:
    leads = [{"id": n, "phone": str(9_000_000_000 + n), "note": "x" * 200} for n in range(1000)]

    answer = gateway.webhook({"leads": leads}, source="many")

    assert len(told(answer)) == 1000
    assert {lead.state for lead in gateway.stored("many")} <= {State.QUEUED, State.SENDING, State.DELIVERED}
