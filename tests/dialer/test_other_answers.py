"""What the document does not have: other spellings of yes, text, HTML, nothing, contradictions, statuses."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialer.answers import read_call, read_lead, read_leads
from gateway.dialer.http_status import retry_after
from gateway.dialer.messages import REASONS, normalise
from gateway.dialer.outcome import Busy, Created, Duplicate, Placed, Refused, Rejected, Scope, Unknown
from gateway.dialer.transport import Failure, Reply

SENT = {"phone_number": "9876543210", "list_id": "25062018"}
BOTH = (SENT, {"phone_number": "9811100001", "list_id": "25062018"})


def reply(body: str | bytes | dict[str, object], status: int = 200, **more: str) -> Reply:
    raw = orjson.dumps(body) if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
    return Reply(status=status, body=raw, seconds=0.0, **more)  # type: ignore[arg-type]


def as_it_is(text: str) -> str:
    return text


def lead(body: str | bytes | dict[str, object], status: int = 200, **more: str) -> object:
    return read_lead(reply(body, status, **more), SENT, as_it_is)


@pytest.mark.parametrize("key", ["success", "status", "Success", "STATUS"])
@pytest.mark.parametrize("yes", ["true", "True", "TRUE", "1", True, 1])
def test_yes_is_read_in_every_spelling(key: str, yes: object) -> None:
    body = {key: yes, "message": "Lead added", "data": {"Lead ID": 7, "Status": "NEW"}}
    assert lead(body) == Created(lead_id="7", status="NEW")


@pytest.mark.parametrize("key", ["success", "status"])
@pytest.mark.parametrize("no", ["false", "False", "FALSE", "0", False, 0])
def test_no_is_never_taken_for_yes_because_it_is_not_empty(key: str, no: object) -> None:
    assert getattr(lead({key: no, "message": "something new"}), "code", "") == "dialer.unknown_message"


@pytest.mark.parametrize(
    ("written", "text"), [("1764", "1764"), (1765, "1765"), (" 12 ", "12"), ("A-7", "A-7")]
)
def test_a_lead_id_is_text_however_it_is_written(written: object, text: str) -> None:
    assert lead({"success": "true", "data": {"Lead ID": written}}) == Created(lead_id=text)


@pytest.mark.parametrize("written", ["", "0", 0, None, "null", False, [], {}, 1.5, "x" * 50])
def test_what_is_no_lead_id_is_none(written: object) -> None:
    found = lead({"success": "true", "message": "LEAD CREATED SUCCESSFULLY", "data": {"Lead ID": written}})
    assert (getattr(found, "lead_id", "?"), getattr(found, "code", "")) == (None, "dialer.no_lead_id")


@pytest.mark.parametrize("status", [200, 301, 401, 404, 500, 502, 503])
def test_a_success_in_the_body_wins_over_any_status(status: int) -> None:
    assert lead({"success": "true", "data": {"Lead ID": 7}}, status) == Created(lead_id="7")


def test_a_lead_id_without_a_flag_is_a_created_lead() -> None:
    assert lead({"message": "noted", "data": {"Lead ID": "7"}}, 500) == Created(lead_id="7")


def test_a_php_notice_before_the_answer_does_not_hide_it() -> None:
    notice = "<br />\n<b>Warning</b>: Undefined {index} in x.php<br />\n"
    body = notice + '{ "success": "true", "data": {"Lead ID": "7"} }'
    assert lead(body) == Created(lead_id="7")


def test_another_phone_number_in_the_answer_is_an_alarm_and_not_a_failure() -> None:
    found = lead({"success": "true", "data": {"Lead ID": "7", "Phone Number": "9876543211"}})
    assert (getattr(found, "lead_id", ""), getattr(found, "code", "")) == ("7", "dialer.phone_mismatch")


@pytest.mark.parametrize(
    "body",
    [
        {"success": "true", "message": "add_lead PHONE NUMBER IS NOT VALID"},
        {"success": "false", "message": "add_lead LEAD CREATED SUCCESSFULLY"},
        {"success": "false", "message": "add_lead SOURCE IS REQUIRED", "data": {"Lead ID": "7"}},
    ],
)
def test_yes_and_no_at_once_is_unknown_and_not_sent_again(body: dict[str, object]) -> None:
    found = lead(body)
    assert isinstance(found, Unknown)
    assert (found.code, found.resend) == ("dialer.contradiction", False)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "dialer.empty"),
        (b"  \n", "dialer.empty"),
        (b"{}", "dialer.unreadable"),
        (b"[]", "dialer.unreadable"),
        (b"null", "dialer.unreadable"),
        (b"<html><body>It works!</body></html>", "dialer.unreadable"),
        (b'{"status":"error"}', "dialer.unreadable"),
        (b"\xff\xfe\x00garbage\xc3", "dialer.unreadable"),
        (b"[" * 60_000, "dialer.unreadable"),
        (b'{"a":' * 12_000, "dialer.unreadable"),
        (b'{"success":"true"', "dialer.unreadable"),
        (b'{"lead 1":"yes"}', "dialer.unreadable"),
        (b'{"success":"false"}', "dialer.unknown_message"),
        (b'{"success":"false","message":"PLEASE UPGRADE"}', "dialer.unknown_message"),
        (b'{"success":"false","message":{"text":"x"}}', "dialer.unknown_message"),
        (b'{"message":"hello"}', "dialer.unreadable"),
    ],
)
def test_what_nobody_can_read_is_unknown_and_never_a_success(body: bytes, code: str) -> None:
    found = lead(body)
    assert isinstance(found, Unknown)
    assert found.code == code
    assert all(
        isinstance(o, Unknown) and o.code in (code, "dialer.missing_answer")
        for o in read_leads(reply(body), BOTH, as_it_is)
    )


def test_a_new_message_is_shown_to_the_operator() -> None:
    found = read_lead(
        reply({"success": "false", "message": "CALL\n 98"}), SENT, lambda t: t.replace("98", "…")
    )
    assert isinstance(found, Unknown)
    assert found.message.endswith('It said: "CALL …"')


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("ERROR: Too many login attempts, try again in 15 minutes: |api|LOCK|\n", Refused, "login.locked"),
        ("ERROR: Login incorrect, please try again: |api|wrong|BAD|\n", Refused, "login.incorrect"),
        ("MySQL connect ERROR:  Connection refused", Busy, "dialer.database_down"),
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_text_that_came_through_from_the_ancestor(text: str, kind: type, code: str, status: int) -> None:
    found = lead(text, status)
    assert (type(found), getattr(found, "code", "")) == (kind, code)
    assert all(type(o) is kind for o in read_leads(reply(text, status), BOTH, as_it_is))


def test_a_lockout_said_as_json_stops_the_login() -> None:
    found = lead({"success": "false", "message": "Too many login attempts, try again in 15 minutes"})
    assert isinstance(found, Refused)
    assert found.scope is Scope.LOGIN


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (301, Refused, "dialer.redirect"),
        (308, Refused, "dialer.redirect"),
        (400, Rejected, "request.refused"),
        (401, Refused, "login.http_refused"),
        (403, Refused, "login.http_refused"),
        (404, Refused, "dialer.not_found"),
        (405, Refused, "dialer.method_refused"),
        (408, Busy, "dialer.busy"),
        (409, Unknown, "dialer.unreadable"),
        (410, Refused, "dialer.not_found"),
        (414, Rejected, "request.too_long"),
        (425, Busy, "dialer.busy"),
        (429, Busy, "dialer.busy"),
        (500, Unknown, "dialer.server_error"),
        (502, Unknown, "dialer.server_error"),
        (503, Busy, "dialer.busy"),
        (504, Unknown, "dialer.server_error"),
    ],
)
def test_the_status_decides_where_the_body_says_nothing(status: int, kind: type, code: str) -> None:
    found = lead("<html>no</html>", status)
    assert (type(found), getattr(found, "code", "")) == (kind, code)


@pytest.mark.parametrize("status", [400, 413, 414, 422, 431])
def test_a_batch_the_web_server_does_not_take_goes_one_by_one(status: int) -> None:
    outcomes = read_leads(reply("<html>no</html>", status), BOTH, as_it_is)
    assert [getattr(o, "code", "") for o in outcomes] == ["dialer.multi_refused"] * 2


@pytest.mark.parametrize(("status", "scope"), [(401, Scope.LOGIN), (404, Scope.LINE), (302, Scope.LINE)])
def test_how_much_a_status_stops(status: int, scope: Scope) -> None:
    assert getattr(lead("", status), "scope", None) is scope


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("999999999", 3600.0),
        ("9" * 400, 3600.0),
        ("Thu, 01 Jan 1970 00:20:00 GMT", 200.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 3600.0),
        ("Thu, 01 Jan 1970 00:00:01 GMT", None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("१२", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_an_hour_at_most(header: str, seconds: float | None) -> None:
    assert retry_after(header, now=1000.0) == seconds


def test_a_busy_dialer_says_when() -> None:
    found = lead("later", 429, retry_after="120")
    assert isinstance(found, Busy)
    assert found.retry_after == 120.0


def test_of_a_cut_answer_only_a_success_is_believed() -> None:
    refusal = lead({"success": "false", "message": "PHONE NUMBER IS NOT VALID"}, cut="dialer.incomplete")
    assert getattr(refusal, "code", "") == "dialer.incomplete"
    assert lead({"success": "true", "data": {"Lead ID": 7}}, cut="dialer.timeout") == Created(lead_id="7")


def test_a_lead_the_answer_leaves_out_is_unknown() -> None:
    body: dict[str, object] = {"lead 1": {"success": "true", "data": {"Lead ID": 7}}}
    first, second = read_leads(reply(body), BOTH, as_it_is)
    assert first == Created(lead_id="7")
    assert getattr(second, "code", "") == "dialer.missing_answer"


@pytest.mark.parametrize("numbers", [(0, 1), (2, 3)])
def test_a_dialer_that_counts_differently_is_not_believed(numbers: tuple[int, int]) -> None:
    body: dict[str, object] = {f"lead {n}": {"success": "true", "data": {"Lead ID": n + 5}} for n in numbers}
    assert all(isinstance(o, Unknown) for o in read_leads(reply(body), BOTH, as_it_is))


def test_one_success_for_two_leads_is_no_answer() -> None:
    outcomes = read_leads(reply({"success": "true", "data": {"Lead ID": 7}}), BOTH, as_it_is)
    assert [getattr(o, "code", "") for o in outcomes] == ["dialer.missing_answer"] * 2


def test_a_batch_of_one_may_be_answered_like_a_single_lead() -> None:
    body: dict[str, object] = {"success": "true", "data": {"Lead ID": 7}}
    assert read_leads(reply(body), (SENT,), as_it_is) == (Created(lead_id="7"),)


def test_a_duplicate_names_the_lead_that_was_there() -> None:
    found = lead({"success": "false", "message": "DUPLICATE PHONE NUMBER IN LIST", "data": {"Lead ID": "37"}})
    assert isinstance(found, Duplicate)
    assert found.lead_id == "37"


def test_an_error_line_before_the_success_of_a_call_is_not_its_answer() -> None:
    error = "ERROR: defined dial_ingroup not found - \n"
    text = error + "SUCCESS: external_dial function set - 98|a|91|YES|NO|YES||\n"
    assert isinstance(read_call(reply(text), as_it_is), Placed)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ERROR: agent_user is not logged in - agent5\n", "agent.not_logged_in"),
        ("ERROR: external_dial not valid - |91|YES|NO|YES||agent1|\n", "phone.invalid"),
        ("ERROR: Invalid Username/Password: |api|wrong|0|1|BAD|0|api|SELECT count(*)|\n", "login.incorrect"),
        (
            "ERROR: phone_number is already in this agents manual dial queue - agent4|98\n",
            "agent.already_queued",
        ),
        ("", "dialer.empty"),
    ],
)
def test_calls_answered_by_the_ancestor(text: str, code: str) -> None:
    assert getattr(read_call(reply(text), as_it_is), "code", "") == code


def test_a_call_that_was_answered_like_a_lead_is_unknown() -> None:
    found = read_call(reply({"message": "add_lead LEAD CREATED SUCCESSFULLY"}), as_it_is)
    assert isinstance(found, Unknown)


def test_a_call_refused_in_new_words_shows_them() -> None:
    found = read_call(reply({"success": "false", "message": "manual_dial CAMPAIGN IS CLOSED"}), as_it_is)
    assert isinstance(found, Unknown)
    assert "manual_dial CAMPAIGN IS CLOSED" in found.message


def test_a_new_error_line_is_shown_to_the_caller() -> None:
    found = read_call(reply("ERROR: campaign is closed - agent1\n"), as_it_is)
    assert isinstance(found, Unknown)
    assert found.message.endswith('It said: "ERROR: campaign is closed - agent1"')


def test_a_failure_before_the_first_byte_is_not_sent_and_after_it_unknown() -> None:
    before = read_lead(Failure(code="dialer.dns", sent=False, seconds=0), SENT, as_it_is)
    after = read_leads(Failure(code="dialer.timeout", sent=True, seconds=0), BOTH, as_it_is)
    assert (type(before).__name__, getattr(before, "code", "")) == ("NotSent", "dialer.dns")
    assert [type(o).__name__ for o in after] == ["Unknown", "Unknown"]


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("add\\_lead  SOURCE\n IS REQUIRED", "SOURCE IS REQUIRED"),
        ("ERROR: add_lead SOURCE IS REQUIRED.", "SOURCE IS REQUIRED"),
        ("CUSTOM&#95;FIELDS &amp; x", "CUSTOM_FIELDS & X"),
        ("manual_dial VALUE IS REQUIRED", "VALUE IS REQUIRED"),
    ],
)
def test_messages_are_compared_without_their_dress(written: str, normal: str) -> None:
    assert normalise(written) == normal


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["success", "status", "message", "data", "Lead ID", "lead 1", "lead 2"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
_bodies = st.binary(max_size=300) | _json.map(
    lambda value: orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS) if _fits(value) else b"{}"
)


def _fits(value: object) -> bool:
    try:
        orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return False
    return True


@given(body=_bodies, status=st.integers(100, 599))
def test_no_body_makes_it_raise_and_none_of_garbage_is_a_success(body: bytes, status: int) -> None:
    one = read_lead(reply(body, status), SENT, as_it_is)
    two = read_leads(reply(body, status), BOTH, as_it_is)
    call = read_call(reply(body, status), as_it_is)
    assert len(two) == 2
    for outcome in (one, *two, call):
        code = getattr(outcome, "code", None)
        assert code is None or code in REASONS
    if b"true" not in body.lower() and b"1" not in body and b"lead" not in body.lower():
        assert not isinstance(one, Created)
