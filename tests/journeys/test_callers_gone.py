"""A caller who hangs up has still sent a lead; one who hung up too early has not."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

import pytest

from tests.journeys.conftest import PORTAL_TOKEN
from tests.journeys.running_gateway import RunningGateway
from tests.journeys.wire import request, wire
from tests.running import EmulatorHandle

pytestmark = pytest.mark.journey

Phone = Callable[[], str]
Kept = Callable[[RunningGateway], int]


def leads_of(gateway: RunningGateway, phone: str) -> list[tuple[str, str]]:
    with sqlite3.connect(f"file:{gateway.folder}/gateway.db?mode=ro", uri=True) as connection:
        return connection.execute("SELECT id, state FROM leads WHERE phone = ?", (phone,)).fetchall()


def _eventually(done: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def test_a_lead_whose_caller_hung_up_is_kept_delivered_and_replayed(
    open_gateway: RunningGateway, open_emulator: EmulatorHandle, phone: Phone
) -> None:
    number = phone()
    open_emulator.fault("slow:0.5", phone=number)
    body = b'{"mobile_no": "%s"}' % number.encode()
    headers = (f"Authorization: Bearer {open_gateway.key}", f'Idempotency-Key: "gone-{number}"')
    with wire(open_gateway.port) as connection:
        connection.say(request("/v1/leads", body, *headers))

    _eventually(lambda: [state for _, state in leads_of(open_gateway, number)] == ["delivered"])
    again = open_gateway.post(body, Idempotency_Key=f'"gone-{number}"')
    assert (again.status, again.headers.get("Idempotent-Replayed")) == (201, "true")
    assert [again.json["lead"]["id"]] == [lead_id for lead_id, _ in leads_of(open_gateway, number)]
    assert sum(made["phone_number"] == number for made in open_emulator.leads()) == 1


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (f"/webhooks/portal?token={PORTAL_TOKEN}", ()),
        ("/forms/website", ()),
        ("/forms/website", ("Accept: application/json",)),
    ],
)
def test_at_every_door_sending_it_is_enough(
    open_gateway: RunningGateway, phone: Phone, target: str, headers: tuple[str, ...]
) -> None:
    number = phone()
    with wire(open_gateway.port) as connection:
        connection.say(request(target, b'{"phone": "%s"}' % number.encode(), *headers))

    _eventually(lambda: len(leads_of(open_gateway, number)) == 1)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_caller_who_hangs_up_in_the_middle_of_the_body_leaves_nothing(
    open_gateway: RunningGateway, kept: Kept, chunked: bool
) -> None:
    before = kept(open_gateway)
    key, body = f"Authorization: Bearer {open_gateway.key}", b'{"mobile_no": "8099999997"}'
    part = request("/v1/leads", body, key, length=len(body) + 1)
    if chunked:
        part = part.replace(b"Content-Length: 28", b"Transfer-Encoding: chunked")
        part = part.replace(body, b"1b\r\n" + body + b"\r\n")  # all of the lead, and no last chunk
    for _ in range(5):
        with wire(open_gateway.port) as connection:
            connection.say(part)

    assert open_gateway.get("/livez").status == 200
    time.sleep(0.2)
    assert kept(open_gateway) == before
    assert "Traceback" not in open_gateway.log_path.read_text()
