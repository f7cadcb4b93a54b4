"""While a password is compared, the process goes on answering others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
from gevent import monkey
monkey.patch_all()
import time, gevent
from gateway.accounts import passwords
kept = passwords.hash_of("tractor umbrella seven")
ticks, longest = 0, 0.0
def tick():
    global ticks, longest
    while True:
        began = time.monotonic()
        gevent.sleep(0.001)
        ticks, longest = ticks + 1, max(longest, time.monotonic() - began)
ticker = gevent.spawn(tick)
right = [gevent.spawn(passwords.matches, "tractor umbrella seven", kept) for _ in range(8)]
wrong = [gevent.spawn(passwords.matches, "tractor umbrella eight", kept) for _ in range(4)]
gevent.joinall(right + wrong)
print(all(each.value for each in right), any(each.value for each in wrong), ticks > 30)
"""


def test_comparing_passwords_stops_nobody() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[2],
        check=False,
    )

    assert done.stdout.strip() == "True False True", done.stderr
