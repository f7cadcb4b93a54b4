"""What becomes of a lead reaches its source: once where all is well, again and again where it is not."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.callbacks.endpoint import AT_ONCE, LONGEST, PORTION, TROUBLE
from gateway.callbacks.policy import ATTEMPTS, PAUSES
from gateway.callbacks.post import HttpPoster
from gateway.callbacks.teller import LEASE, Teller
from gateway.leads.lead import State
from gateway.store import StoreUnavailable
from gateway.store.callbacks import Standing
from gateway.store.errors import Trouble
from tests.callbacks.conftest import Bench, config_for
from tests.store.making import NOW


def test_the_end_of_a_lead_is_told_once(bench: Bench) -> None:
    lead = bench.end()
    bench.work()
    bench.clock.turn(86400)
    bench.work()

    (came,) = bench.receiver.came
    assert (came.path, came.message["type"]) == ("/hook?of=partner", "lead.delivered")
    assert came.message["data"]["lead"]["id"] == lead.id
    assert [each.standing for each in bench.kept()] == [Standing.SENT]


def test_two_processes_tell_it_once(bench: Bench) -> None:
    other = bench.new_teller()
    for _ in range(40):
        bench.end()

    threads = [threading.Thread(target=bench.work, args=(each,)) for each in (bench.teller, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bench.work()

    assert len({each.id for each in bench.receiver.came}) == len(bench.receiver.came) == 40


def test_a_source_without_an_address_is_told_nothing(sqlite_bench: Bench) -> None:
    sqlite_bench.end(source="silent", tell=False)
    sqlite_bench.work()

    assert sqlite_bench.receiver.came == []
    assert sqlite_bench.kept() == []


def test_what_a_source_is_to_be_told_waits_while_its_address_is_taken_out(sqlite_bench: Bench) -> None:
    sqlite_bench.end(source="silent")
    sqlite_bench.end()
    sqlite_bench.work()

    waiting = [each for each in sqlite_bench.kept() if each.standing is Standing.WAITING]
    assert [(each.callback.source, each.callback.attempts) for each in waiting] == [("silent", 0)]


def test_a_refused_message_is_told_again_over_three_days_and_then_given_up(bench: Bench) -> None:
    bench.receiver.answer = lambda _: 500
    bench.end()
    bench.work()
    for pause in PAUSES:
        (kept,) = bench.kept()
        assert kept.next_at == pytest.approx(bench.clock.now() + pause)
        bench.clock.turn(pause + LONGEST)
        bench.work()

    (kept,) = bench.kept()
    assert len(bench.receiver.came) == ATTEMPTS == kept.callback.attempts
    assert (kept.standing, kept.problem, kept.http_status) == (Standing.GIVEN_UP, "refused", 500)
    assert len({came.id for came in bench.receiver.came}) == 1
    assert len({came.headers["webhook-timestamp"] for came in bench.receiver.came}) == ATTEMPTS


def test_every_end_is_told_in_its_own_message(sqlite_bench: Bench) -> None:
    lead = sqlite_bench.end(State.REJECTED)
    sqlite_bench.work()
    sqlite_bench.store.retry([lead.id], now=NOW + 6)
    sqlite_bench.store.discard([lead.id], reason="Not wanted.", now=NOW + 7)
    sqlite_bench.work()

    first, second = sqlite_bench.receiver.messages()
    assert (first["type"], second["type"]) == ("lead.rejected", "lead.rejected")
    assert second["data"]["message"] == "Not wanted."
    assert len({each.id for each in sqlite_bench.receiver.came}) == 2


def test_an_endpoint_that_is_gone_is_not_asked_again(sqlite_bench: Bench) -> None:
    sqlite_bench.receiver.answer = lambda _: 410
    sqlite_bench.end()
    sqlite_bench.work()

    (kept,) = sqlite_bench.kept()
    assert (kept.standing, kept.problem, len(sqlite_bench.receiver.came)) == ("given_up", "gone", 1)


def test_a_redirect_is_not_followed(sqlite_bench: Bench) -> None:
    sqlite_bench.receiver.answer = lambda _: 307
    sqlite_bench.end()
    sqlite_bench.work()

    assert [each.path for each in sqlite_bench.receiver.came] == ["/hook?of=partner"]
    assert sqlite_bench.kept()[0].problem == "redirect"


def test_a_wish_to_wait_is_heeded_for_the_message_and_for_those_behind_it(sqlite_bench: Bench) -> None:
    sqlite_bench.receiver.answer = lambda _: 429
    sqlite_bench.receiver.retry_after = "600"
    for _ in range(30):
        sqlite_bench.end()
    sqlite_bench.work()

    assert len(sqlite_bench.receiver.came) <= AT_ONCE
    assert all((each.next_at or 0) >= NOW + 600 for each in sqlite_bench.kept())
    sqlite_bench.receiver.answer, sqlite_bench.receiver.retry_after = (lambda _: 200), ""
    sqlite_bench.clock.turn(601)
    sqlite_bench.work()
    assert {each.standing for each in sqlite_bench.kept()} == {Standing.SENT}


def test_a_broken_endpoint_is_left_alone_and_everything_is_told_once_it_works(bench: Bench) -> None:
    bench.receiver.answer = lambda _: 503
    for _ in range(60):
        bench.end()
    bench.work()
    asked = len(bench.receiver.came)
    for _ in range(5):
        bench.clock.turn(LONGEST)
        bench.work()
    probes = len(bench.receiver.came) - asked
    bench.receiver.answer = lambda _: 200
    bench.clock.turn(LONGEST)
    bench.work()

    assert asked <= TROUBLE + AT_ONCE
    assert probes == 5
    assert {each.standing for each in bench.kept()} == {Standing.SENT}


def test_a_message_that_is_always_refused_keeps_no_other_back(sqlite_bench: Bench) -> None:
    poison = sqlite_bench.end(State.REJECTED)
    for _ in range(20):
        sqlite_bench.end()
    sqlite_bench.receiver.answer = lambda came: 400 if poison.id in came.body.decode() else 200
    sqlite_bench.work()

    assert [each.standing for each in sqlite_bench.kept()].count(Standing.SENT) == 20


def test_a_process_that_died_while_it_told_is_followed_by_another(bench: Bench) -> None:
    bench.end()
    bench.store.callbacks.note(now=bench.clock.now(), limit=5)
    bench.store.callbacks.claim("website", now=NOW, lease=NOW + LEASE, limit=5)  # and then it was killed
    bench.work()
    assert bench.receiver.came == []

    bench.clock.turn(LEASE)
    bench.work()

    assert len(bench.receiver.came) == 1


def test_a_slow_endpoint_gets_few_messages_at_once(sqlite_bench: Bench) -> None:
    for _ in range(12):
        sqlite_bench.end()
    sqlite_bench.receiver.gate.clear()
    timer = threading.Timer(0.3, sqlite_bench.receiver.gate.set)
    timer.start()
    sqlite_bench.work()
    timer.join()

    assert sqlite_bench.receiver.most_at_once == AT_ONCE
    assert len(sqlite_bench.receiver.came) == 12


def test_a_burst_is_told_a_portion_at_once_without_a_pause(sqlite_bench: Bench) -> None:
    for _ in range(PORTION + 50):
        sqlite_bench.end()
    sqlite_bench.work()

    assert len(sqlite_bench.receiver.came) == PORTION + 50


def test_a_replayed_message_is_the_same_message(sqlite_bench: Bench) -> None:
    sqlite_bench.end()
    sqlite_bench.work()
    sqlite_bench.clock.turn(3600)
    (kept,) = sqlite_bench.kept()
    sqlite_bench.store.callbacks.replay([kept.callback.id], now=sqlite_bench.clock.now())
    sqlite_bench.work()

    first, second = sqlite_bench.receiver.came
    assert (first.id, first.body) == (second.id, second.body)


def test_the_threads_tell_and_stop_in_time(sqlite_bench: Bench) -> None:
    sqlite_bench.teller.start()
    sqlite_bench.end()
    sqlite_bench.receiver.wait_for(1)
    sqlite_bench.teller.stop(5)

    assert sqlite_bench.kept()[0].standing is Standing.SENT


def test_what_was_not_sent_when_the_process_stops_is_given_back(sqlite_bench: Bench) -> None:
    for _ in range(20):
        sqlite_bench.end()
    sqlite_bench.receiver.gate.clear()
    sqlite_bench.teller.start()
    sqlite_bench.receiver.wait_for(AT_ONCE)
    threading.Timer(0.2, sqlite_bench.receiver.gate.set).start()
    sqlite_bench.teller.stop(5)
    successor = sqlite_bench.new_teller()
    sqlite_bench.work(successor)

    assert len(sqlite_bench.receiver.came) == 20
    assert {each.standing for each in sqlite_bench.kept()} == {Standing.SENT}


class FailsOnce:
    """Stands before something real, and lets its first use of one method fail."""

    def __init__(self, real: Any, method: str, error: Exception) -> None:
        self._real = real
        self._method = method
        self._errors = [error]

    def __getattr__(self, name: str) -> Any:
        if name == self._method and self._errors:
            error = self._errors.pop()

            def fail(*_: object, **__: object) -> None:
                raise error

            return fail
        return getattr(self._real, name)


def teller_of(bench: Bench, **instead: Any) -> Teller:
    known: dict[str, Any] = {"store": bench.store, "clock": bench.clock, "dice": lambda: 0.5}
    return Teller(config_for(bench.receiver.url), **(known | instead))


def test_what_was_told_while_the_store_is_away_is_written_down_later(sqlite_bench: Bench) -> None:
    away = StoreUnavailable(Trouble.ERROR, "It is away.")
    store = SimpleNamespace(callbacks=FailsOnce(sqlite_bench.store.callbacks, "settle", away))
    teller = teller_of(sqlite_bench, store=store)
    sqlite_bench.end()
    with pytest.raises(StoreUnavailable):
        sqlite_bench.work(teller)
    sqlite_bench.work(teller)

    assert len(sqlite_bench.receiver.came) == 1
    assert sqlite_bench.kept()[0].standing is Standing.SENT


def test_a_fault_of_our_own_costs_two_minutes_and_no_message(sqlite_bench: Bench) -> None:
    teller = teller_of(sqlite_bench, poster=FailsOnce(HttpPoster(), "post", RuntimeError("a fault")))
    sqlite_bench.end()
    sqlite_bench.work(teller)
    assert sqlite_bench.receiver.came == []

    sqlite_bench.clock.turn(LEASE)
    sqlite_bench.work(teller)

    assert sqlite_bench.kept()[0].standing is Standing.SENT
