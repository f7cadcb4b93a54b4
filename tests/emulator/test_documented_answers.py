"""Every answer of the dialer's document, to the byte."""

from __future__ import annotations

import pytest
import requests

from tests.emulator.asking import (
    LEFT_OUT,
    SAMPLE_CALL,
    SAMPLE_LEAD,
    add_batch,
    add_lead,
    add_two,
    call,
    changed,
)
from tests.running import EmulatorHandle, running_emulator

SECOND_CREATED = (
    '"lead 2":{"success":"true","message":"add_multi_lead RECORD(S) CREATED","data":'
    '{"Phone Number":"2222222","List ID":"25062018","Lead ID":1764,"Status":"NEW"}}}'
)
NOT_ALLOWED = "USER DOES NOT HAVE PERMISSION TO ADD LEADS TO THE SYSTEM"
MAY_NOT_DIAL = "AGENT_USER IS NOT ALLOWED TO PLACE MANUAL DIAL CALLS"


def test_add_lead_answers_its_success(emulator: EmulatorHandle) -> None:
    assert add_lead(emulator) == (
        '{"success":"true","message":"add_lead LEAD CREATED SUCCESSFULLY","data":'
        '{"Phone Number":"1234567890","List ID":"25062018","Lead ID":"1764",'
        '"Status":"NEW","Prospects Id":"123"}}'
    )


def test_add_multi_lead_answers_its_success() -> None:
    with running_emulator(first_lead_id=1765) as emulator:
        assert add_batch(emulator) == (
            '{"lead 1":{"success":"true","message":"add_multi_lead RECORD(S) CREATED","data":'
            '{"Phone Number":"1111111111","List ID":"25062018","Lead ID":1765,'
            '"Status":"NEW","Prospects Id":"321"}},'
            '"lead 2":{"success":"true","message":"add_multi_lead RECORD(S) CREATED","data":'
            '{"Phone Number":"2222222","List ID":"25062018","Lead ID":1766,'
            '"Status":"NEW","Prospects Id":"321"}}}'
        )


def test_manual_dial_answers_its_success(emulator: EmulatorHandle) -> None:
    assert call(emulator) == (
        '{"success":"true","message":"manual_dial EXTERNAL_DIAL FUNCTION SET","data":'
        '{"Phone Number":"1234567890","Prospects Id":"654dsddfd"}}'
    )


@pytest.mark.parametrize(
    ("number", "changes", "message"),
    [
        (1, {"source": ""}, "SOURCE IS REQUIRED"),
        (2, {"user": "viewonly"}, NOT_ALLOWED),
        (3, {"phone_number": "12345"}, "PHONE NUMBER MUST HAVE MINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT"),
        (3, {"phone_number": "1" * 17}, "PHONE NUMBER MUST HAVE MINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT"),
        (4, {"phone_number": ""}, "PHONE NUMBER IS REQUIRED"),
        (5, {"phone_number": "12345abcde"}, "PHONE NUMBER IS NOT VALID"),
        (5, {"phone_number": "+911234567890"}, "PHONE NUMBER IS NOT VALID"),
        (5, {"phone_number": "१२३४५६७८९०"}, "PHONE NUMBER IS NOT VALID"),
        (6, {"list_id": "55555555"}, "LIST ID NOT FOUND IN SYSTEM"),
        (7, {"list_id": ""}, "LIST ID IS REQUIRED"),
        (8, {"list_id": "12"}, "LIST ID MINIMUM 3 DIGIT AND MAXIMUM 14 DIGIT"),
        (8, {"list_id": "1" * 15}, "LIST ID MINIMUM 3 DIGIT AND MAXIMUM 14 DIGIT"),
        (9, {"list_id": "25062019"}, "CUSTOM_FIELDS IS REQUIRED AND MUST HAVE SET TO Y"),
        (9, {"custom_fields": "N"}, "CUSTOM_FIELDS IS REQUIRED AND MUST HAVE SET TO Y"),
        (
            10,
            {"NotInTheForm": "x"},
            "CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST",
        ),
    ],
)
def test_add_lead_answers_each_error(
    emulator: EmulatorHandle, number: int, changes: dict[str, str], message: str
) -> None:
    assert add_lead(emulator, **changes) == f'{{"success":"false","message":"add_lead {message}"}}'


