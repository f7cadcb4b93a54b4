"""Two workers behind a proxy are one gateway: one key, one limit, one lead, with Redis and without."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import pytest

from tests.journeys.conftest import SECRETS, every_door
from tests.journeys.running_gateway import Answered, RunningGateway, running_gateway
from tests.journeys.wire import ask, request
from tests.running import EmulatorHandle
from tests.web.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.journey

Phone = Callable[[], str]

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, open_emulator: EmulatorHandle, redis: RedisServer
) -> Iterator[RunningGateway]:
    options = {"wait": 8, "more": every_door(trusted_proxies=1), "limits": '["1000000 per minute"]'}
    with running_gateway(
        tmp_path_factory.mktemp("pair"),
        open_emulator.api_url,
        workers=2,
        ratelimit_url=redis.url.removeprefix("redis+"),
        options=options,
        environment=SECRETS,
    ) as gateway:
        yield gateway


def many(gateway: RunningGateway, number: int, send: Callable[[int], Answered]) -> list[Answered]:
    """All at once, each on a connection of its own, so that both workers get some."""
    gateway.pool.clear()
    with ThreadPoolExecutor(number) as callers:
        return list(callers.map(send, range(number)))


def visitor(gateway: RunningGateway, phone: str, forwarded_for: str) -> int:
    """What the proxy passes on: it appended the last address itself."""
    body = f"phone={phone}".encode()
    spoken = request("/forms/narrow", body, f"X-Forwarded-For: {forwarded_for}", content_type=FORM)
    return ask(gateway.port, spoken).status


# -- the same request again ----------------------------------------------------------------------------------


def test_fifty_at_once_with_one_key_are_one_lead(
    pair: RunningGateway, open_emulator: EmulatorHandle, phone: Phone
) -> None:
    number = phone()
    answers = many(pair, 50, lambda _: pair.post({"mobile_no": number}, Idempotency_Key='"fifty"'))

    firsts = [each for each in answers if each.status == 201 and "Idempotent-Replayed" not in each.headers]
    assert len(firsts) == 1
    assert {each.status for each in answers} <= {201, 409}
    assert {each.headers.get("Retry-After") for each in answers if each.status == 409} <= {"1"}
    assert sum(made["phone_number"] == number for made in open_emulator.leads()) == 1
    replays = many(pair, 10, lambda _: pair.post({"mobile_no": number}, Idempotency_Key="fifty"))
    assert {(each.status, each.body) for each in replays} == {(201, firsts[0].body)}


def test_one_key_with_other_bodies_never_makes_a_second_lead(pair: RunningGateway, phone: Phone) -> None:
    numbers = [phone() for _ in range(20)]
    answers = many(pair, 20, lambda n: pair.post({"mobile_no": numbers[n]}, Idempotency_Key='"mixed"'))

    assert Counter(each.status for each in answers)[201] == 1
    assert {each.status for each in answers} <= {201, 422, 409}


def test_a_key_used_up_by_nothing_serves_the_mended_request_on_any_worker(
    pair: RunningGateway, phone: Phone
) -> None:
    number = phone()
    refused = many(pair, 4, lambda _: pair.post({"mobile_no": "12"}, Idempotency_Key='"mended"'))
    mended = many(pair, 4, lambda _: pair.post({"mobile_no": number}, Idempotency_Key='"mended"'))

    assert [each.status for each in refused] == [422] * 4
    assert {each.status for each in mended} <= {201, 409}
    assert 201 in {each.status for each in mended}


def test_two_partners_with_one_key_have_two_leads(pair: RunningGateway, phone: Phone) -> None:
    number, other = phone(), pair.create_key("other")
    ours = pair.post({"mobile_no": number}, Idempotency_Key='"shared"')
    theirs = pair.post({"mobile_no": number}, Idempotency_Key='"shared"', key=other)

    assert (ours.status, theirs.status) == (201, 201)
    assert ours.json["lead"]["id"] != theirs.json["lead"]["id"]


def test_a_double_click_over_two_workers_is_one_lead_and_both_are_thanked(
    pair: RunningGateway, open_emulator: EmulatorHandle, phone: Phone
) -> None:
    number = phone()
    click = request("/forms/website", f"phone={number}&name=Asha".encode(), content_type=FORM)
    with ThreadPoolExecutor(8) as clicks:
        heard = list(clicks.map(lambda _: ask(pair.port, click), range(8)))

    assert {each.status for each in heard} == {303}
    assert all(each.header("location").startswith("/forms/website/thanks?") for each in heard)
    open_emulator.wait_for_leads(1)
    _eventually(lambda: any(made["phone_number"] == number for made in open_emulator.leads()))
    assert sum(made["phone_number"] == number for made in open_emulator.leads()) == 1


# -- keys and limits -----------------------------------------------------------------------------------------


def test_a_revoked_key_is_refused_by_both_workers_within_a_second(pair: RunningGateway, phone: Phone) -> None:
    key, number = pair.create_key("partner"), phone()
    before = many(pair, 8, lambda _: pair.post({"mobile_no": number}, key=key))
    revoked = pair.command("keys", "revoke", key.split("_")[2])
    time.sleep(1.0)
    after = many(pair, 16, lambda _: pair.post({"mobile_no": number}, key=key))

    assert revoked.returncode == 0, revoked.stderr
    assert {each.status for each in before} <= {200, 201}
    assert [each.status for each in after] == [401] * 16


@pytest.mark.parametrize(
    "spoken",
    ["203.0.113.{n}, 198.51.100.7", "198.51.100.8:{n}", "2001:db8:1:2::{n}", "x{n}, [2001:db8:1:3::{n}]:443"],
)
def test_the_address_our_proxy_appended_is_counted_over_both_workers(
    pair: RunningGateway, phone: Phone, spoken: str
) -> None:
    found = [visitor(pair, phone(), spoken.format(n=n)) for n in range(1, 6)]

    assert found == [303, 303, 303, 429, 429]


def test_redis_may_stop_and_come_back_and_nobody_notices(
    pair: RunningGateway, redis: RedisServer, phone: Phone
) -> None:
    def leads(number: int) -> list[int]:
        return [each.status for each in many(pair, number, lambda _: pair.post({"mobile_no": phone()}))]

    redis.process.send_signal(signal.SIGSTOP)  # hangs: the worst way to be away
    began = time.monotonic()
    hung = leads(20)
    counted = visitor(pair, phone(), "192.0.2.76")
    took = time.monotonic() - began
    redis.kill()
    gone = leads(20)
    limited = [visitor(pair, phone(), "192.0.2.77") for _ in range(8)]
    with _again(redis):
        back = leads(20)

    assert set(hung + gone + back) == {201}
    assert counted == 303
    assert took < 3
    assert set(limited) <= {303, 429}, "each worker counts alone meanwhile"
    assert limited[-1] == 429
    assert "limits.storage_away" in pair.log_path.read_text()
    assert pair.get("/readyz").status == 200


@contextlib.contextmanager
def _again(redis: RedisServer) -> Iterator[None]:
    """The same server on the same socket file; it is asked again after some seconds."""
    socket = Path(redis.url.removeprefix("redis+unix://"))
    socket.unlink(missing_ok=True)
    command = cast("list[str]", redis.process.args)
    with subprocess.Popen(command, cwd=socket.parent, stdout=subprocess.DEVNULL) as process:
        try:
            _eventually(socket.exists)
            yield
        finally:
            process.kill()


def _eventually(done: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)
