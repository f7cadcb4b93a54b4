"""Several processes at once on one database: one first lead, one claim, one request per number."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from gateway.leads.lead import State
from gateway.store import Store
from tests.store.making import accept, make_lead

ROOT = Path(__file__).parents[2]


def race(deed: str, url: str, number: int, *, processes: int) -> list[list[str]]:
    """Start processes that wait for each other, then all do the same; their lines."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.store.racing", deed, url, str(who), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for who in range(1, processes + 1)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    lines = [racer.communicate(timeout=60)[0].split() for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * processes
    return lines


def test_a_thousand_enquiries_of_one_person_over_four_processes_are_one_lead(store: Store, url: str) -> None:
    states = Counter(state for lines in race("enquire", url, 250, processes=4) for state in lines)

    assert states == {"queued": 1, "duplicate": 999}
    assert store.backlog("main").by_state == {State.QUEUED: 1}
    assert store.verify() == []


def test_one_key_over_three_processes_is_claimed_once(store: Store, url: str) -> None:
    answers = Counter(answer for lines in race("claim_key", url, 40, processes=3) for answer in lines)

    assert answers == {"first": 1, "later": 119}


def test_two_processes_never_claim_the_same_lead(store: Store, url: str) -> None:
    leads = [make_lead() for _ in range(600)]
    accept(store, *leads)

    claimed = race("claim", url, 7, processes=2)

    assert Counter(claimed[0] + claimed[1]) == Counter(lead.id for lead in leads)


def test_two_processes_never_send_to_one_number_at_once(store: Store, url: str) -> None:
    accept(store, *(make_lead(phone="9800000001") for _ in range(60)))

    marks = Counter(mark for lines in race("send", url, 30, processes=2) for mark in lines)

    assert marks == {"sent_ok": 1, "phone_busy": 59}


def test_processes_that_migrate_together_do_it_once(
    tmp_path: Path, postgres_database: str, open_store: Callable[[str], Store]
) -> None:
    script = "import sys; from gateway.store import Store; Store.open(sys.argv[1], migrate=True).ping()"
    for url in (f"sqlite:///{tmp_path}/new/gateway.db", postgres_database):
        racers = [subprocess.Popen([sys.executable, "-c", script, url], cwd=ROOT) for _ in range(3)]

        assert [racer.wait(60) for racer in racers] == [0, 0, 0]
        assert open_store(url).verify() == []


def test_a_gevent_worker_keeps_leads_like_any_other_process(store: Store, url: str) -> None:
    script = (
        "from gevent import monkey; monkey.patch_all()\n"
        "import runpy; runpy.run_module('tests.store.racing', run_name='__main__', alter_sys=True)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", script, "enquire", url, "1", "200"],
        input="\n",
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )

    assert Counter(ran.stdout.split()) == {"ready": 1, "queued": 1, "duplicate": 199}
    assert store.verify() == []
