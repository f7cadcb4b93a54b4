"""MagicBricks: the sentence it reads after each enquiry."""

from __future__ import annotations

import pytest

from gateway.leads.lead import State
from gateway.sources import magicbricks
from tests.sources.contract import SECRET, sample_of, source_of
from tests.sources.making import make_auth
from tests.sources.portals import is_let_in, status

SOURCE = source_of("magicbricks")
WHY = "A phone number is needed."


def told(*states: State) -> str:
    reply = magicbricks.acknowledge(SOURCE, [status(state, message=WHY) for state in states])
    assert (reply.status, reply.content_type) == (200, "text/plain; charset=utf-8")
    return reply.body.decode()


@pytest.mark.parametrize("state", [State.QUEUED, State.HELD, State.TEST, State.SUPPRESSED])
def test_a_lead_that_is_kept_is_a_success(state: State) -> None:
    assert told(state) == "Success: Lead punched in the CRM"


def test_a_lead_that_came_before_is_named_as_such() -> None:
    assert told(State.DUPLICATE) == "Failure: Lead already exist"


def test_an_enquiry_that_cannot_become_a_lead_is_told_with_the_reason() -> None:
    assert told(State.QUARANTINED) == f"Failed to Push Lead: {WHY}"


def test_each_lead_of_a_request_has_its_line_and_a_request_without_one_says_so() -> None:
    assert told(State.QUEUED, State.DUPLICATE).splitlines() == [magicbricks.TAKEN, magicbricks.DUPLICATE]
    assert told() == "Failed to Push Lead: There is no lead in the request."


def test_a_sample_carries_the_key_as_the_portal_does_or_the_proof_its_source_asks_for() -> None:
    assert ("api_key", SECRET) in sample_of(SOURCE).query

    basic = source_of("magicbricks", auth=make_auth("basic", SECRET, user="mb"))
    assert is_let_in(basic, sample_of(basic))
