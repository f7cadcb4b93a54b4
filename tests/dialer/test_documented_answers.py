"""Every success and each of the 32 errors of the dialer's document, as printed and as really sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.dialer.answers import read_call, read_lead, read_leads
from gateway.dialer.outcome import Busy, Created, Outcome, Placed, Refused, Unknown
from gateway.dialer.transport import Reply
from tests.dialer.documented import CALLS, MULTI_FIRST, MULTI_OVERALL, OK2, SINGLE, clean

SENT = {"phone_number": "1111111", "list_id": "25062018"}
BOTH = (SENT, {"phone_number": "2222222", "list_id": "25062018"})
spellings = pytest.mark.parametrize("spelled", [clean, str], ids=["sent", "printed"])


def reply(body: str, status: int = 200) -> Reply:
    return Reply(status=status, body=body.encode(), seconds=0.0)


def as_it_is(text: str) -> str:
    return text


def facts(outcome: Outcome | Placed) -> tuple[str, str | None, object]:
    return type(outcome).__name__, getattr(outcome, "code", None), getattr(outcome, "scope", None)


@spellings
@pytest.mark.parametrize(("message", "kind", "code", "scope"), SINGLE)
@pytest.mark.parametrize("status", [200, 500])
def test_each_error_of_add_lead(
    message: str, kind: str, code: str, scope: object, status: int, spelled: Callable[[str], str]
) -> None:
    body = f'{{"success":"false","message":"{spelled(message)}"}}'
    assert facts(read_lead(reply(body, status), SENT, as_it_is)) == (kind, code, scope)


@spellings
@pytest.mark.parametrize(("key", "message", "kind", "code", "scope"), MULTI_OVERALL)
def test_each_overall_error_of_add_multi_lead_is_the_answer_for_every_lead(
    key: str, message: str, kind: str, code: str, scope: object, spelled: Callable[[str], str]
) -> None:
    body = f'{{"{key}":"false","message":"{spelled(message)}"}}'
    outcomes = read_leads(reply(body), BOTH, as_it_is)
    assert [facts(outcome) for outcome in outcomes] == [(kind, code, scope)] * 2


@spellings
@pytest.mark.parametrize(("message", "kind", "code", "scope"), MULTI_FIRST)
def test_each_error_of_one_lead_leaves_the_other_created(
    message: str, kind: str, code: str, scope: object, spelled: Callable[[str], str]
) -> None:
    body = f'{{"lead 1":{{"success":"false","message":"{spelled(message)}"}},{spelled(OK2)}}}'
    first, second = read_leads(reply(body), BOTH, as_it_is)
    assert facts(first) == (kind, code, scope)
    assert second == Created(lead_id="1699", list_id="25062018", status="NEW")


@spellings
@pytest.mark.parametrize(("key", "message", "kind", "code"), CALLS)
def test_each_error_of_manual_dial(
    key: str, message: str, kind: str, code: str, spelled: Callable[[str], str]
) -> None:
    body = f'{{"{key}":"false","message":"{spelled(message)}"}}'
    assert facts(read_call(reply(body), as_it_is))[:2] == (kind, code)


def test_the_document_has_thirty_two_errors_and_all_are_here() -> None:
    assert [len(SINGLE), len(MULTI_OVERALL) + len(MULTI_FIRST), len(CALLS)] == [10, 16, 6]


@pytest.mark.parametrize(("message", "_kind", "code", "_scope"), MULTI_FIRST)
def test_a_word_about_one_lead_said_for_all_is_no_answer_for_any(
    message: str, _kind: str, code: str, _scope: object
) -> None:
    body = f'{{"success":"false","message":"{clean(message)}"}}'
    outcomes = read_leads(reply(body), BOTH, as_it_is)
    if code.startswith("phone."):
        assert all(isinstance(o, Unknown) and o.code == "dialer.missing_answer" for o in outcomes)
    else:
        assert all(getattr(o, "code", None) == code for o in outcomes)


def test_the_success_of_add_lead_as_printed() -> None:
    body = (
        '{ "success": "true", "message": "add\\_lead LEAD CREATED  \nSUCCESSFULLY", "data": '
        '{ "Phone Number": "1111111", "List  \nID": "25062018", "Lead ID": "1764", "Status": "NEW", '
        '"Prospects Id": "123" } }'
    )
    created = Created(lead_id="1764", list_id="25062018", status="NEW")
    assert read_lead(reply(body), SENT, as_it_is) == created


def test_the_success_of_add_multi_lead_gives_each_lead_its_own_id_by_number() -> None:
    one = (
        '{"success":"true","message":"add_multi_lead RECORD(S) CREATED",'
        '"data":{"Phone Number":"%s","Lead ID":%d}}'
    )
    body = f'{{"lead 2":{one % ("2222222", 1766)},"lead 1":{one % ("1111111", 1765)}}}'
    outcomes = read_leads(reply(body), BOTH, as_it_is)
    assert [o.lead_id for o in outcomes if isinstance(o, Created)] == ["1765", "1766"]


def test_the_success_of_manual_dial() -> None:
    body = (
        '{"success":"true","message":"manual\\_dial EXTERNAL\\_DIAL FUNCTION SET","data":{"Phone Number":'
        '"1234567890","Prospects Id":"654dsddfd"}}'
    )
    assert read_call(reply(body), as_it_is) == Placed(phone="1234567890", prospects_id="654dsddfd")


def test_a_list_without_custom_form_is_never_sent_again_by_itself() -> None:
    body = '{"success":"false","message":"CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST"}'
    outcome = read_lead(reply(body), SENT, as_it_is)
    assert isinstance(outcome, Unknown)
    assert outcome.resend is False


def test_the_same_words_beside_a_success_are_a_created_lead() -> None:
    body = (
        '{"success":"true","message":"CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST",'
        '"data":{"Lead ID":12}}'
    )
    outcome = read_lead(reply(body), SENT, as_it_is)
    assert (type(outcome), getattr(outcome, "code", "")) == (Created, "custom_fields.not_added")


def test_a_refused_action_of_a_single_lead_stops_the_line() -> None:
    body = '{"status":"false","message":"ENTERED ACTION IS NOT VALID"}'
    assert isinstance(read_lead(reply(body), SENT, as_it_is), Refused)


def test_a_login_refusal_holds_the_line_and_not_the_lead() -> None:
    body = '{"success":"false","message":"Login incorrect, please try again"}'
    outcome = read_lead(reply(body), SENT, as_it_is)
    assert not isinstance(outcome, (Busy, Unknown))
    assert isinstance(outcome, Refused)
