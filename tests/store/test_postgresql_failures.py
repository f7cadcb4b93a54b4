"""PostgreSQL in trouble: refused while it is away, used again when it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from gateway.leads.lead import State
from gateway.store import Store, StoreError, StoreUnavailable, Trouble
from gateway.store.transaction import Transaction
from tests.servers import PostgresServer, running_postgres
from tests.store.making import accept, keep, make_lead, state_of

CUT_THE_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture(scope="module")
def fragile_server() -> Iterator[PostgresServer]:
    """A server of this module's own, because it is stopped."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def fragile_url(fragile_server: PostgresServer) -> str:
    url = fragile_server.new_database()
    Store.migrate(url)
    return url


def test_a_server_that_dies_is_refused_and_found_again(
    fragile_server: PostgresServer, fragile_url: str, open_store: Callable[[str], Store]
) -> None:
    store = open_store(fragile_url)
    before = keep(store)
    store.status(before.id)
    fragile_server.stop()

    lead = make_lead()
    with pytest.raises(StoreUnavailable) as refused:
        accept(store, lead)
    with pytest.raises(StoreUnavailable):
        store.status(before.id)
    with pytest.raises(StoreUnavailable):
        store.ping()
    fragile_server.start()
    after = keep(store)

    assert refused.value.code is Trouble.ERROR
    assert [state_of(store, each) for each in (before, after)] == [State.QUEUED] * 2
    assert store.status(lead.id) is None
    assert store.verify() == []


def test_a_server_that_was_restarted_meanwhile_is_not_noticed(
    fragile_server: PostgresServer, fragile_url: str, open_store: Callable[[str], Store]
) -> None:
    store = open_store(fragile_url)
    before = keep(store)
    store.status(before.id)
    fragile_server.stop()
    fragile_server.start()

    assert state_of(store, before) is State.QUEUED
    assert state_of(store, keep(store)) is State.QUEUED


def test_a_cut_connection_is_replaced(postgres_database: str, open_store: Callable[[str], Store]) -> None:
    Store.migrate(postgres_database)
    store = open_store(postgres_database)
    keep(store)
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute(CUT_THE_OTHERS)

    assert state_of(store, keep(store)) is State.QUEUED


def test_a_lock_of_another_program_is_waited_for_at_most_three_seconds(
    postgres_database: str, open_store: Callable[[str], Store]
) -> None:
    Store.migrate(postgres_database)
    store = open_store(postgres_database)
    with psycopg.connect(postgres_database) as other:
        other.execute("LOCK TABLE leads IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailable) as refused:
            keep(store)

    assert refused.value.code is Trouble.LOCKED
    assert state_of(store, keep(store)) is State.QUEUED


def test_writes_that_wait_behind_one_another_are_refused_together(
    postgres_database: str, open_store: Callable[[str], Store]
) -> None:
    Store.migrate(postgres_database)
    store = open_store(postgres_database)

    def code(_: int) -> Trouble:
        with pytest.raises(StoreUnavailable) as refused:
            keep(store)
        return refused.value.code

    with psycopg.connect(postgres_database) as other, ThreadPoolExecutor(3) as pool:
        other.execute("LOCK TABLE leads IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        codes = list(pool.map(code, range(3)))
        took = time.monotonic() - began

    assert codes == [Trouble.LOCKED] * 3
    assert took < 3


def test_a_deadlock_is_tried_again(postgres_database: str, open_store: Callable[[str], Store]) -> None:
    Store.migrate(postgres_database)
    store = open_store(postgres_database)
    first, second = keep(store), keep(store)
    touch = "UPDATE leads SET message = 'x' WHERE id = "
    locked_one, tries = threading.Event(), []

    def cross(transaction: object) -> None:
        tries.append(1)
        transaction.run(f"{touch}'{first.id}'")  # type: ignore[attr-defined]
        locked_one.set()
        transaction.run(f"{touch}'{second.id}'")  # type: ignore[attr-defined]

    with psycopg.connect(postgres_database) as other:
        other.execute("SET deadlock_timeout = '30s'")
        other.execute(f"{touch}'{second.id}'".encode())
        thread = threading.Thread(target=store.write, args=(cross,))
        thread.start()
        locked_one.wait(10)
        other.execute(f"{touch}'{first.id}'".encode())
        other.rollback()
        thread.join(10)

    assert len(tries) == 2


def test_a_role_that_does_not_wait_for_the_disk_is_refused(
    fragile_server: PostgresServer, fragile_url: str
) -> None:
    fragile_server.execute("ALTER ROLE postgres SET synchronous_commit = off")
    try:
        with pytest.raises(StoreError, match="synchronous_commit=off"):
            Store.open(fragile_url)
    finally:
        fragile_server.execute("ALTER ROLE postgres RESET synchronous_commit")
    Store.open(fragile_url).close()


def test_a_server_that_is_not_there_says_what_to_check(tmp_path: object) -> None:
    with pytest.raises(StoreError, match="GATEWAY_DATABASE_URL"):
        Store.open(f"postgresql://nobody:secret@/none?host={tmp_path}")


def test_the_password_is_not_told(tmp_path: object) -> None:
    with pytest.raises(StoreError) as told:
        Store.open(f"postgresql://nobody:secret@/none?host={tmp_path}")

    assert "secret" not in str(told.value)


def test_a_commit_that_may_have_happened_is_not_repeated(
    postgres_database: str, open_store: Callable[[str], Store]
) -> None:
    Store.migrate(postgres_database)
    store = open_store(postgres_database)
    keep(store)
    tries = []

    def work(transaction: Transaction) -> None:
        tries.append(1)
        transaction.run("UPDATE leads SET message = 'x'")
        with psycopg.connect(postgres_database, autocommit=True) as admin:
            admin.execute(CUT_THE_OTHERS)  # what follows is the COMMIT, and nobody answers it

    with pytest.raises(StoreUnavailable) as refused:
        store.write(work)

    assert refused.value.code is Trouble.ERROR
    assert tries == [1]
    assert state_of(store, keep(store)) is State.QUEUED
