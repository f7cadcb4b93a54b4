"""What a person or a partner trusted us with stands in no log, no metric and no error."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from gateway.config import Auth
from gateway.sources.signatures import hmac_signature
from tests.journeys.conftest import PORTAL_TOKEN, SECRETS, SIGNED_SECRET
from tests.journeys.running_gateway import RunningGateway
from tests.journeys.wire import ask, framed, request
from tests.running import EmulatorHandle

pytestmark = pytest.mark.journey

Phone = Callable[[], str]

NAME = "Wilhelmina Zarathustra"
MAIL = "wilhelmina@private.example"
COMES_ALIVE = 'x\r\n{"event": "forged"}\x1b[31m\u2028\u202e'
FORM = "application/x-www-form-urlencoded"


def traffic(gateway: RunningGateway, phones: list[str]) -> list[bytes]:
    """Requests of every fate, each with a name, a number, an address and whatever proof it has."""
    key, token = f"Authorization: Bearer {gateway.key}", f"X-Gateway-Token: {PORTAL_TOKEN}"
    first, second, third, fourth, fifth, sixth = phones
    person = json.dumps({"customer_name": NAME, "mobile_no": first, "custom_field_1": MAIL}).encode()
    hostile = json.dumps({"name": COMES_ALIVE + NAME, "phone": second, "email": MAIL}).encode()
    signature = hmac_signature(Auth(method="hmac", secrets=(SIGNED_SECRET,)), SIGNED_SECRET, hostile)
    query = f"name={NAME.replace(' ', '%20')}&phone={third}"
    return [
        request("/v1/leads", person, key, 'Idempotency-Key: "Wilhelmina"'),
        request("/v1/leads", person[:-1] + b', "unknown": 1}', key),
        request("/v1/leads", person[:-1], key),
        request(f"/v1/leads?api_key={gateway.key}&{query}", person, key),
        request("/v1/leads", person, key + "0"),
        request(f"/webhooks/portal?token={PORTAL_TOKEN}&{query}", b"", method="GET"),
        request(f"/webhooks/portal?token={PORTAL_TOKEN}&{query}", b"{"),
        request(f"/webhooks/portal?token={PORTAL_TOKEN}0&{query}", hostile),
        request("/webhooks/portal", hostile, token, "User-Agent: Wilhelmina \x1b[31m Zarathustra"),
        request("/webhooks/signed", hostile, f"X-Hub-Signature-256: {signature}"),
        request("/forms/website", f"phone={fourth}&name={NAME}&email={MAIL}".encode(), content_type=FORM),
        request("/forms/website", f"phone=12&name={NAME}&email={MAIL}".encode(), content_type=FORM),
        request(f"/{NAME.replace(' ', '%0d%0a')}/{first}", person, key),
        # No HTTP at all: a portal that does not encode its blanks, a header cut in two, a key in a bad place.
        framed(f"/webhooks/portal?token={PORTAL_TOKEN}&name={NAME}&phone={fifth}", b"", method="GET"),
        framed("/v1/leads", b"", f"Bad header {NAME} {gateway.key}: a", key),
        framed("/v1/leads", b"", "Transfer-Encoding: " + NAME.replace(" ", ""), key),
        framed("/v1/leads", b"", f"Expect: {NAME}", key),
        framed("/v1/leads", b"z" + sixth.encode() + b"\r\n", "Transfer-Encoding: chunked", key),
    ]


def test_nothing_entrusted_appears_in_logs_metrics_or_errors(
    open_gateway: RunningGateway, open_emulator: EmulatorHandle, phone: Phone
) -> None:
    phones = [phone() for _ in range(6)]
    open_emulator.fault("unknown_message", phone=phones[3])
    heard = [ask(open_gateway.port, each) for each in traffic(open_gateway, phones)]
    open_emulator.clear_faults()

    assert {each.status for each in heard} >= {200, 201, 303, 400, 401, 404, 417, 422}
    log = open_gateway.log_path.read_text()
    shown = log + open_gateway.get("/metrics").body.decode()
    shown += "".join(
        each.body.decode()
        for each in heard
        if each.status >= 400 and "html" not in each.header("content-type")
    )
    private = [*phones, open_gateway.key, open_gateway.key.split("_")[3], *SECRETS.values()]
    private += ["Wilhelmina", "Zarathustra", "private.example", "forged"]
    assert [each for each in private if each in shown] == []
    assert "lead.captured" in log
    assert "request.unreadable" in log


def test_every_line_of_the_log_is_one_event(open_gateway: RunningGateway, phone: Phone) -> None:
    for each in traffic(open_gateway, [phone() for _ in range(6)]):
        ask(open_gateway.port, each)

    log = open_gateway.log_path.read_bytes()
    lines = [json.loads(line) for line in log.splitlines()]
    assert all(line["event"] and line["level"] and line["time"] for line in lines)
    assert b"\x1b" not in log
    assert b"\r" not in log
