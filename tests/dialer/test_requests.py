"""What leaves for the dialer: its document's parameters in the spelling configured, nothing harmful."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialer import open_dialer
from gateway.dialer.elision import ElisionDialer
from gateway.dialer.form import LONGEST_URL, Form
from gateway.dialer.outcome import Busy, Call, Created, LookUpError, Placed, Rejected
from gateway.dialer.transport import Transport
from tests.dialer.scripted import LEAD, SECOND, ScriptedDialer, answering, config

DIALED = b'{"success":"true","message":"manual_dial EXTERNAL_DIAL FUNCTION SET","data":{"Phone Number":"98"}}'
FULL = {
    **LEAD,
    "EnquirySource": "Portal",
    "EnquiryType": "Sales & Service",
    "CreateEnquiryID": "987",
    "WebEnquiryNumber": "5654",
    "LeadSubSource": "Brand",
    "LeadSource": "Google",
    "CustomField1": "राहुल",
    "CustomField2": "",
}


def sent(request: bytes) -> dict[str, str]:
    """The parameters of one request as a PHP page sees them."""
    head, body = request.split(b"\r\n\r\n", 1)
    query = urlsplit(head.split(b" ")[1].decode()).query
    return dict(parse_qsl(query or body.decode(), keep_blank_values=True))


def one(lead: Mapping[str, str], **changes: object) -> dict[str, str]:
    with ScriptedDialer(answering()) as server:
        dialer = open_dialer(config(server.url, **changes))
        dialer.add_lead(lead)
        dialer.close()
    return sent(server.requests[0])


def several(leads: list[dict[str, str]], **changes: object) -> dict[str, str]:
    with ScriptedDialer(answering(b"{}")) as server:
        dialer = open_dialer(config(server.url, **changes))
        dialer.add_multi_lead(leads)
        dialer.close()
    return sent(server.requests[0])


def test_a_lead_leaves_with_every_parameter_it_has_and_the_constants() -> None:
    filled = {name: value for name, value in FULL.items() if value}
    assert one(FULL) == {"source": "gateway", "action": "add_lead", "custom_fields": "Y", **filled}


def test_empty_fields_are_sent_where_the_dialer_wants_them() -> None:
    parameters = one({"phone_number": "9876543210", "list_id": "25062018"}, send_empty=True)
    assert parameters["CustomField1"] == ""
    assert parameters["LeadfromURL"] == ""
    assert len(parameters) == 3 + 14


@pytest.mark.parametrize(
    ("url_field", "names"),
    [
        ("LeadfromURL", {"LeadfromURL"}),
        ("LeadformURL", {"LeadformURL"}),
        ("both", {"LeadfromURL", "LeadformURL"}),
    ],
)
def test_the_page_goes_under_the_name_configured(url_field: str, names: set[str]) -> None:
    parameters = one(LEAD, url_field=url_field)
    assert {name for name in parameters if name.endswith("URL")} == names
    assert {parameters[name] for name in names} == {LEAD["LeadfromURL"]}


def test_credentials_are_only_what_is_configured_and_no_lead_can_replace_them() -> None:
    assert "user" not in one(LEAD)
    parameters = one(
        {**LEAD, "user": "evil", "action": "x", "source": "y"}, parameters={"user": "api", "pass": "s p&c"}
    )
    assert (parameters["user"], parameters["pass"]) == ("api", "s p&c")
    assert (parameters["action"], parameters["source"]) == ("add_lead", "gateway")


def test_several_leads_go_as_json_in_utf_8() -> None:
    parameters = several([FULL, SECOND], parameters={"user": "api"})
    leads = orjson.loads(parameters["multi_leads"])
    assert leads == [{name: value for name, value in FULL.items() if value}, SECOND]
    assert "\\" not in parameters["multi_leads"]
    assert (parameters["action"], parameters["custom_fields"], parameters["user"]) == (
        "add_multi_lead",
        "Y",
        "api",
    )


def test_the_multi_action_is_configurable() -> None:
    assert several([LEAD], multi_action="add_lead")["action"] == "add_lead"


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_query_in_the_configured_url_stays(method: str) -> None:
    with ScriptedDialer(answering()) as server:
        dialer = open_dialer(config(server.url + "?tenant=7", method=method))
        dialer.add_lead(LEAD)
        dialer.close()
    line = server.requests[0].split(b"\r\n")[0]
    assert line.startswith(b"%s /elision-api/main.php?tenant=7" % method.encode())
    assert sent(server.requests[0])["tenant"] == "7"


# -- GET ---------------------------------------------------------------------------------------------


def test_by_get_everything_stands_in_the_url() -> None:
    assert one(LEAD, method="GET") == one(LEAD)


def test_by_get_a_batch_is_cut_so_that_the_url_fits() -> None:
    leads = [{**FULL, "prospects_id": f"P{n}", "CustomField2": "क" * 60} for n in range(40)]
    with ScriptedDialer(answering(b"{}")) as server:
        dialer = open_dialer(config(server.url, method="GET"))
        fits = dialer.fitting(leads)
        dialer.add_multi_lead(leads[:fits])
        refused = dialer.add_multi_lead(leads[: fits + 1])
        dialer.close()
    target = server.requests[0].split(b" ")[1]
    assert 2 < fits < 40
    assert LONGEST_URL * 0.8 < len(target) <= LONGEST_URL
    assert len(server.requests) == 1
    assert all(isinstance(o, Busy) and o.code == "dialer.multi_refused" for o in refused.outcomes)


def test_by_post_a_batch_may_be_as_large_as_it_is() -> None:
    dialer = open_dialer(config())
    assert [dialer.fitting([LEAD] * 50), dialer.fitting([])] == [50, 1]


def test_one_lead_too_long_for_get_is_rejected_and_nothing_leaves() -> None:
    dialer = open_dialer(config(method="GET"))
    answered = dialer.add_lead({**LEAD, "CustomField1": "क" * 900})
    assert isinstance(answered.outcome, Rejected)
    assert answered.outcome.code == "request.too_long"
    assert dialer.fitting([{**LEAD, "CustomField1": "क" * 900}] * 2) == 1


# -- Click to Call -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_call_leaves_with_every_required_parameter(method: str) -> None:
    with ScriptedDialer(answering(DIALED)) as server:
        dialer = open_dialer(config(server.url, method=method))
        call = Call(
            agent_user="agent1", value="9876543210", preview=True, focus=False, prospects_id="654'd!sd"
        )
        answered = dialer.manual_dial(call)
        dialer.close()
    assert answered.outcome == Placed(phone="98")
    assert sent(server.requests[0]) == {
        "source": "gateway",
        "action": "manual_dial",
        "agent_user": "agent1",
        "value": "9876543210",
        "search": "YES",
        "preview": "YES",
        "focus": "NO",
        "prospects_id": "654dsd",
    }


# -- the last line of defence ------------------------------------------------------------------------

DIRTY = 'x\\";#\r\n\t\x00\x7f\x85\ud800y'


def test_what_breaks_the_dialers_sql_never_leaves_even_from_a_dirty_lead() -> None:
    dirty = {**dict.fromkeys(FULL, DIRTY), "phone_number": "9876543210", "bad name\r\n": "1", "action": "x"}
    assert set(one(dirty).values()) == {"gateway", "add_lead", "Y", "9876543210", "xy"}
    assert several([dirty])["multi_leads"].count('"') == 4 * len(FULL)


@given(value=st.text(st.characters(), max_size=60), method=st.sampled_from(["POST", "GET"]))
def test_no_text_at_all_breaks_a_request(value: str, method: str) -> None:
    form = Form(config(method=method), "/main.php")
    lead = {**dict.fromkeys(FULL, value), value[:5]: value}
    single, multi = form.request("a=1", form.lead(lead)), form.multi("a=1", [lead, lead])
    for request in (single, multi):
        if request is not None:
            text = request.body.decode("ascii") if request.body else urlsplit(request.target).query
            values = [v for name, v in parse_qsl(text) if name != "multi_leads"]
            values += [v for name, v in parse_qsl(text) if name == "multi_leads" for v in _values(v)]
            assert not any(set(v) & set('\\";#\x00\r\n\t\x1b\x7f') for v in values)


def _values(text: str) -> list[str]:
    return [value for lead in orjson.loads(text) for value in lead.values()]


# -- the door ----------------------------------------------------------------------------------------


def test_an_unknown_dialect_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="elision, vicidial"):
        open_dialer(config(dialect="asterisk"))


def test_this_dialer_cannot_be_asked_for_a_lead() -> None:
    dialer = open_dialer(config())
    assert dialer.can_look_up is False
    with pytest.raises(LookUpError):
        dialer.look_up(LEAD)


def test_a_batch_keeps_its_order_and_its_exchange_holds_no_personal_data() -> None:
    body = (
        b'{"lead 2":{"success":"true","message":"hello Ravi Menon","data":{"Lead ID":8}},'
        b'"lead 1":{"success":"true","data":{"Lead ID":7,"Phone Number":"9876543210"}}}'
    )
    with ScriptedDialer(answering(body)) as server:
        dialer = ElisionDialer(config(server.url), Transport(config(server.url)))
        answers = dialer.add_multi_lead([LEAD, SECOND])
        dialer.close()
    assert answers.outcomes == (Created(lead_id="7"), Created(lead_id="8"))
    assert not any(word in answers.exchange.response for word in ("Ravi", "9876543210"))
