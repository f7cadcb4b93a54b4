"""A SQLite file as the gateway needs it: WAL, FULL, one writer, never an answer for a file that is gone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from gateway.store import migrate
from gateway.store.database import Database, Lost
from gateway.store.errors import StoreError, StoreUnavailable, Trouble
from gateway.store.transaction import SqliteTransaction
from gateway.store.turn import LIMIT, Turn

BUSY_SECONDS = 2.0
CHECK_LIMIT = 15.0  # seconds a start waits for others, which may be migrating
PRAGMAS = (
    "busy_timeout = 2000",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "secure_delete = ON",  # what is erased is gone from the file
    "wal_autocheckpoint = 4000",  # pages: a checkpoint in one of many commits, not in every few
    "journal_size_limit = 67108864",
    "cache_size = -32768",  # KiB
)
NETWORK = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "gfs2",
        "ocfs2",
        "fuse.sshfs",
        "fuse.glusterfs",
        "fuse.s3fs",
    ]
)
_FULL = 13
_BUSY = frozenset({5, 6, 15})  # SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL
_AWAY = frozenset({7, 8, 10, 11, 14, 26})  # NOMEM, READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB


class SqliteDatabase(Database):
    """All processes are on one machine and take turns at the file."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._turn = Turn(Path(f"{self.path}.lock"))
        self._inode: tuple[int, int] | None = None
        writer = self._engine(read_only=False)
        event.listen(writer, "begin", _begin_immediate)
        super().__init__(writer=writer, reader=self._engine(read_only=True), transaction=SqliteTransaction)

    # -- the place -------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Create the directory and an empty file that only its owner may read."""
        self._check_place()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            connection = self._open_file(read_only=False)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.close()
        except (OSError, pysqlite3.Error) as error:
            raise self._unusable(error) from error

    def check(self) -> None:
        self._check_place()
        if not self.path.exists():
            raise StoreError(f"There is no database at {self.path}. Run: gateway migrate")
        try:
            self._turn.open()
            self.take_turn(CHECK_LIMIT)
            try:
                with self._writer_engine.begin() as connection:
                    migrate.check(connection)
            finally:
                self.give_turn()
        except (DBAPIError, OSError) as error:
            raise self._unusable(error) from error

    def _check_place(self) -> None:
        if lacks_wal_fix(pysqlite3.sqlite_version_info):
            raise StoreError(
                f"SQLite {pysqlite3.sqlite_version} can damage a database that two processes use (fixed in"
                f" 3.51.3)."
                " Install the pysqlite3 package again to get a newer one."
            )
        if self._is_directory():
            raise StoreError(f"{self.path} is a directory. GATEWAY_DATABASE_URL must name a file inside it.")
        kind = file_system(self.path, _mounts())
        if kind in NETWORK:
            raise StoreError(
                f"{self.path} is on a network file system ({kind}), where SQLite's write-ahead log does"
                f" not work."
                " Put the database on a local disk, or use PostgreSQL."
            )

    def _is_directory(self) -> bool:
        try:
            return self.path.is_dir()
        except PermissionError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> StoreError:
        cause = error.orig if isinstance(error, DBAPIError) else error
        return StoreError(
            f"The database {self.path} cannot be opened for writing ({cause})."
            f" Check that the file and its directory belong to the user that runs the gateway (uid"
            f" {os.geteuid()})."
        )

    # -- connections -----------------------------------------------------------------------------------------

    def _engine(self, *, read_only: bool) -> Engine:
        return create_engine(
            "sqlite://",
            module=pysqlite3,
            creator=lambda: self._connect(read_only=read_only),
            poolclass=NullPool,
            hide_parameters=True,  # they are people's names and numbers, and an error goes into the log
        )

    def _connect(self, *, read_only: bool) -> Any:
        inode = self._inode_now()
        connection = self._open_file(read_only=read_only)
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
        if (mode, synchronous) != ("wal", 2):
            connection.close()
            raise StoreUnavailable(
                Trouble.ERROR,
                f"{self.path} is in journal mode {mode} with synchronous={synchronous}; a lead could be"
                f" lost in it."
                " Run: gateway migrate",
                retry_after=5,
            )
        if not read_only:
            self._inode = inode
        return connection

    def _open_file(self, *, read_only: bool) -> Any:
        connection = pysqlite3.connect(
            f"{self.path.as_uri()}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        return connection

    # -- writing ---------------------------------------------------------------------------------------------

    def take_turn(self, limit: float = LIMIT) -> None:
        try:
            taken = self._turn.take(limit)
        except OSError as error:
            raise StoreUnavailable(Trouble.ERROR, self._gone(), retry_after=5) from error
        if not taken:
            raise StoreUnavailable(
                Trouble.LOCKED, f"Another process has written to {self.path} for too long. Try again."
            )

    def try_turn(self) -> bool:
        try:
            return self._turn.take(0.0)
        except OSError:
            return False  # whoever waits for it is told what is wrong

    def give_turn(self) -> None:
        self._turn.give()

    def committed(self) -> None:
        if self._inode_now() != self._inode:
            raise StoreUnavailable(Trouble.ERROR, self._gone(), retry_after=5)

    def close(self) -> None:
        super().close()
        self._turn.close()

    def _inode_now(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _gone(self) -> str:
        return f"The database file {self.path} was moved, replaced or deleted while in use. Put it back."

    def trouble(self, error: DBAPIError) -> StoreUnavailable | None:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        name = getattr(error.orig, "sqlite_errorname", "unknown")
        if code == _FULL:
            return StoreUnavailable(
                Trouble.FULL, f"The disk that holds {self.path} is full. Free space on it.", retry_after=30
            )
        if code in _BUSY:
            return StoreUnavailable(Trouble.LOCKED, f"Another program keeps {self.path} locked. Try again.")
        if code in _AWAY:
            message = (
                f"The disk that holds {self.path} reports {name}. See the system log; run: gateway verify"
            )
            return StoreUnavailable(Trouble.ERROR, message, retry_after=5)
        if error.connection_invalidated:
            return Lost(Trouble.ERROR, f"The connection to {self.path} was lost. Try again.")
        return None


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another has written in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def lacks_wal_fix(version: tuple[int, ...]) -> bool:
    """Whether this SQLite has the race between a checkpoint and a commit (sqlite.org, fixed in 3.51.3)."""
    fixed_branches = ((3, 44, 6), (3, 50, 7))
    if any(version[:2] == fixed[:2] and version >= fixed for fixed in fixed_branches):
        return False
    return version < (3, 51, 3)


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system `path` is on, after the lines of /proc/self/mounts."""
    best, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind


def _mounts() -> str:
    try:
        return Path("/proc/self/mounts").read_text()
    except OSError:
        return ""
