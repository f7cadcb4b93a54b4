"""Education portals: a secret inside the body, and the one word a publisher bills by."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from gateway.leads.lead import LeadStatus, State
from gateway.sources import education
from gateway.sources.base import Inbound
from tests.sources.contract import OTHER, SECRET, read, source_of
from tests.sources.making import FORM, JSON, make_form, make_inbound, make_multipart, text_part
from tests.sources.portals import is_let_in, status

STUDENT = {"name": "Asha Verma", "mobile": "9876543210", "course": "MBA"}
PAIRS = [{"Attribute": "Phone", "Value": "9876543210"}, {"Attribute": "secret_key", "Value": SECRET}]


def json(value: Any, **more: Any) -> Inbound:
    return make_inbound(orjson.dumps(value), JSON | more.pop("headers", {}), **more)


def told(*leads: LeadStatus) -> Any:
    reply = education.acknowledge(source_of("education"), leads)
    assert (reply.status, reply.content_type) == (200, "application/json")
    return orjson.loads(reply.body)


@pytest.mark.parametrize(
    "inbound",
    [
        make_form(STUDENT | {"secret_key": SECRET}),
        json(STUDENT | {"Secret_Key": SECRET}),
        json(STUDENT | {"secretKey": SECRET}),
        json([STUDENT | {"secret_key": SECRET}]),
        json({"secret_key": SECRET, "leads": [STUDENT, STUDENT]}),
        json(PAIRS),
        json([PAIRS]),
        make_multipart(text_part("mobile", "9876543210"), text_part("secret_key", SECRET)),
        json(STUDENT, query=(("accessKey", "x"), ("secretKey", SECRET))),
        json(STUDENT, headers={"x-api-key": SECRET}),
        json(STUDENT, headers={"authorization": f"Bearer {SECRET}"}),
        make_inbound(method="GET", query=tuple((STUDENT | {"secret_key": SECRET}).items())),
    ],
    ids=["form", "capitals", "camel", "array", "wrapped", "pairs", "lists of pairs", "multipart", "address", "header",
         "bearer", "get"],
)  # fmt: skip
def test_the_secret_lets_in_wherever_it_stands_and_is_no_part_of_the_lead(inbound: Inbound) -> None:
    assert is_let_in(source_of("education"), inbound)
    assert is_let_in(source_of("education", OTHER, SECRET), inbound)
    assert not is_let_in(source_of("education", OTHER), inbound)

    submissions = read(source_of("education"), inbound)
    assert submissions[0].fields["MobileNo"] == "9876543210"
    assert SECRET not in str(submissions)
    assert "removed" not in str(submissions)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"secret_key=", b"[1,[2]]", b'{"secret_key":["a"]}', b"\xff\xfe"]
)
def test_a_body_without_the_secret_is_refused_however_broken(body: bytes) -> None:
    assert not is_let_in(source_of("education"), make_inbound(body, FORM))
    assert not is_let_in(source_of("education", ""), make_inbound(body, JSON))


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (State.QUEUED, "Success"),
        (State.HELD, "Success"),
        (State.TEST, "Success"),
        (State.DUPLICATE, "Duplicate"),
        (State.QUARANTINED, "Fail"),
        (State.SUPPRESSED, "Fail"),
    ],
)
def test_the_word_says_what_became_of_the_lead(state: State, word: str) -> None:
    assert told(status(state))["status"] == word


def test_a_failure_says_why() -> None:
    assert told(status(State.QUARANTINED, message="A phone number is needed.")) == {
        "status": "Fail", "message": "A phone number is needed."
    }  # fmt: skip
    assert told()["status"] == "Fail"


def test_of_several_leads_each_has_its_word_and_a_failure_is_not_hidden() -> None:
    mixed = told(status(State.QUEUED), status(State.DUPLICATE), status(State.QUARANTINED))

    assert mixed["status"] == "Fail"
    assert [each["status"] for each in mixed["leads"]] == ["Success", "Duplicate", "Fail"]
    assert told(status(State.DUPLICATE), status(State.QUEUED))["status"] == "Success"
    assert told(status(State.DUPLICATE), status(State.DUPLICATE))["status"] == "Duplicate"


def test_the_same_student_and_course_is_one_lead_and_another_course_is_another() -> None:
    def key(**changes: str) -> str | None:
        (submission,) = read(
            source_of("education"), make_inbound(urlencode(STUDENT | changes).encode(), FORM)
        )
        return submission.key

    assert key() == key(mobile="+91 98765 43210", course="mba", name="A. Verma")
    assert key() != key(course="BBA")
    assert key(lead_id="CD-1") == "CD-1"
    assert key(course="") is None


@pytest.mark.parametrize("value", [[], {"leads": []}])
def test_an_empty_list_is_no_student(value: Any) -> None:
    assert read(source_of("education"), json(value)) == []


def test_an_own_field_of_leadsquared_goes_by_its_plain_name() -> None:
    pairs = [
        {"Attribute": "mx_Course", "Value": "MBA"},
        {"Attribute": "mx_Exam", "Value": "CAT"},
        {"Attribute": "Phone"},
    ]

    (submission,) = read(source_of("education"), json(pairs))

    assert submission.fields["EnquiryType"] == "MBA"
    assert submission.fields["Exam"] == "CAT"
