"""What the document leaves open: the order of checks, where parameters come from, defaults, locks."""

from __future__ import annotations

import json

import pytest
import requests

from gateway.emulator.app import create_emulator
from gateway.emulator.elision import PATH
from tests.emulator.asking import LEFT_OUT, SAMPLE_LEAD, Ticks, add_batch, add_lead, call, changed, post
from tests.running import EmulatorHandle

ADD_LEAD_ORDER = [
    ({"user": "viewonly"}, "PERMISSION"),
    ({"source": ""}, "SOURCE IS REQUIRED"),
    ({"phone_number": ""}, "PHONE NUMBER IS REQUIRED"),
    ({"list_id": ""}, "LIST ID IS REQUIRED"),
    ({"custom_fields": ""}, "CUSTOM_FIELDS IS REQUIRED"),
    ({"NotInTheForm": "x"}, "CUSTOM FIELDS NOT ADDED"),
]


@pytest.mark.parametrize("first", range(len(ADD_LEAD_ORDER)))
def test_of_several_mistakes_the_first_in_the_order_is_told(emulator: EmulatorHandle, first: int) -> None:
    mistakes: dict[str, str] = {}
    for mistake, _ in ADD_LEAD_ORDER[first:]:
        mistakes |= mistake

    assert ADD_LEAD_ORDER[first][1] in add_lead(emulator, **mistakes)


def test_a_refused_lead_is_not_in_the_list(emulator: EmulatorHandle) -> None:
    for mistake, _ in ADD_LEAD_ORDER[:-1]:
        add_lead(emulator, **mistake)

    assert emulator.leads() == []


def test_a_field_outside_the_form_is_told_after_the_lead_is_there(emulator: EmulatorHandle) -> None:
    add_lead(emulator, NotInTheForm="x")

    (lead,) = emulator.leads()
    assert lead["fields"] == {}
    assert lead["custom_fields_added"] is False


def test_an_empty_field_outside_the_form_does_no_harm(emulator: EmulatorHandle) -> None:
    assert '"success":"true"' in add_lead(emulator, NotInTheForm="")


def test_identical_leads_are_all_created(emulator: EmulatorHandle) -> None:
    answers = [json.loads(add_lead(emulator)) for _ in range(3)]

    assert [answer["data"]["Lead ID"] for answer in answers] == ["1764", "1765", "1766"]
    assert [lead["lead_id"] for lead in emulator.leads()] == [1764, 1765, 1766]


def test_the_query_string_wins_over_the_form(emulator: EmulatorHandle, http: requests.Session) -> None:
    http.post(
        emulator.api_url, params={"phone_number": "7777777777"}, data=SAMPLE_LEAD, timeout=10
    ).raise_for_status()

    assert [lead["phone_number"] for lead in emulator.leads()] == ["7777777777"]


def test_the_last_of_a_repeated_name_wins(emulator: EmulatorHandle, http: requests.Session) -> None:
    pairs = [*SAMPLE_LEAD.items(), ("phone_number", "8888888888")]
    http.post(emulator.api_url, data=pairs, timeout=10).raise_for_status()
    http.get(emulator.api_url, params=pairs, timeout=10).raise_for_status()

    assert [lead["phone_number"] for lead in emulator.leads()] == ["8888888888"] * 2


def test_multipart_forms_are_read(emulator: EmulatorHandle, http: requests.Session) -> None:
    parts = {name: (None, value) for name, value in SAMPLE_LEAD.items()}

    assert '"Lead ID":"1764"' in http.post(emulator.api_url, files=parts, timeout=10).text


def test_a_json_body_is_not_seen(emulator: EmulatorHandle, http: requests.Session) -> None:
    answers = [http.post(emulator.api_url, json=SAMPLE_LEAD, timeout=10).text for _ in range(2)]

    assert answers == ['{"status":"false","message":"PLEASE ENTER ACTION VALUE"}'] * 2


def test_a_lead_without_a_list_goes_to_999(emulator: EmulatorHandle) -> None:
    assert '"List ID":"999"' in add_lead(emulator, list_id=LEFT_OUT)


def test_values_are_kept_as_sent_and_cut_to_their_columns(emulator: EmulatorHandle) -> None:
    add_lead(emulator, CustomerName="राहुल " + "x" * 200, prospects_id="123e4567-e89b-12d3-a456-426614174000")

    (lead,) = emulator.leads()
    assert lead["fields"]["CustomerName"] == "राहुल " + "x" * 94
    assert lead["prospects_id"] == "123e4567-e89b-12d3-a"


def test_numbers_in_a_batch_are_read_as_text(emulator: EmulatorHandle) -> None:
    batch = json.dumps([{"phone_number": 9876543210, "list_id": 25062018, "CustomerName": None}])

    assert '"Phone Number":"9876543210","List ID":"25062018"' in add_batch(emulator, multi_leads=batch)


def test_a_call_is_kept_with_its_choices(emulator: EmulatorHandle) -> None:
    call(emulator)

    (placed,) = emulator.calls()
    assert placed["agent_user"] == "dialer_agent_user"
    assert (placed["search"], placed["preview"], placed["focus"]) == ("YES", "NO", "YES")


def test_ten_wrong_logins_lock_the_user_even_for_the_right_password() -> None:
    clock = Ticks()
    app = create_emulator(clock=clock)
    client = app.test_client()
    client.post("/emulator/settings", json={"require_login": True})

    def ask(password: str) -> str:
        asked = changed(SAMPLE_LEAD, **{"user": "apiuser", "pass": password})
        return client.post(PATH, data=asked).text

    wrong = [ask("wrong") for _ in range(10)]
    assert wrong == ['{"success":"false","message":"Login incorrect, please try again"}'] * 10
    locked = '{"success":"false","message":"Too many login attempts, try again in 15 minutes"}'
    assert ask("apipass") == locked
    clock.now += 899
    assert ask("apipass") == locked
    clock.now += 2
    assert '"Lead ID":"1764"' in ask("apipass")


def test_a_good_login_forgets_the_failures(emulator: EmulatorHandle) -> None:
    emulator.set(require_login=True)
    for password in [*["wrong"] * 9, "apipass", *["wrong"] * 9]:
        add_lead(emulator, **{"user": "apiuser", "pass": password})

    assert '"success":"true"' in add_lead(emulator, **{"user": "apiuser", "pass": "apipass"})


def test_a_client_that_gives_up_waiting_has_its_lead(emulator: EmulatorHandle) -> None:
    emulator.set(delay=5)
    with pytest.raises(requests.ReadTimeout):
        requests.post(emulator.api_url, data=SAMPLE_LEAD, timeout=0.2)

    assert len(emulator.leads()) == 1


def test_a_stopped_emulator_refuses_and_comes_back_on_its_port(emulator: EmulatorHandle) -> None:
    emulator.stop()
    with pytest.raises(requests.ConnectionError):
        post(emulator, SAMPLE_LEAD)
    emulator.start()

    assert '"Lead ID":"1764"' in add_lead(emulator)
