"""Leads in the queue behind a hold that holds nothing else: one of them is tried, and nothing is stuck."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gateway.dialer.outcome import Created, Fields, Outcome, Refused, Scope
from gateway.leads.lead import State
from tests.delivery.scripted import ScriptedDialer, running_bench


@pytest.mark.parametrize("scope", [Scope.LOGIN, Scope.LIST])
def test_a_lead_sent_again_by_hand_ends_the_hold_that_was_mended(
    tmp_path: Path, url: str, scope: Scope
) -> None:
    mended = [False]

    def script(_: Fields) -> Outcome:
        return Created(lead_id="1") if mended[0] else Refused(code="x", message="m", scope=scope)

    with running_bench(tmp_path, ScriptedDialer(script=script), url=url) as bench:
        lead_id = bench.take()
        bench.wait_for(lead_id, State.HELD)
        bench.wait_until_held()
        time.sleep(0.2)  # until what came in meanwhile is held too
        bench.store.retry([lead_id], now=time.time())
        mended[0] = True
        bench.store.write(lambda transaction: transaction.run("UPDATE holds SET probe_at = 0", ()))

        bench.wait_for(lead_id, State.DELIVERED)
        end = time.monotonic() + 5
        while bench.store.holds("main"):
            assert time.monotonic() < end, "the hold goes on"
            time.sleep(0.02)
