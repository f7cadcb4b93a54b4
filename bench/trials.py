"""The trials of the gateway alone: a dialer that hangs, memory over time, a large backlog."""

from __future__ import annotations

import subprocess
import time
from dataclasses import replace
from typing import Any

from bench.backlog import prepare
from bench.entrants import Gateway
from bench.fake_dialer import Pace
from bench.load import Load, rate_command, result_line, run_wrk
from bench.processes import busy_seconds
from bench.scenarios import Plan, Series
from bench.stand import Stand
from bench.webhooks import write_requests

ACKNOWLEDGED = "^20[12]$"
HANG_CALLERS = 64
HANG_TIMEOUT = 3  # the gateway's patience with one dialer call, so that a round need not last minutes
MEMORY_RATE = 1000
MEMORY_CALLERS = 256
WEBHOOK_RATE = 500
WEBHOOK_SECONDS = 20.0
WEBHOOK_SENDERS = 64
DAM = Pace(delay_ms=1000, cap=1)


def hang(stand: Stand, plan: Plan) -> list[Series]:
    """Acknowledgements per second (201, 202) with a healthy dialer, then with one that never answers."""
    waiting, at_once = Series(name="callers that wait 5 s"), Series(name="callers that do not wait")
    healthy = Pace(delay_ms=0)
    options = replace(stand.options, wait=5, timeout=HANG_TIMEOUT)
    for _ in range(plan.rounds):
        gateway = stand.gateway(options)
        wait = Load(connections=HANG_CALLERS, seconds=plan.seconds, accepted=ACKNOWLEDGED)
        no_wait = replace(wait, prefer="wait=0")
        waiting.add("healthy", stand.round(gateway, wait, healthy))
        at_once.add("healthy", stand.round(gateway, no_wait, healthy))
        stand.dialer.settle()
        stand.dialer.behave(healthy, hang=True)
        # From the first second on, and long enough for the first calls to run into their timeout.
        first = replace(no_wait, seconds=max(plan.seconds, HANG_TIMEOUT + 2))
        at_once.add("hanging", stand.measure(gateway, first))
        waiting.add("hanging", stand.measure(gateway, wait))
        stand.leave(gateway)
        stand.dialer.behave(healthy)
    return [waiting, at_once]


def memory(stand: Stand, plan: Plan) -> dict[str, Any]:
    """A steady stream of leads; the memory of all the gateway's processes, once a second."""
    gateway = stand.gateway()
    stand.dialer.settle()
    stand.dialer.behave(Pace(delay_ms=20))
    command = rate_command(
        stand.programs["rate"],
        gateway.target,
        per_second=MEMORY_RATE,
        seconds=plan.memory_minutes * 60,
        connections=MEMORY_CALLERS,
    )
    generator = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        samples = _sample(gateway, generator)
        output, _ = generator.communicate(timeout=30)
    finally:
        generator.kill()
        generator.wait()
    load = result_line(output)
    stand.leave(gateway)
    print(f"  {len(samples)} samples, highest {max(samples):.0f} MB, p99 {load['p99_ms']} ms", flush=True)
    return {"samples_mb": samples, "load": load, "minutes": plan.memory_minutes}


def _sample(gateway: Gateway, generator: subprocess.Popen[str]) -> list[float]:
    assert gateway.process is not None
    samples = []
    while generator.poll() is None:
        samples.append(round(gateway.process.memory_mb(), 1))
        time.sleep(1)
    return samples


def webhooks(stand: Stand, plan: Plan) -> list[dict[str, Any]]:
    """Signed deliveries of several platforms at a steady rate; each round's answers, from each one's own moment."""
    rounds = []
    for _ in range(plan.rounds):
        gateway = stand.gateway()
        stand.dialer.settle()
        stand.dialer.behave(Pace(delay_ms=20))
        requests = gateway.home / "requests"
        write_requests(
            requests, (gateway.home / "gateway.toml").read_text(), int(WEBHOOK_RATE * WEBHOOK_SECONDS)
        )
        command = rate_command(
            stand.programs["rate"],
            gateway.target,
            per_second=WEBHOOK_RATE,
            seconds=WEBHOOK_SECONDS,
            connections=WEBHOOK_SENDERS,
            requests=requests,
        )
        before = busy_seconds()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        result = {**result_line(done.stdout), "busy_cores": (busy_seconds() - before) / WEBHOOK_SECONDS}
        rounds.append(result)
        print(
            f"  {result['kept']:,} of {result['due']:,} acknowledged, p50 {result['p50_ms']} ms,"
            f" p99 {result['p99_ms']} ms",
            flush=True,
        )
        stand.leave(gateway)
    return rounds


def backlog(stand: Stand, plan: Plan) -> list[Series]:
    """Fresh leads with an empty store, with leads that wait for later, and with as many that are due now."""
    series = Series(name=f"{plan.backlog:,} leads in backlog, 64 callers")
    pace = Pace(delay_ms=20)
    load = Load(connections=64, seconds=plan.seconds)
    stores = {
        "empty": prepare(stand, leads=0, due_in=0.0),
        "backlog for later": prepare(stand, leads=plan.backlog, due_in=86400.0),
        "backlog due now": prepare(stand, leads=plan.backlog, due_in=0.0),
    }
    for _ in range(plan.rounds):
        for name, prepared in stores.items():
            # A fresh copy each time, dammed up until the round: a backlog that is due melts away.
            stand.dialer.behave(DAM)
            gateway = stand.gateway(prepared=prepared, warm=False)
            stand.dialer.behave(pace)
            run_wrk(gateway.target, replace(load, seconds=1))
            stand.dialer.behave(pace)
            result = stand.measure(gateway, load)
            series.add(name, {**result, "backlog_sent": result["dialer"]["leads"] - result["raw"]["created"]})
            stand.leave(gateway)
    return [series]
