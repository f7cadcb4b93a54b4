"""Questions as people write them: which one is the number, the name, the message, and what nobody said wins."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.leads.lead import Submission
from gateway.sources.questionnaire import Answer, Asks, Filled, plain_label, submission_of
from tests.sources.making import make_source

PAGE = "https://www.example.com/plan/?utm_campaign=diwali"


def submission(*answers: Answer, source: Any = None, **filled: Any) -> Submission:
    return submission_of(source or make_source(), Filled(**({"payload": {}, "answers": answers} | filled)))


def fields_of(*pairs: tuple[str, Any]) -> dict[str, Any]:
    return dict(submission(*(Answer(label=label, value=value) for label, value in pairs)).fields)


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("What's your name?", "name"),
        ("What\u2019s your name?", "name"),
        ("Please enter your Mobile Number (10 digits) *", "mobile number"),
        ("{{field:full_name}}, your <b>phone</b>:", "phone"),
        ("Name &amp; surname", "name & surname"),
        ("Your", "your"),
        ("", ""),
    ],
)
def test_a_question_is_reduced_to_what_it_asks(label: str, plain: str) -> None:
    assert plain == plain_label(label)


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Which number shall we call?", "98765 43210"),
        ("Best WhatsApp to reach you on", "+91-98765-43210"),
        ("3", "(987) 654-3210"),
        ("textbox3", "09876543210"),
        ("How can we contact you", "९८७६५४३२१०"),
        ("किस फ़ोन पर बात करें?", "9876543210"),
        ("किस \u095eोन पर बात करें?", "9876543210"),
        ("Your mobile or that of a friend", "+44 20 7946 0958"),
    ],
)
def test_a_number_is_found_where_its_question_speaks_of_phones_or_says_nothing(
    label: str, value: str
) -> None:
    assert fields_of((label, value)) == {"MobileNo": value}


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Policy number", "9876543210"),  # says what it is, and that is no phone
        ("3", "2026-10-06"),
        ("3", "110001"),
        ("3", "1234 5678 9012"),
        ("When may we call?", "after six"),
    ],
)
def test_what_only_looks_like_a_number_is_left_where_it_is(label: str, value: str) -> None:
    assert fields_of((label, value)) == {label: value}


def test_a_question_that_names_the_number_is_believed_before_any_that_looks_like_one() -> None:
    assert fields_of(("3", "9876543210"), ("Phone", "12")) == {"3": "9876543210", "Phone": "12"}


def test_the_type_of_a_question_counts_more_than_its_words() -> None:
    first = Answer(label="Reach me on", value="9876543210", asks=Asks.PHONE)
    second = Answer(label="Mobile", value="9876500000", asks=Asks.PHONE)

    assert submission(first, second).fields == {"MobileNo": "9876543210", "Mobile": "9876500000"}


def test_words_where_a_number_could_stand_do_not_get_in_the_way_of_the_number() -> None:
    found = submission(Answer(label="WhatsApp", value="Yes"), Answer(label="Phone", value="9876543210"))
    alone = submission(Answer(label="WhatsApp", value="Yes"))

    assert (found.fields, found.extra) == ({"Phone": "9876543210"}, {"WhatsApp": "Yes"})
    assert (alone.fields, alone.extra) == ({"WhatsApp": "Yes"}, {})


def test_two_questions_of_one_name_are_both_kept() -> None:
    assert fields_of(("City", "Pune"), ("City", "Thane")) == {"City": "Pune", "City (2)": "Thane"}


def test_the_name_of_a_question_helps_where_its_words_do_not() -> None:
    answer = Answer(label="Who is speaking?", name="full_name", value="Asha Verma")

    assert submission(answer).fields == {"full_name": "Asha Verma"}


def test_what_is_no_text_is_kept_beside_the_lead() -> None:
    found = submission(Answer(label="Rows", value={"a": ["b"]}), Answer(label="_nonce", value="x"))

    assert found.fields == {}
    assert found.extra == {"Rows": {"a": ["b"]}, "_nonce": "x"}


def test_a_long_text_is_the_message_unless_one_is_called_so() -> None:
    long = Answer(label="Tell us more", value="Cover for two", asks=Asks.MESSAGE)
    named = Answer(label="Comments", value="After six")

    assert submission(long).fields["CustomField1"] == "Cover for two"
    assert submission(long, named).fields["CustomField1"] == "After six"


def test_the_forms_name_is_the_sub_source_until_a_campaign_is_known() -> None:
    named = {"form_name": "Enquiry"}
    tracked = Answer(label="utm_campaign", value="diwali")
    empty = Answer(label="utm_campaign", value="{campaign}")
    page = Answer(label="page_url", value=PAGE)

    assert submission(**named).fields == {"EnquirySource": "Enquiry", "LeadSubSource": "Enquiry"}
    assert "LeadSubSource" in submission(empty, **named).fields
    for found in (
        submission(tracked, **named),
        submission(page, **named),
        submission(page_url=PAGE, **named),
    ):
        assert "LeadSubSource" not in found.fields


def test_what_the_visitor_and_the_configuration_say_counts_before_the_forms_name() -> None:
    fixed = make_source(constants={"LeadSubSource": "Plans", "EnquirySource": "Site"})
    trusting = make_source(constants={"EnquirySource": "Site"}, trust=("EnquirySource",))
    campaign = Answer(label="Campaign", value="Diwali")

    assert submission(campaign, form_name="Enquiry").fields == {
        "Campaign": "Diwali",
        "EnquirySource": "Enquiry",
    }
    assert submission(source=fixed, form_name="Enquiry").fields == {}
    assert submission(source=trusting, form_name="Enquiry").fields["EnquirySource"] == "Enquiry"


def test_a_mapping_sees_the_payload_and_the_answers_by_their_questions() -> None:
    source = make_source(
        fields={
            "EnquiryType": 'answer."Which plan?"',
            "CustomField2": "answer.email",
            "LeadSubSource": "form",
        },
        key="answer.plan",
    )
    plan = Answer(label="Which plan?", name="plan", value=["Term"])
    mail = Answer(label="Write to", value="asha@example.com", asks=Asks.EMAIL)

    found = submission(
        plan, mail, source=source, payload={"form": "F1"}, key="platform-1", form_name="Enquiry"
    )

    assert found.key == "Term"
    assert found.fields["EnquiryType"] == "Term"
    assert found.fields["CustomField2"] == "asha@example.com"
    assert found.fields["LeadSubSource"] == "F1"
    assert found.fields["WebEnquiryNumber"] == "platform-1"


def test_a_mapping_that_fails_is_noted() -> None:
    source = make_source(fields={"EnquiryType": "answer"})

    assert submission(Answer(label="a", value="b"), source=source).extra["mapping"] == {
        "EnquiryType": "mapping.not_scalar"
    }
