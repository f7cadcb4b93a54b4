"""What an old program sends is read as PHP reads it, and kept without its key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.sources.keeping import inbound_of
from gateway.sources.registry import SOURCES
from tests.drop_in.world import World, call, lead, opened, rows
from tests.emulator.asking import LEFT_OUT
from tests.running import EmulatorHandle

FORM = {"content_type": "application/x-www-form-urlencoded"}


def story_of(world: World, number: int = -1) -> Any:
    story = world.services.store.story(world.stored()[number].id)
    assert story is not None
    return story


def test_the_query_goes_before_the_form_and_the_last_of_a_name_counts(world: World) -> None:
    body = f"key={world.key()}&action=add_lead&source=test&custom_fields=Y&list_id=999&phone_number=1&phone_number=2"
    answer = world.bare(body, query_string="list_id=25062018&phone_number=3&phone_number=9876543210", **FORM)

    assert json.loads(answer.text)["data"]["Phone Number"] == "9876543210"
    assert json.loads(answer.text)["data"]["List ID"] == "25062018"


def test_a_post_may_carry_everything_in_its_address(world: World) -> None:
    answer = world.bare(b"", query_string={**lead(), "key": world.key()})

    assert '"success":"true"' in answer.text


def test_a_multipart_form_is_a_form(world: World) -> None:
    assert '"success":"true"' in world.ask(lead(), content_type="multipart/form-data").text


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_a_body_of_another_type_has_no_parameters(world: World, content_type: str) -> None:
    answer = world.bare(json.dumps(lead()), content_type=content_type, headers={"X-Api-Key": world.key()})

    assert answer.text == '{"status":"false","message":"PLEASE ENTER ACTION VALUE"}'


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"Jos%C3%A9+M%C3%BCller", "José Müller"),
        (b"Jos%E9+M%FCller", "José Müller"),
        ("José Müller".encode(), "José Müller"),
        ("राहुल शर्मा".encode(), "राहुल शर्मा"),
        (b"100%+Asha", "100% Asha"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_name_in_any_of_the_usual_writings_arrives(
    world: World, method: str, raw: bytes, name: str
) -> None:
    fields = b"action=add_lead&source=test&custom_fields=Y&phone_number=9876543210&CustomerName=" + raw
    given = fields + b"&key=" + world.key().encode()
    if method == "GET":
        answer = world.bare("", method="GET", environ_overrides={"QUERY_STRING": given.decode("latin-1")})
    else:
        answer = world.bare(given, **FORM)
    assert answer.status_code == 200

    assert '"success":"true"' in answer.text
    (lead_,) = world.dialer.leads()
    assert lead_["fields"]["CustomerName"] == name


def test_every_field_of_the_document_reaches_the_dialer(world: World) -> None:
    world.ask(lead(CustomField1="one", CustomField2="two", MobileNo="9876543210", phone_number="9876543210"))

    (arrived,) = world.dialer.leads()
    assert arrived["source"] == "gateway"
    assert arrived["prospects_id"] == "123"
    assert {name: value for name, value in arrived["fields"].items() if name != "CreateEnquiryID"} == {
        "CustomerName": "testuser",
        "MobileNo": "9876543210",
        "EnquirySource": "test",
        "EnquiryType": "tets",
        "WebEnquiryNumber": "5654",
        "LeadSubSource": "WEB",
        "LeadSource": "test",
        "LeadfromURL": "google.com",
        "CustomField1": "one",
        "CustomField2": "two",
    }


def test_a_text_that_would_break_the_dialer_arrives_without_it(world: World) -> None:
    world.ask(lead(CustomerName='Asha "x\\"; <b>'))

    (arrived,) = world.dialer.leads()
    assert arrived["fields"]["CustomerName"] == "Asha x b"


def test_a_reference_the_dialer_cannot_hold_is_kept_here_and_told_back(world: World) -> None:
    long = "123e4567-e89b-12d3-a456-426614174000"
    answer = world.ask(lead(prospects_id=long))

    assert json.loads(answer.text)["data"]["Prospects Id"] == long
    (arrived,) = world.dialer.leads()
    assert arrived["prospects_id"] == world.stored()[0].id
    assert story_of(world).extra["prospects_id"] == long


def test_the_list_is_the_senders_choice_among_those_of_the_source(world: World) -> None:
    for list_id in ("25062020", "25062018", LEFT_OUT):
        world.ask(lead(list_id=list_id))

    assert [each["list_id"] for each in world.dialer.leads()] == ["25062020", "25062018", "25062018"]


def test_a_list_id_of_anybodys_text_is_not_repeated_as_markup(world: World) -> None:
    told = world.ask(rows({"list_id": "<b>x</b>&amp;"}, {"prospects_id": "<i>&</i>"})).text

    assert "LIST ID bxbamp DOES NOT EXISTS" in told
    assert not set("<>&") & set(told)
    assert json.loads(told)["lead 2"]["data"]["Prospects Id"] == "<i>&</i>"


def test_names_outside_the_form_are_kept_where_the_source_says_so(
    tmp_path: Path, emulator: EmulatorHandle
) -> None:
    emulator.reset()
    with opened(
        tmp_path, emulator, options={"unknown_fields": "keep"}, fields={"CustomField1": "City"}
    ) as world:
        answer = world.ask(lead(City="Pune", phone_code="91"))

        assert '"success":"true"' in answer.text
        assert story_of(world).extra["City"] == "Pune"
        assert "phone_code" not in story_of(world).extra
        assert emulator.leads()[0]["fields"]["CustomField1"] == "Pune"


# -- numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "dialed"),
    [
        ("2222222", "2222222"),
        ("222222", "222222"),
        ("111111111", "111111111"),
        ("919876543210", "9876543210"),
        ("09876543210", "9876543210"),
        ("9876543210", "9876543210"),
    ],
)
def test_whatever_the_document_takes_is_dialed(world: World, sent: str, dialed: str) -> None:
    answer = world.ask(lead(phone_number=sent))

    assert json.loads(answer.text)["data"]["Phone Number"] == sent
    assert [each["phone_number"] for each in world.dialer.leads()] == [dialed]


@pytest.mark.parametrize("number", ["000000", "18001234567"])
def test_a_number_of_nobody_is_not_valid(world: World, number: str) -> None:
    assert world.ask(lead(phone_number=number)).text == (
        '{"success":"false","message":"add_lead PHONE NUMBER IS NOT VALID"}'
    )


def test_a_bad_mobile_number_beside_a_good_one_costs_nothing(world: World) -> None:
    assert '"success":"true"' in world.ask(lead(MobileNo="none", phone_number="9876543210")).text


def test_a_text_that_is_no_text_is_named(world: World) -> None:
    assert world.ask(lead(CustomerName="a\0b")).text == (
        '{"success":"false","message":"add_lead CUSTOMERNAME IS NOT VALID"}'
    )


# -- many ----------------------------------------------------------------------------------------------------


def test_several_leads_are_one_commit_and_one_row_each(world: World) -> None:
    many = [{"phone_number": f"98765{number:05}", "list_id": "25062018"} for number in range(60)]
    many[7]["phone_number"] = "x"
    told = json.loads(world.ask({**rows(), "multi_leads": json.dumps(many)}).text)

    assert list(told) == [f"lead {number}" for number in range(1, 61)]
    assert [name for name, each in told.items() if each["success"] == "false"] == ["lead 8"]
    assert len({each["data"]["Lead ID"] for each in told.values() if "data" in each}) == 59
    assert len(world.stored()) == len(world.dialer.leads()) == 59


def test_more_leads_than_fit_are_refused_as_a_whole(world: World) -> None:
    many = json.dumps([{"phone_number": "9876543210"}] * 1001)

    assert "TOO MANY LEADS, SEND AT MOST 1000" in world.ask({**rows(), "multi_leads": many}).text
    assert world.stored() == []


def test_numbers_may_be_numbers(world: World) -> None:
    told = json.loads(
        world.ask({**rows(), "multi_leads": '[{"phone_number":9876543210,"list_id":25062018}]'}).text
    )

    assert told["lead 1"]["data"]["Phone Number"] == "9876543210"


# -- keeping -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("place", ["key", "pass"])
def test_a_lead_is_kept_without_the_key_it_came_with(world: World, place: str, content_type: str) -> None:
    key = world.key()
    world.bare({**lead(), "user": "crm", place: key}, content_type=content_type)
    world.bare({**lead(prospects_id="2"), place: key}, method="GET")
    world.bare({**rows(), place: key})

    for number in range(4):
        enquiry = story_of(world, number).enquiry
        kept = f"{enquiry.query} {enquiry.headers} {enquiry.body!r} {story_of(world, number).extra}"
        assert key.split("_")[-1] not in kept
        assert "phone_number" in kept


def test_what_is_kept_reads_as_the_same_lead_again(world: World) -> None:
    world.ask(lead(prospects_id="single"))
    world.ask(rows({"list_id": "25062020"}, {"prospects_id": "second"}))
    source = world.services.config.sources["legacy"]

    again = [SOURCES["elision"].parse(source, inbound_of(story_of(world, at).enquiry)) for at in range(3)]

    assert [len(each) for each in again] == [1, 1, 1]
    assert {(each.fields["prospects_id"], each.list_id) for (each,) in again} == {
        ("single", "25062018"),
        ("321", "25062020"),
        ("second", "25062018"),
    }


# -- calls ---------------------------------------------------------------------------------------------------


def test_every_parameter_of_a_call_arrives(world: World) -> None:
    world.ask(call(search="NO", preview="YES", focus="NO", prospects_id="P1"))
    world.ask(call(search="yes", preview=LEFT_OUT, focus="", value="919876543210"))

    first, second = world.dialer.calls()
    told = ("search", "preview", "focus", "prospects_id", "phone_number")
    assert [first[name] for name in told] == ["NO", "YES", "NO", "P1", "1234567890"]
    assert [second[name] for name in told] == ["YES", "NO", "YES", "654dsddfd", "9876543210"]


def test_a_reference_that_would_shift_the_call_stays_here(world: World) -> None:
    answer = world.ask(call(prospects_id="a!b&c'"))

    assert json.loads(answer.text)["data"]["Prospects Id"] == "a!b&c'"
    assert world.dialer.calls()[0]["prospects_id"] == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"preview": "MAYBE"}, "PREVIEW MUST BE YES OR NO"),
        ({"phone_code": "+91"}, "PHONE_CODE IS NOT VALID"),
        ({"agent_user": "a'; DROP"}, "AGENT_USER IS NOT LOGGED IN"),
    ],
)
def test_a_call_that_cannot_be_is_not_asked_for(world: World, changes: dict[str, str], message: str) -> None:
    assert world.ask(call(**changes)).text == f'{{"success":"false","message":"manual_dial {message}"}}'
    assert world.dialer.requests().total == 0


def test_who_must_not_be_called_is_not_called(world: World) -> None:
    world.services.store.suppress("9876543210", now=0)

    for request in (call(value="919876543210"), lead(phone_number="9876543210")):
        told = json.loads(world.ask(request).text)
        assert told["message"].endswith("THIS NUMBER MUST NOT BE CALLED")
    assert (world.dialer.calls(), world.dialer.leads()) == ([], [])


def test_a_test_key_runs_everything_and_reaches_no_dialer(world: World) -> None:
    key = world.key(mode="test")
    single, several, dialed = (json.loads(world.ask(each, key=key).text) for each in (lead(), rows(), call()))

    assert single["data"]["Status"] == several["lead 2"]["data"]["Status"] == "TEST"
    assert dialed["message"] == "manual_dial EXTERNAL_DIAL FUNCTION SET"
    for number, words in (
        ("9999900201", '"Lead ID":"1764","Status":"NEW"'),
        ("9999900202", "LEAD IS KEPT"),
        ("9999900203", "LIST ID NOT FOUND IN SYSTEM"),
        ("9999900204", "LEAD IS KEPT"),
        ("9999900205", '"Lead ID":"1764","Status":"NEW"'),
        ("9999900421", "PHONE NUMBER IS NOT VALID"),
        ("9999900422", "THIS NUMBER MUST NOT BE CALLED"),
        ("9999900423", "THE DIALER REFUSES THIS LEAD"),
        ("9999900429", "TOO MANY REQUESTS"),
    ):
        assert words in world.ask(lead(phone_number=number), key=key).text, number
    assert "AGENT_USER IS NOT PAUSED" in world.ask(call(value="9999900302"), key=key).text
    assert "PHONE NUMBER IS REQUIRED" in world.ask(lead(phone_number=""), key=key).text
    assert world.dialer.requests().total == 0


def test_a_source_may_name_the_agents_its_calls_are_for(tmp_path: Path, emulator: EmulatorHandle) -> None:
    emulator.reset()
    with opened(tmp_path, emulator, options={"call_agents": "agent1 agent5"}) as world:
        allowed, other = (world.ask(call(agent_user=agent)).text for agent in ("agent5", "dialer_agent_user"))

        assert "EXTERNAL_DIAL FUNCTION SET" in allowed
        assert other == (
            '{"success":"false","message":"manual_dial AGENT_USER IS NOT ALLOWED TO PLACE MANUAL DIAL CALLS"}'
        )
        assert len(emulator.calls()) == 1


def test_a_limit_is_told_in_the_shape_an_old_client_reads(tmp_path: Path, emulator: EmulatorHandle) -> None:
    emulator.reset()
    with opened(tmp_path, emulator, limits=("2 per hour per key",)) as world:
        answers = [world.ask(lead()) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].text == '{"success":"false","message":"add_lead TOO MANY REQUESTS"}'
        assert int(answers[2].headers["Retry-After"]) > 0
        assert answers[0].headers["RateLimit"].startswith('"key-3600s"')


def test_a_body_that_is_too_large_is_told_too(world: World) -> None:
    answer = world.ask({**rows(), "multi_leads": "x" * (2 << 20)}, key="")

    assert answer.status_code == 413
    assert json.loads(answer.text)["success"] == "false"
