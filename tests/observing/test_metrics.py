"""Metrics of several processes are summed, and those of the dead do not linger."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gateway import metrics

COUNT = """
import sys
from pathlib import Path
from gateway import metrics
metrics.share(Path(sys.argv[1]))
metrics.accepted("website", int(sys.argv[2]))
metrics.circuit_open("main", is_open=True)
metrics.attempted("main", "created", 0.02)
"""
RENDER = """
import sys
from pathlib import Path
from gateway import metrics
metrics.share(Path(sys.argv[1]))
if len(sys.argv) > 2:
    metrics.process_ended(int(sys.argv[2]))
sys.stdout.write(metrics.render().body.decode())
"""


def test_two_processes_count_together(tmp_path: Path) -> None:
    run(COUNT, str(tmp_path), "3")
    run(COUNT, str(tmp_path), "4")
    assert 'gw_leads_accepted_total{source="website"} 7.0' in run(RENDER, str(tmp_path))


def test_a_worker_that_is_gone_keeps_its_counts_but_not_its_live_gauges(tmp_path: Path) -> None:
    run(COUNT, str(tmp_path), "3")
    pid = next(tmp_path.glob("gauge_livemax_*.db")).stem.rpartition("_")[2]
    shown = run(RENDER, str(tmp_path), pid)
    assert 'gw_leads_accepted_total{source="website"} 3.0' in shown
    assert "gw_circuit_open{" not in shown


def test_files_of_dead_processes_are_swept_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    run(COUNT, str(tmp_path), "3")
    alive = tmp_path / f"counter_{os.getpid()}.db"
    alive.touch()
    metrics.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [alive]


def test_made_up_methods_do_not_make_new_series() -> None:
    for method in ("BREW", "PROPFIND", "X" * 500):
        metrics.answered("/v1/leads", method, 405, 0.001)
    shown = metrics.render().body.decode()
    assert 'method="other"' in shown
    assert "BREW" not in shown


def test_one_process_alone_needs_no_directory() -> None:
    metrics.accepted("website", 2)
    assert b'gw_leads_accepted_total{source="website"}' in metrics.render().body


def run(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]
    ).stdout
