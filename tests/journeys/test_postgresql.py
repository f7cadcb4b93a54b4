"""The whole gateway on PostgreSQL: what was acknowledged stays, even when the server does not."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.journeys.calling import Callers, LosingProxy, eventually, lead
from tests.journeys.running_gateway import Answered, RunningGateway, running_gateway
from tests.running import EmulatorHandle, running_emulator
from tests.servers import PostgresServer, running_postgres

pytestmark = pytest.mark.journey

KILLING_SECONDS = 5.0


@pytest.fixture
def emulator() -> Iterator[EmulatorHandle]:
    with running_emulator() as handle:
        yield handle


@pytest.fixture(scope="module")
def fragile_server() -> Iterator[PostgresServer]:
    """A server of this module's own, because it is stopped."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def gateway(
    tmp_path: Path, emulator: EmulatorHandle, fragile_server: PostgresServer, redis_url: str
) -> Iterator[RunningGateway]:
    """Two workers on a server that may be stopped."""
    url = fragile_server.new_database()
    with running_gateway(
        tmp_path, emulator.api_url, database_url=url, workers=2, ratelimit_url=redis_url, options={"wait": 3}
    ) as gateway:
        yield gateway


def test_a_lead_travels_to_the_dialer_and_two_hundred_identical_ones_are_one(
    gateway: RunningGateway, emulator: EmulatorHandle
) -> None:
    first = gateway.post({"customer_name": "Asha Verma", "mobile_no": "+91 98765 43210"})
    with ThreadPoolExecutor(40) as callers:
        answers = list(callers.map(lambda _: gateway.post(lead(1)), range(200)))

    made = emulator.leads()
    assert first.status == 201
    assert first.json["dialer"]["lead_id"] == str(made[0]["lead_id"])
    assert Counter(answered.status for answered in answers) == {201: 1, 200: 199}
    assert [each["phone_number"] for each in made] == ["9876543210", "9000000001"]
    assert {answered.json["dialer"]["lead_id"] for answered in answers} == {str(made[1]["lead_id"])}


def test_a_server_that_falls_under_load_is_a_503_until_it_is_back_and_loses_nothing(
    gateway: RunningGateway, emulator: EmulatorHandle, fragile_server: PostgresServer
) -> None:
    workers = gateway.worker_pids()
    with Callers(gateway) as callers:
        eventually(lambda: len(callers.acknowledged) > 20)
        fragile_server.stop(signal.SIGQUIT)
        stopped = len(callers.answers)
        eventually(lambda: sum(answered.status == 503 for answered in callers.since(stopped)) > 5)
        eventually(lambda: gateway.get("/readyz").status == 503)
        alive = gateway.get("/livez").status
        fragile_server.start()
        back = len(callers.answers)
        eventually(lambda: sum(answered.status == 201 for answered in callers.since(back)) > 20)

    refused = [answered for answered in callers.answers if answered.status == 503]
    # 202: it was on disk before, and the dialer's answer did not come in time.
    assert {answered.status for answered in callers.answers} <= {201, 202, 503}
    assert all(int(answered.headers["Retry-After"]) <= 5 for answered in refused)
    assert alive == 200
    assert gateway.worker_pids() == workers
    _nothing_lost(gateway, callers)
    _nothing_doubled(gateway, emulator)


def test_killing_workers_under_load_loses_nothing(gateway: RunningGateway, emulator: EmulatorHandle) -> None:
    with Callers(gateway) as callers:
        end = time.monotonic() + KILLING_SECONDS
        while time.monotonic() < end or len(callers.acknowledged) <= 20:
            before = len(callers.acknowledged)
            time.sleep(0.3)
            eventually(lambda: len(callers.acknowledged) > before)  # noqa: B023 - asked before it changes
            victims = gateway.worker_pids()
            gone = (IndexError, ProcessLookupError)  # the master is starting another
            with contextlib.suppress(*gone):
                os.kill(random.choice(victims), signal.SIGKILL)
    gateway.wait_until_ready()

    assert len(callers.acknowledged) > 20
    _nothing_lost(gateway, callers)
    _nothing_doubled(gateway, emulator)


def test_a_commit_whose_answer_is_lost_is_a_503_and_the_same_key_makes_one_lead(
    tmp_path: Path, emulator: EmulatorHandle, fragile_server: PostgresServer
) -> None:
    database = _name(fragile_server.new_database())
    with contextlib.closing(LosingProxy(fragile_server.folder / ".s.PGSQL.5432")) as proxy:
        url = f"postgresql://postgres@127.0.0.1:{proxy.port}/{database}?sslmode=disable&gssencmode=disable"
        with running_gateway(tmp_path, emulator.api_url, database_url=url) as gateway:
            assert gateway.post(lead(1)).status == 201
            proxy.lose_commit_after(b"9000000002")
            lost = gateway.post(lead(2), Idempotency_Key='"once"')
            assert proxy.lost.is_set()
            again = _until_answered(gateway, lead(2), '"once"')

            assert (lost.status, lost.json["retryable"]) == (503, True)
            assert again.status in (200, 201, 202)
            eventually(lambda: _states(gateway, "9000000002") == ["delivered"])
            assert [made["phone_number"] for made in emulator.leads()] == ["9000000001", "9000000002"]


