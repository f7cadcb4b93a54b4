"""Meta's signature, its challenge, and leads as the Graph API tells them."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.config import SourceConfig
from gateway.leads.lead import Lead, Submission
from gateway.sources import meta
from gateway.sources.base import NotAuthentic
from gateway.sources.fetch import FetchTrouble
from gateway.sources.pull import Answer
from tests.sources.contract import made, source_of
from tests.sources.making import make_inbound

VECTOR = (
    b'{"object":"page","entry":[{"id":"1","time":1700000000,'
    b'"changes":[{"field":"leadgen","value":{"leadgen_id":"444"}}]}]}'
)
SIGNED = "sha256=1f551ca545f629601d5eefa25f62b9a251d47e0b18ddfb15b44935f3762620b9"
ASKED = {"id": "444000000001", "page_id": "153125381133", "form_id": "12312312312"}
WORD = "the-word-agreed-upon"


def source(**changes: Any) -> SourceConfig:
    return source_of("meta", "app_secret", **changes)


def answer(*answers: tuple[str, object], **more: Any) -> dict[str, Any]:
    """A lead of the Graph API with these answers."""
    rows = [
        {"name": name, "values": values if isinstance(values, list) else [values]} for name, values in answers
    ]
    return {"id": ASKED["id"], "field_data": rows} | more


def completed(lead: dict[str, Any], **changes: Any) -> tuple[Submission, Lead]:
    submission = meta.complete(source(**changes), ASKED, {"lead": lead})
    found = made(source(**changes), submission)
    assert isinstance(found, Lead), found
    return submission, found


# -- who sends -----------------------------------------------------------------------------------------------


def test_metas_own_vector_is_taken() -> None:
    meta.verify(source(), make_inbound(VECTOR, {"X-Hub-Signature-256": SIGNED}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": SIGNED.removeprefix("sha256=")},
        {"X-Hub-Signature-256": SIGNED.upper()},
        {"X-Hub-Signature-256": SIGNED[:-1] + "1"},
        {"X-Hub-Signature-256": "sha256=é"},
        {"X-Hub-Signature": "sha1=86f5425b0130b04e7c708867421ca7003feacc7d"},
    ],
)
def test_anything_else_is_not(headers: dict[str, str]) -> None:
    with pytest.raises(NotAuthentic):
        meta.verify(source(), make_inbound(VECTOR, headers))


def test_one_changed_byte_is_noticed() -> None:
    with pytest.raises(NotAuthentic):
        meta.verify(source(), make_inbound(VECTOR + b" ", {"X-Hub-Signature-256": SIGNED}))


def test_of_two_secrets_either_is_taken() -> None:
    rotated = source_of("meta", "a-new-secret", "app_secret")
    meta.verify(rotated, make_inbound(VECTOR, {"X-Hub-Signature-256": SIGNED}))


def challenge(token: str = WORD, text: str = "1158201444", mode: str = "subscribe") -> Any:
    query = (("hub.mode", mode), ("hub.challenge", text), ("hub.verify_token", token))
    return meta.handshake(source(options={"verify_token": WORD}), make_inbound(method="GET", query=query))


def test_the_challenge_comes_back_as_plain_text() -> None:
    reply = challenge()

    assert (reply.status, reply.body, reply.content_type) == (200, b"1158201444", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    ("token", "text"),
    [("another-word", "1158201444"), ("", "1158201444"), (WORD, "<script>"), (WORD, ""), (WORD, "1" * 129)],
)
def test_a_stranger_gets_no_challenge_back(token: str, text: str) -> None:
    assert challenge(token, text) is None  # so that it is refused, and counted, like anything unsigned
    with pytest.raises(NotAuthentic):
        meta.verify(source(), make_inbound(method="GET"))


def test_what_is_no_challenge_goes_on_to_the_signature() -> None:
    assert challenge(mode="unsubscribe") is None
    assert meta.handshake(source(), make_inbound(VECTOR)) is None


# -- what the Graph API tells --------------------------------------------------------------------------------


def test_a_lead_with_everything() -> None:
    submission, lead = completed(
        answer(
            ("full_name", "Asha Verma"),
            ("phone_number", "+919876543210"),
            ("email", "asha@example.com"),
            ("city", "Pune"),
            ("which_plans?", ["Term", "Health"]),
            created_time="2026-10-06T08:49:14+0000",
            ad_id="120200000000000001",
            ad_name="Video A",
            campaign_name="Diwali",
            is_organic=False,
            platform="ig",
            custom_disclaimer_responses=[{"checkbox_key": "optional_1", "is_checked": "1"}],
        )
    )

    assert submission.key == ASKED["id"]
    assert not submission.test
    assert lead.phone == "9876543210"
    assert {
        name: lead.fields[name] for name in ("CustomerName", "LeadSource", "LeadSubSource", "CustomField1")
    } == {
        "CustomerName": "Asha Verma",
        "LeadSource": "Instagram",
        "LeadSubSource": "Diwali",
        "CustomField1": "Which plans: Term, Health",
    }
    assert lead.extra["ad_id"] == "120200000000000001"
    assert lead.extra["custom_disclaimer_responses"] == [{"checkbox_key": "optional_1", "is_checked": "1"}]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("PHONE", "9876543210"),
        ("phone", "+91 98765 43210"),
        ("your_whatsapp_number,_please?", "98765 43210"),
        ("best_phone_to_call_you", "9876543210"),
        ("मोबाइल_नंबर", "9876543210"),
        ("work_phone_number", "9876543210"),
    ],
)
def test_the_number_is_found_whatever_its_question_is_called(name: str, number: str) -> None:
    _, lead = completed(answer(("FULL_NAME", "आशा वर्मा"), (name, number)))

    assert (lead.phone, lead.fields["CustomerName"]) == ("9876543210", "आशा वर्मा")


def test_a_question_about_contact_that_is_no_number_is_none() -> None:
    _, lead = completed(answer(("how_to_contact_you?", "by phone"), ("phone_number", "9876543210")))

    assert lead.fields["CustomField1"] == "How to contact you: by phone"


@pytest.mark.parametrize(
    ("platform", "lead_source"),
    [("fb", "Facebook"), ("ig", "Instagram"), ("", "Facebook"), ("new", "Facebook")],
)
def test_the_platform_is_the_lead_source(platform: str, lead_source: str) -> None:
    _, lead = completed(answer(("phone", "9876543210"), platform=platform))

    assert lead.fields["LeadSource"] == lead_source


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("full_name", "<test lead: dummy data for full_name>"),
        ("FULL_NAME", "test lead: dummy data for FULL_NAME"),
        ("email", "test@meta.com"),
        ("email", "test@fb.com"),
    ],
)
def test_a_dummy_is_known_as_a_test(name: str, value: str) -> None:
    assert meta.complete(source(), ASKED, {"lead": answer((name, value))}).test


def test_a_mapping_of_the_source_reads_the_answers_by_name() -> None:
    fields = {"CustomField2": 'answer."which_city?"', "EnquiryType": "ad_name"}
    _, lead = completed(
        answer(("phone", "9876543210"), ("which_city?", "Pune"), ad_name="Video A"), fields=fields
    )

    assert (lead.fields["CustomField2"], lead.fields["EnquiryType"]) == ("Pune", "Video A")


@pytest.mark.parametrize(
    "rows", [None, "x", [1, {"name": 1}, {"name": "phone"}, {"name": "a", "values": {"b": 1}}]]
)
def test_odd_answers_are_no_fault(rows: Any) -> None:
    submission = meta.complete(source(), ASKED, {"lead": {"id": ASKED["id"], "field_data": rows}})

    assert submission.key == ASKED["id"]


def test_the_question_carries_the_proof_of_the_app() -> None:
    """The published vector: key `test-secret`, token `EAAB`."""
    signing = source_of("meta", "test-secret", options={"access_token": "EAAB", "graph_version": "v25.0"})
    question = meta.FETCH.parts[0].ask(signing, ASKED, {})

    assert question.url == "https://graph.facebook.com/v25.0/444000000001"
    proof = dict(question.query)["appsecret_proof"]
    assert proof == "88e5d9576d83d7a40a03ecfb259ed3fb7a77dcde11609cb6d065512e2d0a569f"


def test_an_answer_about_another_lead_is_none() -> None:
    with pytest.raises(FetchTrouble) as caught:
        meta.FETCH.parts[0].read(ASKED, Answer(status=200, body=b'{"id": "1", "field_data": []}'))

    assert caught.value.code == "fetch.unreadable"
