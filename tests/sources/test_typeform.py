"""Typeform: its signature, half-filled forms, its test request, answers without titles."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.leads.lead import Submission
from gateway.sources import typeform
from gateway.sources.base import NotAuthentic
from tests.sources.making import JSON, NOW, make_auth, make_inbound, make_source

BODY = b'{"id":"L-1","name":"Asha Verma","phone":"+919876543210"}'
SIGNATURE = "sha256=+SQpZvuM9Lg8CBA7Fh1OmrYsBNQSjp3bEKbOnhile24="
SOURCE = make_source(kind="typeform", auth=make_auth("platform", "old-secret", "test-secret"))


def response(answers: list[Any], questions: list[Any], **more: Any) -> bytes:
    definition = {"title": "Enquiry", "fields": questions}
    return orjson.dumps(
        {"event_id": "e", "event_type": "form_response"}
        | {"form_response": {"token": "t-1", "definition": definition, "answers": answers} | more}
    )


def parsed(body: bytes) -> list[Submission]:
    return typeform.parse(SOURCE, make_inbound(body, JSON))


def test_the_vector_of_a_signature_is_met() -> None:
    assert typeform.signature("test-secret", BODY) == SIGNATURE

    typeform.verify(SOURCE, make_inbound(BODY, {"Typeform-Signature": SIGNATURE}))


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY + b" ", SIGNATURE),
        (BODY, SIGNATURE.removeprefix("sha256=")),
        (BODY, SIGNATURE.lower()),
        (BODY, "sha256=f9242966fb8cf4b83c08103b161d4e9ab62c04d4128e9ddb10a6ce9e18a57b6e"),  # hex
        (BODY, ""),
        (BODY, "sha256=é"),
    ],
)
def test_anything_else_is_refused(body: bytes, signature: str) -> None:
    with pytest.raises(NotAuthentic):
        typeform.verify(SOURCE, make_inbound(body, {"Typeform-Signature": signature}))


def test_the_time_of_a_delivery_does_not_matter_for_nothing_signs_it() -> None:
    late = make_inbound(BODY, {"Typeform-Signature": SIGNATURE}, received_at=NOW + 36_000)

    typeform.verify(SOURCE, late)


def test_a_form_left_half_way_is_no_lead() -> None:
    assert parsed(b'{"event_type":"form_response_partial","form_response":{"answers":[]}}') == []


@pytest.mark.parametrize("text", ["Lorem ipsum dolor", " lorem Ipsum dolor "])
def test_the_texts_of_a_test_request_make_a_test_lead(text: str) -> None:
    (found,) = parsed(response([{"type": "text", "text": text, "field": {"id": "1"}}], []))

    assert found.test


def test_a_visitor_who_writes_latin_is_no_test() -> None:
    (found,) = parsed(response([{"type": "text", "text": "Lorem ipsum dolor sit", "field": {"id": "1"}}], []))

    assert not found.test


def test_an_answer_finds_its_question_by_id_or_by_ref() -> None:
    questions = [{"id": "1", "title": "City"}, {"ref": "r2", "title": "Area"}]
    answers = [
        {"type": "text", "text": "Pune", "field": {"id": "1", "ref": "other"}},
        {"type": "text", "text": "Baner", "field": {"id": "9", "ref": "r2"}},
        {"type": "text", "text": "lost", "field": {"id": "8", "ref": "landmark"}},
    ]

    (found,) = parsed(response(answers, questions))

    assert {"City": "Pune", "Area": "Baner", "landmark": "lost"}.items() <= found.fields.items()


def test_questions_inside_groups_are_found() -> None:
    inner = {"id": "city", "title": "City"}
    group = {"id": "g1", "title": "Where?", "properties": {"fields": [inner]}}
    outer = {"id": "g2", "title": "You", "properties": {"fields": [group]}}

    (found,) = parsed(response([{"type": "text", "text": "Pune", "field": {"id": "city"}}], [outer]))

    assert found.fields["City"] == "Pune"


def test_typeform_is_the_source_until_another_is_known() -> None:
    (bare,), (tracked,) = parsed(response([], [])), parsed(response([], [], hidden={"utm_source": "fb"}))

    assert bare.fields["LeadSource"] == "Typeform"
    assert "LeadSource" not in tracked.fields


def test_the_event_is_the_key_where_the_response_has_none() -> None:
    (found,) = parsed(response([], [], token=None))

    assert found.key == "e"
