"""VICIdial itself: its lines of text as measured on a real one, its parameters, and looking a lead up."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import parse_qsl

import pytest

from gateway.dialer import open_dialer
from gateway.dialer.outcome import (
    Busy,
    Call,
    Created,
    Duplicate,
    LookUpError,
    Outcome,
    Placed,
    Refused,
    Rejected,
    Scope,
    Unknown,
)
from tests.dialer.scripted import LEAD, SECOND, ScriptedDialer, answer, answering, config

LOGIN = {"user": "apiuser", "pass": "Secret1234"}
ADDED = "SUCCESS: add_lead LEAD HAS BEEN ADDED - 9876543210|25062018|178|5.5|apiuser\n"


def ask(text: str, status: str = "200 OK") -> tuple[Outcome, dict[str, str]]:
    with ScriptedDialer(answering(text.encode(), status)) as server:
        dialer = open_dialer(config(server.url, dialect="vicidial", parameters=LOGIN))
        answered = dialer.add_lead(LEAD)
        dialer.close()
    assert "Secret1234" not in answered.exchange.response
    return answered.outcome, dict(parse_qsl(server.requests[0].split(b"\r\n\r\n")[1].decode()))


def test_a_lead_goes_under_vicidials_names() -> None:
    _, parameters = ask(ADDED)
    named = {"vendor_lead_code": LEAD["prospects_id"], "first_name": "Asha Rao", "phone_code": "91"}
    kept = {name: value for name, value in LEAD.items() if name != "prospects_id"}
    constants = {"source": "gateway", "function": "add_lead", "custom_fields": "Y", **LOGIN}
    assert parameters == {**constants, **named, **kept}


@pytest.mark.parametrize("status", ["200 OK", "500 Internal Server Error"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ADDED, None),
        (ADDED + "NOTICE: add_lead CUSTOM FIELDS VALUES ADDED - 9876543210|178|25062018|1\n", None),
        (
            ADDED
            + "NOTICE: add_lead CUSTOM FIELDS NOT ADDED, "
            + "NO CUSTOM FIELDS DEFINED FOR THIS LIST - 98|178|25062018\n",
            "custom_fields.not_added",
        ),
        (
            ADDED + "NOTICE: add_lead CUSTOM FIELDS NOT ADDED, NO FIELDS TO UPDATE DEFINED - 98\n",
            "custom_fields.not_added",
        ),
        ("ERROR: something before - \nNOTICE: glued" + ADDED, None),
        (ADDED.replace("9876543210", "919876543210"), "dialer.phone_mismatch"),
    ],
)
def test_a_success_is_found_on_any_line_and_any_status(text: str, code: str | None, status: str) -> None:
    outcome, _ = ask(text, status)
    assert isinstance(outcome, Created)
    assert (outcome.lead_id, outcome.list_id, outcome.code) == ("178", "25062018", code)


def test_a_success_cut_inside_its_id_gives_no_half_id() -> None:
    outcome, _ = ask("SUCCESS: add_lead LEAD HAS BEEN ADDED - 9876543210|25062018|17")
    assert isinstance(outcome, Created)
    assert (outcome.lead_id, outcome.code) == (None, "dialer.no_lead_id")


@pytest.mark.parametrize(
    ("text", "kind", "code", "scope"),
    [
        ("ERROR: add_lead INVALID PHONE NUMBER LENGTH - 98765|apiuser\n", Rejected, "phone.length", None),
        (
            "ERROR: add_lead NOT A DEFINED LIST ID, LIST EXISTS CHECK ENABLED - 98|55555555\n",
            Refused,
            "list.not_found",
            Scope.LIST,
        ),
        ("ERROR: add_lead NOT AN ALLOWED LIST ID - 98|25062018\n", Refused, "list.not_allowed", Scope.LIST),
        ("ERROR: Invalid Source - \nERROR: Invalid Source: ||\n", Refused, "source.required", Scope.LINE),
        (
            "ERROR: add_lead USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM: |apinomod|0|\n",
            Refused,
            "permission.denied",
            Scope.LINE,
        ),
        (
            "ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |apifunc|add_lead|\n",
            Refused,
            "permission.denied",
            Scope.LINE,
        ),
        (
            "ERROR: Login incorrect, please try again: |apinomod|Secret1234|BAD|\n",
            Refused,
            "login.incorrect",
            Scope.LOGIN,
        ),
        (
            "ERROR: Too many login attempts, try again in 15 minutes: |apilock|LOCK|\n",
            Refused,
            "login.locked",
            Scope.LOGIN,
        ),
        ("ERROR: NO FUNCTION SPECIFIED\n", Refused, "action.required", Scope.LINE),
        ("ERROR: add_lead PHONE NUMBER IN DNC - 9999900000|apiuser\n", Rejected, "phone.do_not_call", None),
        (
            "ERROR: add_lead PHONE NUMBER IN CAMPAIGN DNC - 99|IND|apiuser\n",
            Rejected,
            "phone.do_not_call",
            None,
        ),
        (
            "ERROR: add_lead LEAD HAS NOT BEEN ADDED - 98|INSERT INTO vicidial_list VALUES('Asha Rao')|a\n",
            Rejected,
            "lead.not_added",
            None,
        ),
        ("MySQL connect ERROR:  Connection refused", Busy, "dialer.database_down", None),
        ("", Unknown, "dialer.empty", None),
        ("ERROR: add_lead SOMETHING NEW - 1\n", Unknown, "dialer.unknown_message", None),
    ],
)
def test_each_error_as_measured(text: str, kind: type, code: str, scope: Scope | None) -> None:
    outcome, _ = ask(text)
    assert (type(outcome), getattr(outcome, "code", ""), getattr(outcome, "scope", None)) == (
        kind,
        code,
        scope,
    )


@pytest.mark.parametrize(
    "text",
    [
        "ERROR: add_lead DUPLICATE PHONE NUMBER IN LIST - 9811100001|25062018|37\n",
        "ERROR: add_lead DUPLICATE PHONE NUMBER IN CAMPAIGN LISTS - 9811100001|25062019|37|25062018\n",
        "ERROR: add_lead DUPLICATE PHONE NUMBER IN SYSTEM - 9811100001|777001|37|25062018\n",
    ],
)
def test_a_duplicate_names_the_lead_that_was_there(text: str) -> None:
    outcome, _ = ask(text)
    assert isinstance(outcome, Duplicate)
    assert outcome.lead_id == "37"


def test_several_leads_are_several_requests() -> None:
    with ScriptedDialer(answering(ADDED.encode())) as server:
        dialer = open_dialer(config(server.url, dialect="vicidial", parameters=LOGIN))
        answers = dialer.add_multi_lead([LEAD, SECOND])
        assert dialer.fitting([LEAD, SECOND]) == 1
        dialer.close()
    assert [type(outcome) for outcome in answers.outcomes] == [Created, Created]
    assert (len(server.requests), answers.exchange.http_status) == (2, 200)


# -- looking a lead up -------------------------------------------------------------------------------

FOUND = (
    "NOTICE: update_lead LEADS FOUND IN THE SYSTEM: |apiuser|184|0N3Z7Q4KTSV4RRFFQ69X||25062018|25062018\n"
)
ABSENT = "NOTICE: update_lead NO MATCHES FOUND IN THE SYSTEM: |apiuser||NOPE-1|\n"
BY_PHONE = {"phone_number": "9866600001", "list_id": "25062018"}


def look_up(text: bytes, lead: dict[str, str]) -> tuple[Created | None, dict[str, str]]:
    with (
        ScriptedDialer(answering(text)) as server,
        closing(open_dialer(config(server.url, dialect="vicidial", parameters=LOGIN))) as dialer,
    ):
        assert dialer.can_look_up
        found = dialer.look_up(lead)
    return found, dict(parse_qsl(server.requests[0].split(b"\r\n\r\n")[1].decode()))


def test_a_lead_is_looked_up_by_its_reference_within_its_list_and_changed_by_nothing() -> None:
    found, parameters = look_up(FOUND.encode(), LEAD)
    assert found == Created(lead_id="184", list_id="25062018")
    assert parameters["vendor_lead_code"] == LEAD["prospects_id"]
    assert (parameters["search_location"], parameters["list_id"]) == ("LIST", "25062018")
    assert (parameters["function"], parameters["no_update"]) == ("update_lead", "Y")


def test_a_long_reference_is_looked_up_as_the_dialer_kept_it() -> None:
    _, parameters = look_up(ABSENT.encode(), {**LEAD, "prospects_id": "123e4567-e89b-12d3-a456"})
    assert parameters["vendor_lead_code"] == "123e4567-e89b-12d3-a"


def test_a_lead_without_reference_is_looked_up_by_phone() -> None:
    found, parameters = look_up(b"9866600001|2|184-12\n", BY_PHONE)
    assert found == Created(lead_id="184")
    assert parameters["function"] == "lead_search"


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        (ABSENT.encode(), LEAD),
        (b"ERROR: lead_search NO MATCHES FOUND IN THE SYSTEM: |apiuser|||9866600001\n", BY_PHONE),
    ],
)
def test_an_absent_lead_is_none(text: bytes, lead: dict[str, str]) -> None:
    assert look_up(text, lead)[0] is None


@pytest.mark.parametrize("text", [b"", b"<html>", b"ERROR: Login incorrect, please try again: |a|b|BAD|\n"])
def test_an_answer_that_says_neither_is_never_taken_for_absent(text: bytes) -> None:
    with pytest.raises(LookUpError):
        look_up(text, LEAD)


@pytest.mark.parametrize("broken", ["connection", "body"])
def test_a_look_up_that_breaks_is_never_taken_for_absent(broken: str) -> None:
    cut = answer(ABSENT.encode(), length=9000)
    with ScriptedDialer(lambda peer: peer.request() and broken == "body" and peer.send(cut)) as server:
        dialer = open_dialer(config(server.url, dialect="vicidial", parameters=LOGIN))
        with pytest.raises(LookUpError):
            dialer.look_up(LEAD)
        dialer.close()


def test_a_call_goes_to_the_agents_page() -> None:
    text = b"SUCCESS: external_dial function set - 9876543210|agent1|91|YES|NO|YES||1795409912|||\n"
    with ScriptedDialer(answering(text)) as server:
        url = server.url.replace("/elision-api/main.php", "/vicidial/non_agent_api.php")
        dialer = open_dialer(config(url, dialect="vicidial", parameters=LOGIN))
        answered = dialer.manual_dial(Call(agent_user="agent1", value="9876543210", phone_code="91"))
        dialer.close()
    assert isinstance(answered.outcome, Placed)
    assert server.requests[0].startswith(b"POST /agc/api.php HTTP/1.1")
    assert b"function=external_dial" in server.requests[0]
