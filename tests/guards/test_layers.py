"""Imports point one way, as pyproject.toml says; a new top-level module must be given a layer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_import_contract_is_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_emulator_shares_no_code_with_the_client_it_stands_in_for() -> None:
    for path in (ROOT / "gateway" / "emulator").rglob("*.py"):
        assert "gateway.dialer" not in path.read_text(), path


def test_only_the_store_knows_sql_and_only_blocking_knows_gevent() -> None:
    allowed = {"sqlalchemy": {"store"}, "gevent": {"blocking.py", "server"}}
    for path in (ROOT / "gateway").rglob("*.py"):
        place = path.relative_to(ROOT / "gateway").parts[0]
        for line in path.read_text().splitlines():
            for library, places in allowed.items():
                if line.lstrip().startswith((f"import {library}", f"from {library}")):
                    assert place in places, f"{path} imports {library}"
