"""Operations are told the truth: alive, ready, draining, and the numbers only to whom they are for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.clock import Clock
from gateway.store import StoreUnavailable, Trouble
from gateway.web.readiness import Readiness
from tests.web.gateway_under_test import Gateway, SteadyClock, opened


class SickStore:
    """Answers the probe as it is told, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.trouble: Trouble | None = None

    def ping(self) -> None:
        self.asked += 1
        if self.trouble is not None:
            raise StoreUnavailable(self.trouble, "The store is away.")


def readiness_of(store: Any, clock: Clock) -> Readiness:
    return Readiness(store, clock)


def test_alive_asks_nothing_and_ready_asks_the_store(gateway: Gateway) -> None:
    assert (gateway.ask("GET", "/livez").status_code, gateway.ask("GET", "/readyz").status_code) == (200, 200)
    assert gateway.ask("GET", "/readyz").headers["Cache-Control"] == "no-store"


def test_the_stores_word_is_believed_for_a_second() -> None:
    store, clock = SickStore(), SteadyClock()
    readiness = readiness_of(store, clock)

    assert [readiness.trouble() for _ in range(5)] == [None] * 5
    store.trouble = Trouble.FULL
    assert readiness.trouble() is None
    clock.ahead += 1
    assert readiness.trouble() == "storage.full"
    assert store.asked == 2


def test_a_draining_process_is_not_ready_but_still_answers(gateway: Gateway) -> None:
    gateway.app.extensions["gateway.readiness"].drain()

    answer = gateway.ask("GET", "/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "draining"})
    assert gateway.ask("GET", "/livez").status_code == 200
    assert gateway.lead().status_code == 201


def test_a_store_that_cannot_keep_leads_makes_it_unready_but_not_dead(gateway: Gateway) -> None:
    store = SickStore()
    store.trouble = Trouble.ERROR
    gateway.app.extensions["gateway.readiness"] = readiness_of(store, gateway.clock)

    assert gateway.ask("GET", "/readyz").json == {"status": "storage.error"}
    assert gateway.ask("GET", "/livez").status_code == 200


def test_the_numbers_are_for_this_machine(gateway: Gateway) -> None:
    gateway.lead()

    answer = gateway.ask("GET", "/metrics")

    assert answer.status_code == 200
    assert 'gw_http_requests_total{method="POST",route="/v1/leads",status="201"}' in answer.text
    assert "9876543210" not in answer.text


def test_strangers_cannot_fill_the_numbers_with_labels(gateway: Gateway) -> None:
    for number in range(3):
        gateway.ask(f"METHOD{number}", f"/path-of-a-stranger-{number}")

    text = gateway.ask("GET", "/metrics").text
    assert 'method="other",route="none",status="404"' in text
    assert "stranger" not in text
    assert "METHOD" not in text


@pytest.mark.parametrize(
    "request_",
    [
        {"environ_overrides": {"REMOTE_ADDR": "198.51.100.7"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
    ],
)
def test_the_numbers_are_for_nobody_else(gateway: Gateway, request_: dict[str, Any]) -> None:
    assert gateway.ask("GET", "/metrics", **request_).status_code == 403


def test_a_token_opens_the_numbers_from_anywhere_and_then_only_it(tmp_path: Path) -> None:
    away = {"REMOTE_ADDR": "198.51.100.7"}
    with opened(tmp_path, metrics_token="metrics-token") as gateway:
        right = gateway.ask(
            "GET", "/metrics", headers={"Authorization": "Bearer metrics-token"}, environ_overrides=away
        )
        wrong = gateway.ask("GET", "/metrics", headers={"Authorization": "Bearer é"}, environ_overrides=away)

        assert (right.status_code, wrong.status_code) == (200, 403)
        assert gateway.ask("GET", "/metrics").status_code == 403
