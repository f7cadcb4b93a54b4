"""Databases that already hold leads, made once and copied for every round."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

from bench.entrants import Prepared, create_key, environment
from bench.load import first_number
from bench.processes import StartError, free_port
from bench.stand import Stand
from bench.tooling import ROOT


def prepare(stand: Stand, *, leads: int, due_in: float) -> Prepared:
    """A database with one API key and so many queued leads, due in so many seconds."""
    home = stand.directory / f"prepared-{leads}-{due_in:g}"
    home.mkdir()
    (home / "gateway.toml").write_text(stand.options.toml(stand.dialer.url, free_port()))
    env = environment(home, redis=stand.redis().url, port=free_port(), workers=1)
    key = create_key(env)
    if leads:
        fill = [
            sys.executable,
            "-m",
            "bench.fill",
            env["GATEWAY_DATABASE_URL"],
            str(leads),
            str(due_in),
            str(first_number()),
        ]
        done = subprocess.run(fill, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise StartError(f"the backlog could not be laid in\n{done.stderr[-2000:]}")
    database = home / "gateway.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # only the main file is copied
    return Prepared(database=database, key=key)
