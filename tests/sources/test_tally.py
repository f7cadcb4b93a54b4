"""Tally: its signature, choices as ids, groups of check boxes that come twice."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.leads.lead import Submission
from gateway.sources import tally
from gateway.sources.base import NotAuthentic
from tests.sources.making import JSON, make_auth, make_inbound, make_source

BODY = b'{"id":"L-1","name":"Asha Verma","phone":"+919876543210"}'
SIGNATURE = "+SQpZvuM9Lg8CBA7Fh1OmrYsBNQSjp3bEKbOnhile24="
SOURCE = make_source(kind="tally", auth=make_auth("platform", "test-secret"))
OPTIONS = [{"id": "o1", "text": "Term"}, {"id": "o2", "text": "ULIP"}]


def parsed(*rows: Any, **data: Any) -> Submission:
    body = orjson.dumps({"eventId": "e-1", "data": {"submissionId": "s-1", "fields": rows} | data})
    (found,) = tally.parse(SOURCE, make_inbound(body, JSON))
    return found


def test_the_vector_of_a_signature_is_met() -> None:
    tally.verify(SOURCE, make_inbound(BODY, {"Tally-Signature": SIGNATURE}))


@pytest.mark.parametrize(
    "signature", [f"sha256={SIGNATURE}", SIGNATURE.rstrip("="), "", "é", f" {SIGNATURE}"]
)
def test_anything_else_is_refused(signature: str) -> None:
    with pytest.raises(NotAuthentic):
        tally.verify(SOURCE, make_inbound(BODY, {"Tally-Signature": signature}))


@pytest.mark.parametrize(
    ("value", "text"),
    [(["o1"], "Term"), (["o1", "o2"], "Term, ULIP"), ("o2", "ULIP"), ("Term", "Term"), (["new"], "new")],
)
def test_a_choice_is_what_the_visitor_read(value: Any, text: str) -> None:
    row = {"key": "k", "label": "Plan", "type": "DROPDOWN", "value": value, "options": OPTIONS}

    assert parsed(row).fields["Plan"] == text


def test_a_group_of_check_boxes_counts_once() -> None:
    group = {"key": "q_1", "label": "Riders", "type": "CHECKBOXES", "value": ["o1"], "options": OPTIONS}
    again = {"key": "q_1_o1", "label": "Riders (Term)", "type": "CHECKBOXES", "value": True}
    alone = {"key": "q_2", "label": "Urgent", "type": "CHECKBOXES", "value": True}

    found = parsed(group, again, alone).fields

    assert found["Riders"] == "Term"
    assert found["Urgent"] == "true"
    assert "Riders (Term)" not in found


def test_two_forms_answers_at_one_moment_are_two_keys_and_a_retry_is_none() -> None:
    assert parsed().key == "s-1"
    assert parsed(submissionId=None, responseId="r-1").key == "r-1"
    assert parsed(submissionId=None).key == "e-1"


def test_tally_is_the_source_until_another_is_known() -> None:
    tracked = parsed({"key": "h", "label": "utm_source", "type": "HIDDEN_FIELDS", "value": "fb"})

    assert parsed().fields["LeadSource"] == "Tally"
    assert "LeadSource" not in tracked.fields
