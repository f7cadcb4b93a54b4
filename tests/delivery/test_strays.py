"""A lead that is ours on disk and in no line goes on all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.delivery.strays import Strays
from gateway.leads.lead import State
from tests.delivery.scripted import Bench, ScriptedDialer, running_bench


def strays_of(bench: Bench) -> Strays:
    return Strays(
        owner=bench.delivery.owner_id,
        lines=bench.delivery.lines(),
        store=bench.store,
        recorder=bench.recorder,
        clock=SystemClock(),
    )


def forget(bench: Bench) -> str:
    """A lead in the line's memory that the line then loses, as when giving it back fails."""
    bench.dialer.gate.clear()
    bench.take()
    lead_id = bench.take()
    bench.delivery.lines()["main"].empty()
    return lead_id


@pytest.mark.parametrize("looks", [1, 2])
def test_a_lead_in_no_line_is_freed_by_the_second_look(tmp_path: Path, url: str, looks: int) -> None:
    with running_bench(tmp_path, ScriptedDialer(), url=url, start=False, max_concurrency=1) as bench:
        lead_id, strays = forget(bench), strays_of(bench)
        for _ in range(looks):
            strays.release()

        assert (lead_id in bench.store.waiting_of(bench.delivery.owner_id)) is (looks == 1)


def test_a_freed_lead_is_sent(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer(), max_concurrency=1) as bench:
        lead_id, strays = forget(bench), strays_of(bench)
        strays.release()
        strays.release()
        bench.dialer.gate.set()

        assert bench.wait_for(lead_id, State.DELIVERED)


def test_a_lead_that_waits_in_a_line_is_left_there(tmp_path: Path) -> None:
    with running_bench(tmp_path, ScriptedDialer(), max_concurrency=1) as bench:
        bench.dialer.gate.clear()
        bench.take()
        waiting, strays = bench.take(), strays_of(bench)
        strays.release()
        strays.release()

        assert waiting in bench.store.waiting_of(bench.delivery.owner_id)
