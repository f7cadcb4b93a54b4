"""Every fault through a real socket: what the client sees, and whether the dialer has the lead."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
import requests

from gateway.emulator.app import create_emulator
from gateway.emulator.catalogue import CATALOGUE, Creates, FaultError, parse_fault
from gateway.emulator.effects import EFFECTS
from gateway.emulator.elision import PATH
from tests.emulator.asking import (
    SAMPLE_BATCH,
    SAMPLE_LEAD,
    Ticks,
    add_batch,
    add_lead,
    post,
    post_with_fault,
    vicidial,
)
from tests.running import EmulatorHandle

SUCCESS = (
    '{"success":"true","message":"add_lead LEAD CREATED SUCCESSFULLY","data":{"Phone Number":"1234567890",'
    '"List ID":"25062018","Lead ID":"1764","Status":"NEW","Prospects Id":"123"}}'
)


def bytes_received(emulator: EmulatorHandle, fault: str, *, close: bool = False) -> bytes:
    """All a plain socket reads until the dialer ends the connection; a reset raises."""
    body = urlencode(SAMPLE_LEAD)
    path = emulator.api_url.removeprefix(emulator.url)
    head = f"POST {path} HTTP/1.1\r\nHost: dialer.example\r\nX-Emulator-Fault: {fault}\r\n"
    head += "Connection: close\r\n" if close else ""
    head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    received = b""
    port = int(emulator.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall((head + body).encode())
        while chunk := client.recv(65536):
            received += chunk
    return received


@pytest.mark.parametrize("fault", ["refuse", "created_then_close"])
def test_the_connection_is_reset(emulator: EmulatorHandle, fault: str) -> None:
    with pytest.raises(ConnectionResetError):
        bytes_received(emulator, fault)


@pytest.mark.parametrize("fault", ["drop_after_accept", "hang:0.1", "created_then_hang:0.1"])
def test_the_connection_ends_without_a_byte(emulator: EmulatorHandle, fault: str) -> None:
    assert bytes_received(emulator, fault) == b""


def test_a_truncated_answer_promises_more_than_it_brings(emulator: EmulatorHandle) -> None:
    head, _, body = bytes_received(emulator, "truncated").partition(b"\r\n\r\n")

    assert f"Content-Length: {len(SUCCESS) + 1}".encode() in head
    assert body == SUCCESS[: len(SUCCESS) // 2].encode()


def test_a_dripped_answer_is_whole_at_the_end(emulator: EmulatorHandle) -> None:
    assert bytes_received(emulator, "drip:0").endswith(SUCCESS.encode())


def test_a_drip_outlasts_a_client_that_waits_for_each_byte(emulator: EmulatorHandle) -> None:
    started = time.monotonic()
    bytes_received(emulator, "drip:0.002")

    assert time.monotonic() - started >= 0.002 * len(SUCCESS)


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ("slow:0", 200, SUCCESS),
        ("500", 500, ""),
        ("status:404", 404, ""),
        ("status", 404, ""),
        ("empty", 200, ""),
        ("empty:created", 200, ""),
        ("created_but_500", 500, SUCCESS),
        ("created_but_500:empty", 500, ""),
        ("boolean_success", 200, SUCCESS.replace('"true"', "true")),
        ("boolean_success:status", 200, SUCCESS.replace('"success":"true"', '"status":true')),
        ("missing_lead", 200, SUCCESS),
        (
            "lockout",
            200,
            '{"success":"false","message":"Too many login attempts, try again in 15 minutes"}',
        ),
        ("login_refused", 200, '{"success":"false","message":"Login incorrect, please try again"}'),
        ("mysql_down", 200, "MySQL connect ERROR:  Connection refused"),
        ("redirect", 302, ""),
        ("huge:2", 200, " " * 2 * 1024 * 1024),
        ("gzip_bomb:2", 200, " " * 2 * 1024 * 1024),
        ("deep_json", 200, "[" * 100_000 + "]" * 100_000),
    ],
)
def test_a_fault_answers_with_exactly_this(
    emulator: EmulatorHandle, fault: str, status: int, body: str
) -> None:
    answer = post_with_fault(emulator, fault)

    assert (answer.status_code, answer.text) == (status, body)


@pytest.mark.parametrize(
    ("fault", "status", "part"),
    [("502", 502, b"nginx"), ("504", 504, b"nginx"), ("html", 200, b"<h1>"), ("garbage", 200, b"\xff\xfe")],
)
def test_a_fault_answers_with_something_like_this(
    emulator: EmulatorHandle, fault: str, status: int, part: bytes
) -> None:
    answer = post_with_fault(emulator, fault)

    assert answer.status_code == status
    assert part in answer.content


def test_a_gzip_bomb_is_small_on_the_wire(emulator: EmulatorHandle) -> None:
    _, _, body = bytes_received(emulator, "gzip_bomb:8", close=True).partition(b"\r\n\r\n")

    assert 1_000 < len(body) < 20_000


def test_an_unknown_message_is_a_well_formed_refusal(emulator: EmulatorHandle) -> None:
    answer = json.loads(post_with_fault(emulator, "unknown_message").text)

    assert answer["success"] == "false"
    assert answer["message"].startswith("add_lead ")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("retry_after", ["120", "Wed, 21 Oct 2026 07:28:00 GMT", "soon"])
def test_retry_after_is_what_was_asked_for(emulator: EmulatorHandle, status: int, retry_after: str) -> None:
    answer = post_with_fault(emulator, f"{status}:{retry_after}")

    assert (answer.status_code, answer.headers["Retry-After"]) == (status, retry_after)


def test_a_redirect_names_the_address(emulator: EmulatorHandle) -> None:
    answer = post_with_fault(emulator, "redirect:http://dialer.example/new")

    assert answer.headers["Location"] == "http://dialer.example/new"


def test_a_slow_answer_comes_late_and_the_lead_early(emulator: EmulatorHandle) -> None:
    with pytest.raises(requests.ReadTimeout):
        requests.post(emulator.api_url, data=SAMPLE_LEAD, headers={"X-Emulator-Fault": "slow:5"}, timeout=0.2)
    assert len(emulator.leads()) == 1

    started = time.monotonic()
    post_with_fault(emulator, "slow:0.2")
    assert time.monotonic() - started >= 0.2


def test_a_missing_lead_is_created_but_not_told(emulator: EmulatorHandle) -> None:
    emulator.fault("missing_lead:2")

    assert list(json.loads(add_batch(emulator))) == ["lead 1"]
    assert len(emulator.leads()) == 2


def test_booleans_reach_every_lead_of_a_batch(emulator: EmulatorHandle) -> None:
    emulator.fault("boolean_success:status")

    answer = json.loads(add_batch(emulator, multi_leads='[{"phone_number":"1111111111"},{}]'))
    assert [lead["status"] for lead in answer.values()] == [True, False]


def test_the_vicidial_dialect_fails_in_its_own_words(emulator: EmulatorHandle) -> None:
    emulator.fault("login_refused", count=1)
    emulator.fault("lockout", count=1)
    emulator.fault("unknown_message", count=1)

    assert vicidial(emulator) == "ERROR: Login incorrect, please try again: |apiuser|apipass|BAD|\n"
    assert "|apiuser|LOCK|" in vicidial(emulator)
    assert vicidial(emulator).startswith("ERROR: add_lead ")


SHORT = {"hang": "0", "created_then_hang": "0", "slow": "0", "drip": "0", "huge": "1", "gzip_bomb": "1"}


@pytest.mark.parametrize("name", CATALOGUE)
@pytest.mark.parametrize("asked", ["", "created"])
def test_a_lead_is_created_as_the_catalogue_says(emulator: EmulatorHandle, name: str, asked: str) -> None:
    kind = CATALOGUE[name]
    argument = asked if kind.creates is Creates.ASKED else SHORT.get(name, "")
    try:
        post_with_fault(emulator, f"{name}:{argument}" if argument else name)
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        assert name in {
            "refuse",
            "drop_after_accept",
            "hang",
            "created_then_hang",
            "created_then_close",
            "truncated",
        }
    created = kind.creates is Creates.YES or (kind.creates is Creates.ASKED and asked == "created")

    assert len(emulator.leads()) == (1 if created else 0)


def test_every_fault_of_the_catalogue_has_its_effect() -> None:
    assert set(EFFECTS) == set(CATALOGUE)


def test_the_next_request_on_the_connection_is_unharmed(
    emulator: EmulatorHandle, http: requests.Session
) -> None:
    for name in ("500", "empty", "drip:0", "html", "redirect", "garbage", "mysql_down"):
        emulator.fault(name, count=1)
        http.post(emulator.api_url, data=SAMPLE_LEAD, timeout=5, allow_redirects=False)
        assert http.post(emulator.api_url, data=SAMPLE_LEAD, timeout=5).json()["success"] == "true"


def test_a_hanging_request_ends_when_its_client_has_gone(emulator: EmulatorHandle) -> None:
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            emulator.api_url, data=SAMPLE_LEAD, headers={"X-Emulator-Fault": "hang:60"}, timeout=0.1
        )
    deadline = time.monotonic() + 2
    while emulator.requests().in_flight and time.monotonic() < deadline:
        time.sleep(0.01)

    assert emulator.requests().in_flight == 0


def test_a_fault_for_the_next_requests_ends_after_them(emulator: EmulatorHandle) -> None:
    emulator.fault("500", count=2)

    assert [post(emulator, SAMPLE_LEAD).status_code for _ in range(3)] == [500, 500, 200]
    assert emulator.state.faults.active() == []


def test_a_fault_for_a_share_meets_exactly_that_share(emulator: EmulatorHandle) -> None:
    emulator.fault("500", share=0.25)

    statuses = [post(emulator, SAMPLE_LEAD).status_code for _ in range(12)]
    assert statuses == [200, 200, 200, 500] * 3


def test_a_fault_for_some_seconds_ends_with_them() -> None:
    clock = Ticks()
    client = create_emulator(clock=clock).test_client()
    client.post("/emulator/faults", json={"fault": "500", "seconds": 30})

    assert client.post(PATH, data=SAMPLE_LEAD).status_code == 500
    clock.now += 29
    assert client.post(PATH, data=SAMPLE_LEAD).status_code == 500
    clock.now += 2
    assert client.post(PATH, data=SAMPLE_LEAD).status_code == 200


def test_a_fault_for_one_action_or_one_number_spares_the_others(emulator: EmulatorHandle) -> None:
    emulator.fault("500", action="add_multi_lead")
    emulator.fault("status:503", phone="9999999999")

    assert post(emulator, SAMPLE_LEAD).status_code == 200
    assert post(emulator, {**SAMPLE_BATCH, "multi_leads": "[]"}).status_code == 500
    assert post(emulator, {**SAMPLE_LEAD, "phone_number": "9999999999"}).status_code == 503


def test_the_oldest_fault_that_fits_is_met_first(emulator: EmulatorHandle) -> None:
    first = emulator.fault("500")
    emulator.fault("502")
    assert post(emulator, SAMPLE_LEAD).status_code == 500
    emulator.clear_faults(first)

    assert post(emulator, SAMPLE_LEAD).status_code == 502


def test_a_counted_fault_is_met_exactly_so_often_under_load(emulator: EmulatorHandle) -> None:
    emulator.fault("500", count=20)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: post(emulator, SAMPLE_LEAD).status_code, range(80)))

    assert statuses.count(500) == 20
    assert len(emulator.leads()) == 60


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "slow:-1",
        "slow:x",
        "refuse:1",
        "status:99",
        "empty:maybe",
        "missing_lead:1.5",
        "503:\n",
    ],
)
def test_a_fault_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(FaultError, match=r"\.$"):
        parse_fault(text if text != "503:\n" else "503:a\nb")


def test_a_wrong_fault_header_is_told_and_creates_nothing(emulator: EmulatorHandle) -> None:
    answer = post_with_fault(emulator, "sloww")

    assert answer.status_code == 400
    assert "slow" in answer.json()["error"]
    assert emulator.leads() == []


def test_a_good_lead_needs_no_header(emulator: EmulatorHandle) -> None:
    assert add_lead(emulator) == SUCCESS
