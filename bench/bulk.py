"""Many leads of one sender at once: beside another's trickle, as a batch, and as a file that is imported."""

from __future__ import annotations

import csv
import http.client
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

from bench.entrants import RIVAL, SOURCE, Gateway, create_key, environment
from bench.fake_dialer import Pace
from bench.fill import phone_number
from bench.load import first_number
from bench.processes import StartError, free_port
from bench.scenarios import Plan
from bench.stand import Stand
from bench.tooling import ROOT

BURST = 2000
TRICKLE_SECONDS = 18
ROWS_OF_A_BATCH = 1000
IMPORTED = 50_000
SLOW = Pace(delay_ms=20)
Result = dict[str, Any]


def fairness(stand: Stand, plan: Plan) -> list[Result]:
    """One lead a second of a partner: alone, then beside another partner's burst; each one's time to its Lead ID."""
    # Two at a time and one by one: the burst keeps the dialer busy for as long as the trickle is watched.
    options = replace(stand.options, max_concurrency=2, batch="never")
    rounds = []
    for _ in range(plan.rounds):
        gateway = stand.gateway(options)
        rival = create_key(gateway.env, RIVAL)
        stand.dialer.settle()
        stand.dialer.behave(SLOW)
        alone = _trickle(gateway, rival)
        _burst(gateway)  # kept; its way into the dialer has begun
        beside = _trickle(gateway, rival)
        left = BURST - stand.dialer.stats()["leads"] + len(alone) + len(beside)
        result = {"alone_ms": _p95(alone), "beside_ms": _p95(beside), "left": left}
        rounds.append(result)
        print(
            f"  p95 alone {result['alone_ms']:.1f} ms, beside {BURST:,} leads {result['beside_ms']:.1f} ms"
            f" ({left:,} of them still wait at the end)",
            flush=True,
        )
        stand.leave(gateway)
    return rounds


def batch(stand: Stand, plan: Plan) -> list[Result]:
    """A thousand leads in one request: until they are acknowledged, and until each has its Lead ID."""
    rounds = []
    for _ in range(plan.rounds):
        gateway = stand.gateway()
        stand.dialer.settle()
        stand.dialer.behave(SLOW)
        result = {
            "acknowledged_s": _timed_batch(gateway, "wait=0", "success"),
            "delivered_s": _timed_batch(gateway, "wait=25", "delivered"),
        }
        rounds.append(result)
        print(
            f"  {ROWS_OF_A_BATCH:,} rows: acknowledged in {result['acknowledged_s']:.2f} s,"
            f" all with a Lead ID in {result['delivered_s']:.2f} s",
            flush=True,
        )
        stand.leave(gateway)
    return rounds


def imported(stand: Stand, plan: Plan) -> list[Result]:
    """`gateway import` of a file, from its start as a process to the last row on disk; nothing is sent meanwhile."""
    rounds = []
    for number in range(plan.rounds):
        home = stand.directory / f"import-{number}"
        home.mkdir()
        (home / "gateway.toml").write_text(stand.options.toml(stand.dialer.url, free_port()))
        env = environment(home, redis=stand.redis().url, port=free_port(), workers=1)
        create_key(env)
        file = home / "leads.csv"
        _write(file, IMPORTED)
        began = time.monotonic()
        command = [sys.executable, "-m", "gateway", "import", str(file), "--source", SOURCE, "--yes"]
        done = subprocess.run(
            command, env={**os.environ, **env}, cwd=ROOT, capture_output=True, text=True, check=False
        )
        seconds = time.monotonic() - began
        if done.returncode != 0:
            raise StartError(f"gateway import ended with code {done.returncode}\n{done.stderr[-2000:]}")
        rounds.append({"rows": IMPORTED, "rows_per_second": IMPORTED / seconds, "seconds": seconds})
        print(f"  {IMPORTED:,} rows in {seconds:.1f} s: {IMPORTED / seconds:,.0f} a second", flush=True)
    return rounds


# -- leads ---------------------------------------------------------------------------------------------------


def _leads() -> Iterator[dict[str, str]]:
    """Every number is a new one."""
    for n in itertools.count(first_number()):
        yield {"MobileNo": phone_number(n), "CustomerName": f"Caller {n}", "EnquiryType": "Test drive"}


def _write(file: Path, rows: int) -> None:
    with file.open("w", newline="") as output:
        writer = csv.DictWriter(output, ("MobileNo", "CustomerName", "EnquiryType"))
        writer.writeheader()
        writer.writerows(itertools.islice(_leads(), rows))


def _trickle(gateway: Gateway, key: str) -> list[float]:
    """Milliseconds of each lead, one a second, each from its own moment."""
    found = []
    connection = _connection(gateway)
    began = time.monotonic()
    for number, lead in zip(range(TRICKLE_SECONDS), _leads(), strict=False):
        due = began + number
        time.sleep(max(0.0, due - time.monotonic()))
        status, answer = _post(connection, "/v1/leads", key, lead, "wait=25")
        if status != 201 or not answer["dialer"]["lead_id"]:
            raise StartError(f"a lead of the trickle got {status}: {answer}")
        found.append((time.monotonic() - due) * 1000)
    connection.close()
    return found


def _burst(gateway: Gateway) -> None:
    leads = _leads()
    connection = _connection(gateway)
    for _ in range(BURST // ROWS_OF_A_BATCH):
        rows = list(itertools.islice(leads, ROWS_OF_A_BATCH))
        status, answer = _post(connection, "/v1/leads/batch", gateway.target.key, rows, "wait=0")
        if status != 200:
            raise StartError(f"the burst got {status}: {answer}")
    connection.close()


def _timed_batch(gateway: Gateway, prefer: str, wanted: str) -> float:
    """Seconds until the answer; every row of it is what was asked for."""
    rows = list(itertools.islice(_leads(), ROWS_OF_A_BATCH))
    connection = _connection(gateway)
    began = time.monotonic()
    status, answer = _post(connection, "/v1/leads/batch", gateway.target.key, rows, prefer)
    seconds = time.monotonic() - began
    connection.close()
    bodies = [each["body"] for each in answer.get("results", ())]
    good = [each for each in bodies if wanted in (each["outcome"], each.get("lead", {}).get("status"))]
    if status != 200 or len(good) != ROWS_OF_A_BATCH:
        raise StartError(f"a batch got {status}, and {len(good)} of {ROWS_OF_A_BATCH} rows were {wanted}")
    return seconds


def _connection(gateway: Gateway) -> http.client.HTTPConnection:
    place = urlsplit(gateway.target.url)
    return http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)


def _post(
    connection: http.client.HTTPConnection, path: str, key: str, value: object, prefer: str
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Prefer": prefer}
    connection.request("POST", path, body=json.dumps(value).encode(), headers=headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def _p95(found: list[float]) -> float:
    return quantiles(found, n=20, method="inclusive")[-1]
