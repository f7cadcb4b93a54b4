"""Two workers of the real server judge as one: a proof is used once, and a captcha service that hangs stops nobody."""

from __future__ import annotations

import base64
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import altcha
import pytest

from tests.journeys.running_gateway import RunningGateway, running_gateway
from tests.running import EmulatorHandle
from tests.spam.captcha_service import SECRET, CaptchaService, running_captcha_service
from tests.web.redis_server import redis_server

pytestmark = pytest.mark.journey

Phone = Callable[[], str]

FORMS = """
[sources.worked]
kind = "form"
dialer = "main"
list_id = "25062018"
limits = ["1000000 per minute"]
captcha = {{ provider = "altcha", cost = 10 }}

[sources.asked]
kind = "form"
dialer = "main"
list_id = "25062018"
wait = 8
limits = ["1000000 per minute"]
captcha = {{ provider = "turnstile", site_key = "k", secret = "env:CAPTCHA_SECRET", verify_url = "{url}" }}
"""


@pytest.fixture(scope="module")
def service() -> Iterator[CaptchaService]:
    with running_captcha_service() as running:
        yield running


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, open_emulator: EmulatorHandle, service: CaptchaService
) -> Iterator[RunningGateway]:
    with (
        redis_server(tmp_path_factory.mktemp("redis")) as redis,
        running_gateway(
            tmp_path_factory.mktemp("pair"),
            open_emulator.api_url,
            workers=2,
            ratelimit_url=redis.url.removeprefix("redis+"),
            options={"more": FORMS.format(url=service.url)},
            environment={"CAPTCHA_SECRET": SECRET},
        ) as gateway,
    ):
        yield gateway


def states(gateway: RunningGateway, source: str, *phones: str) -> Counter[tuple[str, str | None]]:
    """State and reason of these numbers' leads, as they are on disk."""
    with sqlite3.connect(f"file:{gateway.folder}/gateway.db?mode=ro", uri=True) as connection:
        marks = ", ".join("?" * len(phones))
        query = f"SELECT state, reason_code FROM leads WHERE source = ? AND phone IN ({marks})"
        return Counter((state, reason) for state, reason in connection.execute(query, (source, *phones)))


def test_one_proof_sent_with_many_numbers_at_once_is_good_for_one(pair: RunningGateway, phone: Phone) -> None:
    challenge = pair.get("/forms/worked/challenge").json
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    payload = json.dumps({"challenge": challenge, "solution": solution.to_dict()}).encode()
    phones = [phone() for _ in range(16)]
    pair.pool.clear()  # a connection for each, so that both workers get some

    def send(number: str) -> int:
        fields = {"phone": number, "altcha": base64.b64encode(payload).decode()}
        return pair.post(fields, path="/forms/worked", Prefer="wait=0").status

    with ThreadPoolExecutor(len(phones)) as callers:
        answers = set(callers.map(send, phones))

    assert answers <= {201, 202}
    found = states(pair, "worked", *phones)
    assert found[("quarantined", "captcha.spent")] == 15
    assert found.total() == 16


def test_a_captcha_service_that_hangs_costs_three_seconds_and_stops_nobody_else(
    pair: RunningGateway, service: CaptchaService, phone: Phone
) -> None:
    waiting, others = [phone() for _ in range(8)], [phone() for _ in range(8)]
    pair.pool.clear()
    service.fault = "silent"

    def ask(number: str) -> tuple[int, float]:
        began = time.monotonic()
        fields = {"phone": number, "cf-turnstile-response": f"good-{number}"}
        return pair.post(fields, path="/forms/asked").status, time.monotonic() - began

    def pass_by(number: str) -> float:
        began = time.monotonic()
        pair.post({"phone": number}, path="/forms/worked", Prefer="wait=0")
        return time.monotonic() - began

    with ThreadPoolExecutor(len(waiting)) as callers:
        slow = callers.map(ask, waiting)
        time.sleep(0.3)
        assert max(map(pass_by, others)) < 2
        answers = list(slow)

    assert {status for status, _ in answers} == {201}
    assert all(3 <= seconds < 6 for _, seconds in answers)
    assert states(pair, "asked", *waiting) == {("delivered", None): 8}
