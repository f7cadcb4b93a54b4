"""LinkedIn's signature and challenge, and answers joined with their questions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.leads.lead import Lead
from gateway.sources import linkedin
from gateway.sources.base import NotAuthentic
from gateway.sources.fetch import FetchTrouble
from tests.sources.contract import made, source_of
from tests.sources.making import make_inbound

SECRET = "test-secret"
BODY = b'{"id":"L-1","name":"Asha Verma","phone":"+919876543210"}'
SIGNED = "92c58e0b6eb268408558c08437983daecea6fd430b7d34550d54890abb945155"
WITHOUT_PREFIX = "f9242966fb8cf4b83c08103b161d4e9ab62c04d4128e9ddb10a6ce9e18a57b6e"
CHALLENGE = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
RESPONSE = "8bde2af5ee9529546d2098fc83434bb05aff1104dca629a22f301714626e29b0"
SOURCE = source_of("linkedin", SECRET)
ASKED = {"id": "249592fc-6", "form": "7234246", "form_version": "1"}


@pytest.mark.parametrize("header", [SIGNED, f"hmacsha256={SIGNED}", WITHOUT_PREFIX])
def test_the_published_vector_is_taken(header: str) -> None:
    linkedin.verify(SOURCE, make_inbound(BODY, {"X-LI-Signature": header}))


@pytest.mark.parametrize("header", ["", "hmacsha256=", SIGNED[:-1] + "6", SIGNED.upper(), "é", RESPONSE])
def test_anything_else_is_not(header: str) -> None:
    with pytest.raises(NotAuthentic):
        linkedin.verify(SOURCE, make_inbound(BODY, {"X-LI-Signature": header}))


def answered(reply: Any) -> dict[str, str]:
    assert reply.content_type == "application/json"
    found: dict[str, str] = json.loads(reply.body)
    return found


def test_a_challenge_is_answered_with_its_signature() -> None:
    query = (("challengeCode", CHALLENGE), ("applicationId", "1"))
    reply = linkedin.handshake(SOURCE, make_inbound(method="GET", query=query))

    assert answered(reply) == {"challengeCode": CHALLENGE, "challengeResponse": RESPONSE}


def test_a_challenge_may_stand_in_a_body() -> None:
    body = json.dumps({"challengeCode": CHALLENGE}).encode()

    assert answered(linkedin.handshake(SOURCE, make_inbound(body)))["challengeResponse"] == RESPONSE


@pytest.mark.parametrize(
    "text", ["", "x", 'hmacsha256={"leadAction":"CREATED"}', CHALLENGE + "x", CHALLENGE[:-1]]
)
def test_nobody_gets_a_text_of_their_choice_signed(text: str) -> None:
    """It would be the signature of a webhook."""
    assert linkedin.handshake(SOURCE, make_inbound(method="GET", query=(("challengeCode", text),))) is None
    assert linkedin.handshake(SOURCE, make_inbound(json.dumps({"challengeCode": text}).encode())) is None


def test_a_webhook_is_no_challenge() -> None:
    assert linkedin.handshake(SOURCE, make_inbound(BODY)) is None


# -- what LinkedIn tells -------------------------------------------------------------------------------------


def text(number: int, written: str) -> dict[str, Any]:
    return {"questionId": number, "answerDetails": {"textQuestionAnswer": {"answer": written}}}


def chosen(number: int, *options: int) -> dict[str, Any]:
    return {"questionId": number, "answerDetails": {"multipleChoiceAnswer": {"options": list(options)}}}


def lead_of(*answers: Any, questions: Any, **more: Any) -> Lead:
    got = {
        "lead": {"id": ASKED["id"], "formResponse": {"answers": list(answers)}} | more,
        "form": {"name": "Term plans", "content": {"questions": questions}},
    }
    found = made(SOURCE, linkedin.complete(SOURCE, ASKED, got))
    assert isinstance(found, Lead), found
    return found


def test_answers_go_by_linkedins_names_or_by_the_words_of_the_question() -> None:
    lead = lead_of(
        text(1, "आशा"),
        text(2, "वर्मा"),
        text(3, "+91 98765 43210"),
        text(4, "Head of Sales"),
        chosen(5, 7, 8),
        questions=[
            {"questionId": 1, "predefinedField": "FIRST_NAME"},
            {"questionId": 2, "predefinedField": "LAST_NAME"},
            {"questionId": 3, "predefinedField": "PHONE_NUMBER"},
            {"questionId": 4, "predefinedField": "JOB_TITLE"},
            {
                "questionId": 5,
                "question": {"localized": {"en_US": "Which plans?"}},
                "questionDetails": {
                    "multipleChoiceQuestionDetails": {
                        "options": [{"id": 7, "text": {"localized": {"en_US": "Term"}}}, {"id": 8}]
                    }
                },
            },
        ],
    )

    assert (lead.phone, lead.fields["CustomerName"]) == ("9876543210", "आशा वर्मा")
    assert lead.fields["CustomField1"] == "Which plans: Term, 8"
    assert lead.extra["job_title"] == "Head of Sales"
    assert lead.fields["WebEnquiryNumber"] == ASKED["id"]


def test_a_number_at_work_is_dialed_where_there_is_no_other() -> None:
    lead = lead_of(
        text(1, "9876543210"), questions=[{"questionId": 1, "predefinedField": "WORK_PHONE_NUMBER"}]
    )

    assert lead.phone == "9876543210"


def test_an_answer_to_a_question_that_is_gone_is_kept() -> None:
    questions = [{"questionId": 1, "predefinedField": "PHONE_NUMBER"}, None, {"questionId": {}}]
    lead = lead_of(text(1, "9876543210"), text(99, "yes"), None, 5, questions=questions)

    assert lead.fields["CustomField1"] == "Question 99: yes"


@pytest.mark.parametrize("form", [{}, {"content": None}, {"content": {"questions": "x"}}, {"name": {"a": 1}}])
def test_an_odd_form_is_no_fault(form: dict[str, Any]) -> None:
    got = {"lead": {"id": ASKED["id"], "formResponse": {"answers": [text(1, "9876543210")]}}, "form": form}

    assert linkedin.complete(SOURCE, ASKED, got).key == ASKED["id"]


def test_a_lead_that_names_no_form_cannot_be_read() -> None:
    with pytest.raises(FetchTrouble):
        linkedin.FETCH.parts[1].ask(SOURCE, {"id": "x"}, {"lead": {"id": "x"}})


def test_the_token_and_the_version_stand_in_headers() -> None:
    source = source_of("linkedin", options={"access_token": "AQX", "api_version": "202606"})
    question = linkedin.FETCH.parts[0].ask(source, ASKED, {})

    assert question.url == "https://api.linkedin.com/rest/leadFormResponses/249592fc-6"
    assert question.headers["Authorization"] == "Bearer AQX"
    assert question.headers["LinkedIn-Version"] == "202606"
