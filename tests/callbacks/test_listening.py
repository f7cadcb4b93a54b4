"""The receiver for trials judges a message as every receiver should."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from gateway.callbacks import message
from gateway.callbacks.listening import Heard, Listener
from tests.callbacks.receiver import SECRET

BODY = b'{"type":"lead.delivered"}'


@dataclass
class Trial:
    url: str
    heard: list[Heard]

    def post(
        self, body: bytes = BODY, *, at: float | None = None, secret: str = SECRET, **changed: str
    ) -> int:
        signed = message.headers("ID", BODY, (secret,), now=at or time.time())
        return requests.post(self.url, data=body, headers=signed | changed, timeout=5).status_code


@pytest.fixture
def trial() -> Iterator[Trial]:
    heard: list[Heard] = []
    listener = Listener(0, secrets=(SECRET,), answer=202, heard=heard.append)
    thread = threading.Thread(target=listener.serve, daemon=True)
    thread.start()
    yield Trial(f"http://127.0.0.1:{listener.port}/", heard)
    listener.close()
    thread.join(5)


def test_a_genuine_message_is_shown_and_answered(trial: Trial) -> None:
    assert trial.post() == 202
    assert trial.post(b"not json") == 401

    assert [(each.id, each.genuine, each.message) for each in trial.heard] == [
        ("ID", True, {"type": "lead.delivered"}),
        ("ID", False, {}),
    ]


def test_a_message_that_anybody_could_have_sent_is_refused(trial: Trial) -> None:
    assert trial.post(at=time.time() - 301) == 401
    assert trial.post(secret="whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=") == 401
    assert trial.post(**{"webhook-id": "other"}) == 401
    assert trial.post(**{"webhook-id": ""}) == 401
    assert requests.post(trial.url, data=BODY, timeout=5).status_code == 401