def test_a_lock_of_another_program_is_a_503_in_time(gateway: RunningGateway) -> None:
    assert gateway.post(lead(1)).status == 201
    with psycopg.connect(gateway.database_url) as other, ThreadPoolExecutor(20) as callers:
        other.execute("LOCK TABLE leads IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        refused = list(callers.map(lambda number: gateway.post(lead(number)), range(2, 22)))
        took = time.monotonic() - began

    assert {answered.status for answered in refused} == {503}
    assert {answered.headers["Retry-After"] for answered in refused} <= {"1", "2", "3"}
    assert took < 3
    assert gateway.post(lead(100)).status == 201


def test_a_role_without_a_connection_left_is_a_503_in_time(
    tmp_path: Path, emulator: EmulatorHandle, fragile_server: PostgresServer
) -> None:
    url = _database_of_a_role(fragile_server, "narrow")
    with running_gateway(tmp_path, emulator.api_url, database_url=url) as gateway:
        assert gateway.post(lead(1)).status == 201
        fragile_server.execute("ALTER ROLE narrow CONNECTION LIMIT 0")
        fragile_server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'narrow'"
        )
        began = time.monotonic()
        with ThreadPoolExecutor(50) as callers:
            refused = list(callers.map(lambda number: gateway.post(lead(number)), range(2, 52)))
        took = time.monotonic() - began
        fragile_server.execute("ALTER ROLE narrow CONNECTION LIMIT -1")

        assert {answered.status for answered in refused} == {503}
        assert {answered.headers["Retry-After"] for answered in refused} <= {"1", "2", "3"}
        assert took < 3
        assert gateway.post(lead(100)).status == 201


def test_a_role_that_does_not_wait_for_the_disk_is_refused_at_the_start(
    tmp_path: Path, emulator: EmulatorHandle, fragile_server: PostgresServer
) -> None:
    url = _database_of_a_role(fragile_server, "hasty")
    gateway = RunningGateway(folder=tmp_path, dialer_url=emulator.api_url, database_url=url)
    assert gateway.command("migrate").returncode == 0
    fragile_server.execute("ALTER ROLE hasty SET synchronous_commit = off")
    refused = gateway.command("serve")

    assert refused.returncode == 3
    assert "synchronous_commit" in refused.stderr


def _database_of_a_role(server: PostgresServer, role: str) -> str:
    """A role that is no superuser, so that limits count for it, and a database it owns."""
    url = server.new_database()
    server.execute(f"CREATE ROLE {role} LOGIN")
    server.execute(f"ALTER DATABASE {_name(url)} OWNER TO {role}")
    return url.replace("postgres@", f"{role}@")


def _name(url: str) -> str:
    return urlsplit(url).path[1:]


def _nothing_lost(gateway: RunningGateway, callers: Callers) -> None:
    eventually(lambda: not _rows(gateway, "SELECT 1 FROM leads WHERE state IN ('queued', 'sending')"), 60)
    stored = {str(row[0]) for row in _rows(gateway, "SELECT id FROM leads")}
    assert set(callers.acknowledged) - stored == set()
    assert len(stored) <= callers.attempted
    verified = gateway.command("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _nothing_doubled(gateway: RunningGateway, emulator: EmulatorHandle) -> None:
    """The dialer has each lead at most once; one that it has is delivered, or unconfirmed and says so."""
    in_dialer = Counter(str(made["phone_number"]) for made in emulator.leads())
    states = dict(_rows(gateway, "SELECT phone, state FROM leads"))
    assert {phone for phone, times in in_dialer.items() if times > 1} == set()
    assert {phone for phone, state in states.items() if state == "delivered"} <= set(in_dialer)
    assert {states[phone] for phone in in_dialer} <= {"delivered", "unconfirmed"}


def _states(gateway: RunningGateway, phone: str) -> list[str]:
    return [str(row[0]) for row in _rows(gateway, "SELECT state FROM leads WHERE phone = %s", phone)]


def _rows(gateway: RunningGateway, statement: str, *values: str) -> list[tuple[object, ...]]:
    with psycopg.connect(gateway.database_url) as connection:
        return connection.execute(statement.encode(), values).fetchall()


def _until_answered(gateway: RunningGateway, fields: dict[str, str], key: str) -> Answered:
    answered = gateway.post(fields, Idempotency_Key=key)
    end = time.monotonic() + 15
    while answered.status in (409, 503) and time.monotonic() < end:
        time.sleep(0.2)
        answered = gateway.post(fields, Idempotency_Key=key)
    return answered
