"""The same request twice is one lead and one answer, whatever happens in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.dialer.outcome import Rejected
from gateway.store import StoreUnavailable, Trouble
from gateway.store.operations import Accept, SaveAnswer
from tests.delivery.scripted import ScriptedDialer
from tests.web.gateway_under_test import Gateway, opened

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"


def send(gateway: Gateway, key: str = KEY, phone: str = "9876543210", **request: Any) -> TestResponse:
    return gateway.lead({"MobileNo": phone}, headers={"Idempotency-Key": key}, **request)


class FailingRecorder:
    """Passes everything on to the real recorder except one kind of operation."""

    def __init__(self, recorder: Any, fails: type) -> None:
        self._recorder = recorder
        self._fails = fails

    def record(self, operation: Any) -> Any:
        if isinstance(operation, self._fails):
            raise StoreUnavailable(Trouble.ERROR, "The disk failed.", retry_after=3)
        return self._recorder.record(operation)


def break_recording(gateway: Gateway, kind: type) -> None:
    broken = FailingRecorder(gateway.services.recorder, kind)
    gateway.app.extensions["gateway"] = replace(gateway.services, recorder=broken)


def mend_recording(gateway: Gateway) -> None:
    gateway.app.extensions["gateway"] = gateway.services


def test_a_repeated_request_gets_the_first_answer_byte_for_byte(gateway: Gateway) -> None:
    first, second = send(gateway), send(gateway)

    assert (first.status_code, first.data) == (second.status_code, second.data) == (201, second.data)
    assert first.headers["Location"] == second.headers["Location"]
    assert second.content_type == "application/json"
    assert (first.headers.get("Idempotent-Replayed"), second.headers["Idempotent-Replayed"]) == (None, "true")
    assert len(gateway.stored()) == 1


def test_a_refusal_of_the_dialer_is_replayed_as_the_problem_it_was(tmp_path: Path) -> None:
    dialer = ScriptedDialer(script=lambda _: Rejected(code="dialer.no", message="No."))
    with opened(tmp_path, dialer=dialer) as gateway:
        first, second = send(gateway), send(gateway)

        assert (second.status_code, second.content_type) == (422, "application/problem+json")
        assert first.data == second.data


def test_the_key_of_another_request_is_refused(gateway: Gateway) -> None:
    first = send(gateway)
    second = send(gateway, phone="9876543211")

    assert (second.status_code, second.json["reason_code"]) == (422, "idempotency.reused")
    assert [lead.id for lead in gateway.stored()] == [first.json["lead"]["id"]]


def test_fifty_at_once_are_one_lead(gateway: Gateway) -> None:
    gateway.key()
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: send(gateway), range(50)))

    firsts = [
        each for each in answers if each.status_code == 201 and "Idempotent-Replayed" not in each.headers
    ]
    assert len(firsts) == 1
    for each in answers:
        assert each.status_code in (201, 409)
        if each.status_code == 409:
            assert (each.json["reason_code"], each.headers["Retry-After"]) == ("idempotency.running", "1")
            assert each.json["retryable"] is True
    assert len(gateway.stored()) == 1
    assert gateway.dialer.sent == ["9876543210"]


def test_two_partners_may_use_the_same_key(gateway: Gateway) -> None:
    ours, theirs = send(gateway), send_as_rival(gateway)

    assert ours.status_code == theirs.status_code == 201
    assert ours.json["lead"]["id"] != theirs.json["lead"]["id"]


def send_as_rival(gateway: Gateway) -> TestResponse:
    return gateway.lead(
        {"MobileNo": "9876543210"}, key=gateway.key("rival"), headers={"Idempotency-Key": KEY}
    )


def test_the_bare_key_and_the_quoted_one_are_the_same(gateway: Gateway) -> None:
    first, second = send(gateway, KEY), send(gateway, f'"{KEY}"')

    assert first.data == second.data
    assert second.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ['"a \\" b"', '"' + "x" * 255 + '"', "x" * 255, "a.b:c_d-e", '" "'])
def test_every_legal_key_is_taken(gateway: Gateway, key: str) -> None:
    assert send(gateway, key).status_code == 201


@pytest.mark.parametrize(
    "key",
    [
        "",
        '""',
        "x" * 256,
        '"' + "x" * 256 + '"',
        "a b",
        '"a";p=1',
        '"a',
        'a"',
        "a,b",
        '"a", "b"',
        "é",
        '"\t"',
        "\x7f",
    ],
)
def test_a_malformed_key_is_named_before_anything_happens(gateway: Gateway, key: str) -> None:
    answer = send(gateway, key)

    assert (answer.status_code, answer.json["reason_code"]) == (400, "idempotency.invalid")
    assert gateway.stored() == []


def test_two_header_lines_are_refused(gateway: Gateway) -> None:
    headers = [
        ("Authorization", f"Bearer {gateway.key()}"),
        ("Idempotency-Key", "a"),
        ("Idempotency-Key", "b"),
    ]

    answer = gateway.ask("POST", "/v1/leads", json={"MobileNo": "9876543210"}, headers=headers)

    assert answer.json["reason_code"] == "idempotency.invalid"


def test_a_refused_lead_uses_up_no_key(gateway: Gateway) -> None:
    assert send(gateway, phone="12").status_code == 422

    assert send(gateway).status_code == 201


def test_a_lead_that_was_not_kept_uses_up_no_key(gateway: Gateway) -> None:
    break_recording(gateway, Accept)
    refused = send(gateway)
    mend_recording(gateway)

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "3")
    assert send(gateway).status_code == 201
    assert len(gateway.stored()) == 1


def test_an_answer_that_was_not_kept_is_still_given_and_the_lead_answers_later(gateway: Gateway) -> None:
    break_recording(gateway, SaveAnswer)
    first = send(gateway)
    mend_recording(gateway)

    assert first.status_code == 201
    assert send(gateway).status_code == 409  # for all it knows, the first one still runs
    gateway.clock.ahead += 3600
    later = send(gateway)
    assert (later.status_code, later.headers["Idempotent-Replayed"]) == (201, "true")
    assert later.json["lead"]["id"] == first.json["lead"]["id"]
    assert len(gateway.stored()) == 1


def test_a_key_is_remembered_for_thirty_days(gateway: Gateway) -> None:
    first = send(gateway)

    gateway.clock.ahead += 30 * 86400 - 60
    assert send(gateway).data == first.data
    gateway.clock.ahead += 120
    gateway.store.purge_idempotency(now=gateway.clock.now())
    assert send(gateway).json["lead"]["id"] != first.json["lead"]["id"]


def test_a_script_at_a_form_may_use_a_key_too(gateway: Gateway) -> None:
    first = gateway.script({"phone": "9876543210"}, headers={"Idempotency-Key": KEY})
    second = gateway.script({"phone": "9876543210"}, headers={"Idempotency-Key": KEY})

    assert first.data == second.data
    assert second.headers["Idempotent-Replayed"] == "true"
