"""The same client inside a gevent worker: many requests at once in one thread, and the deadline holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.dialer.scripted import Peer, ScriptedDialer, answer

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import sys, threading, time
from gateway.config import DialerConfig
from gateway.dialer import open_dialer
url, timeout = sys.argv[1], float(sys.argv[2])
dialer = open_dialer(DialerConfig(name="main", url=url, timeout=timeout, max_concurrency=30))
lead = {"phone_number": "9876543210", "list_id": "25062018"}
outcomes = []
def send():
    outcomes.append(type(dialer.add_lead(lead).outcome).__name__)
for _ in range(2):
    started = time.monotonic()
    threads = [threading.Thread(target=send) for _ in range(30)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    seconds = time.monotonic() - started
dialer.close()
print(sorted(set(outcomes)), len(outcomes), seconds < 1.5)
"""


def run(server: ScriptedDialer, timeout: float) -> str:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PROGRAM, server.url.replace("127.0.0.1", "localhost"), str(timeout)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=root, check=False)
    return done.stdout.strip() or done.stderr


def test_thirty_slow_requests_go_side_by_side_and_their_connections_are_used_again() -> None:
    def slow(peer: Peer) -> None:
        while peer.request():
            peer.stopped.wait(0.2)
            peer.send(answer())

    with ScriptedDialer(slow) as server:
        assert run(server, 5.0) == "['Created'] 60 True"
    assert server.connections == 30


def test_the_deadline_holds() -> None:
    def drip(peer: Peer) -> None:
        peer.request()
        while not peer.stopped.wait(0.05):
            peer.send(b"x")

    with ScriptedDialer(drip) as server:
        assert run(server, 0.5) == "['Unknown'] 60 True"
