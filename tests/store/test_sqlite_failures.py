"""SQLite in trouble: only what is on disk is acknowledged, and it goes on by itself afterwards."""

from __future__ import annotations

import multiprocessing
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pysqlite3
import pytest

from gateway.leads.lead import State
from gateway.store import OutdatedSchema, Store, StoreError, StoreUnavailable, Trouble
from gateway.store.sqlite import file_system, lacks_wal_fix
from tests.fakes import FakeClock
from tests.store.making import accept, keep, make_lead, state_of

NOBODY = 65534
HOLD_THE_LOCK = """
import fcntl, sys
file = open(sys.argv[1])
fcntl.flock(file, fcntl.LOCK_EX)
print(flush=True)
input()
"""


@contextmanager
def limited_file_size(size: int) -> Iterator[None]:
    """Writes beyond `size` fail, as they do on a disk with a quota."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def locked(path: Path) -> Iterator[Callable[[], None]]:
    """Another program holds the write lock until the given function is called."""
    other = pysqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield lambda: other.execute("ROLLBACK")
    other.close()


def unavailable(store: Store) -> StoreUnavailable:
    """The refusal of one lead, which then must not be stored."""
    lead = make_lead()
    with pytest.raises(StoreUnavailable) as caught:
        accept(store, lead)
    return caught.value


def fill(store: Store) -> StoreUnavailable:
    """Store until it is refused."""
    with pytest.raises(StoreUnavailable) as caught:
        store_much(store)
    return caught.value


def store_much(store: Store) -> None:
    for _ in range(500):
        accept(store, make_lead(extra={"text": "x" * 20_000}))


def ping_often(store: Store) -> None:
    for _ in range(50):
        store.ping()


def test_a_full_database_refuses_and_goes_on_when_there_is_room(sqlite_store: Store) -> None:
    kept = keep(sqlite_store)
    sqlite_store.write(lambda transaction: transaction.run("PRAGMA max_page_count = 100"))

    error = fill(sqlite_store)

    assert (error.code, error.retry_after) == (Trouble.FULL, 30)
    after = keep(sqlite_store)
    assert [state_of(sqlite_store, lead) for lead in (kept, after)] == [State.QUEUED] * 2
    assert sqlite_store.verify() == []


def test_a_disk_that_fails_refuses_every_lead_until_it_works_again(sqlite_store: Store) -> None:
    kept = keep(sqlite_store)

    with limited_file_size(200_000):
        errors = [fill(sqlite_store), fill(sqlite_store)]
        with pytest.raises(StoreUnavailable):
            ping_often(sqlite_store)
        assert state_of(sqlite_store, kept) is State.QUEUED  # reading goes on

    assert [error.code for error in errors] == [Trouble.ERROR, Trouble.ERROR]
    assert state_of(sqlite_store, keep(sqlite_store)) is State.QUEUED
    assert sqlite_store.verify() == []


def test_a_lock_of_another_program_is_waited_for_at_most_three_seconds(
    sqlite_store: Store, sqlite_path: Path
) -> None:
    began = time.monotonic()
    with locked(sqlite_path) as unlock:
        error = unavailable(sqlite_store)
        unlock()

    assert 1.5 < time.monotonic() - began < 3
    assert (error.code, error.retry_after) == (Trouble.LOCKED, 1)
    assert state_of(sqlite_store, keep(sqlite_store)) is State.QUEUED


def test_a_short_lock_of_another_program_only_delays(sqlite_store: Store, sqlite_path: Path) -> None:
    keep(sqlite_store)
    with locked(sqlite_path) as unlock:
        timer = threading.Timer(0.5, unlock)
        timer.start()
        began = time.monotonic()
        lead = keep(sqlite_store)
        timer.join()

    assert 0.4 < time.monotonic() - began < 1.5
    assert state_of(sqlite_store, lead) is State.QUEUED


def test_a_turn_that_another_process_keeps_is_waited_for_at_most_three_seconds(
    sqlite_store: Store, sqlite_path: Path
) -> None:
    keep(sqlite_store)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLD_THE_LOCK,
            f"{sqlite_path}.lock",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()

    began = time.monotonic()
    error = unavailable(sqlite_store)
    waited = time.monotonic() - began
    holder.communicate(b"\n")

    assert error.code is Trouble.LOCKED
    assert 1.5 < waited < 3
    assert state_of(sqlite_store, keep(sqlite_store)) is State.QUEUED


def test_a_deleted_file_is_noticed_by_the_next_write(sqlite_store: Store, sqlite_path: Path) -> None:
    keep(sqlite_store)
    sqlite_path.unlink()

    assert unavailable(sqlite_store).code is Trouble.ERROR
    assert unavailable(sqlite_store).code is Trouble.ERROR
    with pytest.raises(StoreUnavailable):
        sqlite_store.ping()
    assert not sqlite_path.exists()


def test_a_file_that_is_moved_away_and_put_back_goes_on(sqlite_store: Store, sqlite_path: Path) -> None:
    kept = keep(sqlite_store)
    away = sqlite_path.with_name("away.db")
    sqlite_path.rename(away)
    refused = unavailable(sqlite_store)
    away.rename(sqlite_path)

    after = keep(sqlite_store)

    assert refused.code is Trouble.ERROR
    assert [state_of(sqlite_store, lead) for lead in (kept, after)] == [State.QUEUED] * 2


def test_another_database_in_its_place_is_not_written_to(sqlite_store: Store, sqlite_path: Path) -> None:
    keep(sqlite_store)
    sqlite_path.rename(sqlite_path.with_name("away.db"))
    with pysqlite3.connect(sqlite_path) as other:
        other.execute("PRAGMA journal_mode = WAL")

    assert unavailable(sqlite_store).code is Trouble.ERROR
    assert unavailable(sqlite_store).code is Trouble.ERROR
    assert pysqlite3.connect(sqlite_path).execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)


# -- opening -------------------------------------------------------------------------------------------------


def test_a_missing_database_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="gateway migrate"):
        Store.open(f"sqlite:///{tmp_path}/none.db")

    assert list(tmp_path.iterdir()) == []


def test_a_directory_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    for opening in (Store.open, Store.migrate):
        with pytest.raises(StoreError, match="is a directory"):
            opening(f"sqlite:///{tmp_path}")


def test_something_else_than_a_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    path.write_bytes(b"not a database" * 100)

    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(f"sqlite:///{path}")


def test_a_new_database_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    Store.migrate(f"sqlite:///{tmp_path}/var/gateway.db")

    assert (tmp_path / "var" / "gateway.db").stat().st_mode & 0o777 == 0o600


def test_a_user_who_may_not_write_is_told_at_the_start(sqlite_path: Path) -> None:
    sqlite_path.chmod(0o444)
    for folder in (sqlite_path.parent, *sqlite_path.parents[:3]):
        folder.chmod(0o755)
    said, says = multiprocessing.get_context("fork").Pipe(duplex=False)

    def open_as_nobody() -> None:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        try:
            Store.open(f"sqlite:///{sqlite_path}")
        except StoreError as error:
            says.send(str(error))

    process = multiprocessing.get_context("fork").Process(target=open_as_nobody)
    process.start()
    process.join(10)
    told = said.recv() if said.poll() else ""

    assert "cannot be opened for writing" in told
    assert "uid" in told


def test_old_tables_are_refused_until_they_are_migrated(tmp_path: Path, clock: FakeClock) -> None:
    url = f"sqlite:///{tmp_path}/gateway.db"
    Store.migrate(url)
    with pysqlite3.connect(tmp_path / "gateway.db") as connection:
        connection.execute("DELETE FROM alembic_version")

    with pytest.raises(OutdatedSchema, match="Run: gateway migrate"):
        Store.open(url, clock=clock)


@pytest.mark.parametrize(
    ("version", "lacks"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_versions_with_the_race_between_checkpoint_and_commit_are_known(
    version: tuple[int, int, int], lacks: bool
) -> None:
    assert lacks_wal_fix(version) is lacks


def test_the_file_system_of_the_longest_mount_point_counts() -> None:
    mounts = (
        "/dev/sda / ext4 rw 0 0\n"
        "server:/x /srv nfs4 rw 0 0\n"
        "/dev/sdb /srv/local\\040disk xfs rw 0 0\n"
        "broken\n"
    )

    assert file_system(Path("/var/gateway.db"), mounts) == "ext4"
    assert file_system(Path("/srv/gateway.db"), mounts) == "nfs4"
    assert file_system(Path("/srv/local disk/gateway.db"), mounts) == "xfs"


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///:memory:", "mysql://host/db", "no url"])
def test_a_url_that_names_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="GATEWAY_DATABASE_URL"):
        Store.open(url)