@pytest.mark.parametrize(
    ("number", "changes", "answer"),
    [
        (1, {"action": ""}, '{"status":"false","message":"PLEASE ENTER ACTION VALUE"}'),
        (1, {"action": LEFT_OUT}, '{"status":"false","message":"PLEASE ENTER ACTION VALUE"}'),
        (2, {"action": "add_leads"}, '{"status":"false","message":"ENTERED ACTION IS NOT VALID"}'),
        (
            3,
            {"source": "x"},
            '{"success":"false","message":"add_multi_lead PLEASE ENTER TWO DIGIT SOURCE VALUE"}',
        ),
        (4, {"source": ""}, '{"success":"false","message":"add_multi_lead SOURCE IS REQUIRED"}'),
        (
            5,
            {"custom_fields": "N"},
            '{"success":"false","message":"add_multi_lead CUSTOM_FIELDS IS REQUIRED AND MUST HAVE SET TO Y"}',
        ),
        (
            13,
            {"multi_leads": '[{"phone_number":'},
            '{"success":"false","message":"add_multi_lead PLEASE CHECK YOUR JSON SYNTAX"}',
        ),
        (
            13,
            {"multi_leads": '{"phone_number":"1111111111"}'},
            '{"success":"false","message":"add_multi_lead PLEASE CHECK YOUR JSON SYNTAX"}',
        ),
        (
            13,
            {"multi_leads": "[" * 100_000},
            '{"success":"false","message":"add_multi_lead PLEASE CHECK YOUR JSON SYNTAX"}',
        ),
        (14, {"user": "viewonly"}, f'{{"success":"false","message":"add_multi_lead {NOT_ALLOWED}"}}'),
        (
            16,
            {"multi_leads": ""},
            '{"success":"false","message":"add_multi_lead MULTI_LEAD IS REQUIRED FIELDS"}',
        ),
    ],
)
def test_add_multi_lead_answers_each_error(
    emulator: EmulatorHandle, number: int, changes: dict[str, str], answer: str
) -> None:
    assert add_batch(emulator, **changes) == answer


@pytest.mark.parametrize(
    ("number", "changes", "message"),
    [
        (6, {"phone_number": "12345"}, "PHONE NUMBER MINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT"),
        (7, {"phone_number": ""}, "PHONE NUMBER IS REQUIRED"),
        (7, {"phone_number": LEFT_OUT}, "PHONE NUMBER IS REQUIRED"),
        (8, {"phone_number": "abcdefgh"}, "PHONE NUMBER IS NOT VALID"),
        (9, {"list_id": ""}, "LIST ID IS REQUIRED"),
        (10, {"list_id": "liopk"}, "LIST ID liopk DOES NOT EXISTS"),
        (11, {"list_id": "25"}, "LIST ID MINIMUM 3 DIGIT AND MAXIMUM 14 DIGIT"),
    ],
)
def test_one_lead_of_two_is_refused(
    emulator: EmulatorHandle, number: int, changes: dict[str, str], message: str
) -> None:
    assert add_two(emulator, **changes) == (
        f'{{"lead 1":{{"success":"false","message":"add_multi_lead {message}"}},{SECOND_CREATED}'
    )


def test_add_multi_lead_error_12_comes_after_the_insert(emulator: EmulatorHandle) -> None:
    message = "CUSTOM FIELDS NOT ADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST"
    second = SECOND_CREATED.replace("1764", "1765")

    assert add_two(emulator, list_id="25062019") == (
        f'{{"lead 1":{{"success":"false","message":"add_multi_lead {message}"}},{second}'
    )
    assert [lead["custom_fields_added"] for lead in emulator.leads()] == [False, True]


def test_add_multi_lead_error_15_needs_a_wrong_login(emulator: EmulatorHandle) -> None:
    emulator.set(require_login=True)

    refused = '{"success":"false","message":"Login incorrect, please try again"}'
    assert add_batch(emulator) == refused
    assert add_batch(emulator, **{"user": "apiuser", "pass": "wrong"}) == refused
    assert add_lead(emulator, **{"user": "nobody", "pass": "apipass"}) == refused
    assert '"Lead ID":1764' in add_batch(emulator, **{"user": "apiuser", "pass": "apipass"})


@pytest.mark.parametrize(
    ("number", "changes", "answer"),
    [
        (1, {"action": ""}, '{"status":"false","message":"PLEASE ENTER ACTION VALUE"}'),
        (
            2,
            {"agent_user": "agent3"},
            '{"success":"false","message":"manual_dial AGENT_USER IS NOT LOGGED IN"}',
        ),
        (
            2,
            {"agent_user": "nobody"},
            '{"success":"false","message":"manual_dial AGENT_USER IS NOT LOGGED IN"}',
        ),
        (3, {"agent_user": "agent2"}, '{"success":"false","message":"manual_dial AGENT_USER IS NOT PAUSED"}'),
        (
            4,
            {"agent_user": "agent4"},
            f'{{"success":"false","message":"manual_dial {MAY_NOT_DIAL}"}}',
        ),
        (5, {"value": "12ab567890"}, '{"success":"false","message":"manual_dial VALUE IS NOT VALID"}'),
        (6, {"value": ""}, '{"success":"false","message":"manual_dial VALUE IS REQUIRED"}'),
    ],
)
def test_manual_dial_answers_each_error(
    emulator: EmulatorHandle, number: int, changes: dict[str, str], answer: str
) -> None:
    assert call(emulator, **changes) == answer
    assert emulator.calls() == []


@pytest.mark.parametrize("changes", [{}, {"action": "nonsense"}, {"phone_number": ""}, {"source": ""}])
def test_every_answer_is_http_200_html(
    emulator: EmulatorHandle, http: requests.Session, changes: dict[str, str]
) -> None:
    for answer in (
        http.post(emulator.api_url, data=changed(SAMPLE_LEAD, **changes), timeout=10),
        http.get(emulator.api_url, params=changed(SAMPLE_LEAD, **changes), timeout=10),
        http.get(emulator.api_url, params=changed(SAMPLE_CALL, **changes), timeout=10),
    ):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
