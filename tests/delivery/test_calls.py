"""A call passes the same caps as leads do, never tries a login that is refused, and keeps within its seconds."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.delivery.calls import Calls
from gateway.delivery.gate import Permit
from gateway.dialer.outcome import Busy, Call, CallOutcome, Placed, Refused, Rejected, Scope
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.records import Hold
from tests.delivery.scripted import ScriptedDialer, running_bench
from tests.fakes import FakeClock

CALL = Call(agent_user="agent1", value="9876543210")
BRIEF = Call(agent_user="agent1", value="9876543210", seconds=0.4)
REFUSED = Refused(code="login.incorrect", message="Correct user and password.", scope=Scope.LOGIN)


def test_a_call_waits_its_turn_behind_leads_and_is_not_asked_for_when_none_comes(
    tmp_path: Path, url: str
) -> None:
    dialer = ScriptedDialer()
    dialer.gate.clear()
    with running_bench(tmp_path, dialer, url=url, max_concurrency=1) as bench:
        lead = bench.take()
        bench.wait_for(lead, State.SENDING)

        refused = bench.delivery.calls.place("main", BRIEF)
        dialer.gate.set()
        bench.wait_for(lead, State.DELIVERED)
        placed = bench.delivery.calls.place("main", CALL)

    assert (refused.outcome, refused.exchange.http_status) == (
        Busy(code="dialer.busy", message="The dialer has as many requests as it may. Try again in a moment."),
        None,
    )
    assert placed.outcome == Placed(phone="9876543210")
    assert len(dialer.calls) == 1


def test_calls_keep_the_cap_on_requests_at_once(tmp_path: Path, url: str) -> None:
    dialer = ScriptedDialer(seconds=0.03)
    with (
        running_bench(tmp_path, dialer, url=url, max_concurrency=2) as bench,
        ThreadPoolExecutor(6) as pool,
    ):
        answers = list(pool.map(lambda _: bench.delivery.calls.place("main", CALL), range(6)))

    assert {type(answer.outcome) for answer in answers} == {Placed}
    assert dialer.most_at_once == 2


def test_calls_keep_the_cap_on_requests_per_second(tmp_path: Path, url: str) -> None:
    dialer = ScriptedDialer()
    with running_bench(tmp_path, dialer, url=url, max_per_second=2) as bench:
        answers = [bench.delivery.calls.place("main", BRIEF).outcome for _ in range(3)]

    assert [type(answer) for answer in answers] == [Placed, Placed, Busy]


def test_a_permit_that_was_not_used_is_given_back(tmp_path: Path, url: str) -> None:
    dialer = ScriptedDialer(call_script=_breaks)
    with running_bench(tmp_path, dialer, url=url, max_concurrency=1) as bench:
        with pytest.raises(ZeroDivisionError):
            bench.delivery.calls.place("main", CALL)
        dialer.call_script = lambda call: Placed(phone=call.value)

        assert isinstance(bench.delivery.calls.place("main", BRIEF).outcome, Placed)


def test_the_dialer_gets_what_is_left_of_the_time(store: Store, clock: FakeClock) -> None:
    dialer = ScriptedDialer()
    calls = calls_with(dialer, store, clock, gate=SlowGate(clock, seconds=1.5))

    calls.place("main", CALL)

    assert [call.seconds for call in dialer.calls] == [6.5]


def test_a_wrong_login_is_held_for_leads_and_calls_alike(tmp_path: Path) -> None:
    dialer = ScriptedDialer(call_script=lambda _: REFUSED)
    with running_bench(tmp_path, dialer) as bench:
        answers = [bench.delivery.calls.place("main", CALL) for _ in range(12)]
        (hold,) = bench.store.holds("main")

    assert [answer.outcome for answer in answers] == [REFUSED] * 12
    assert len(dialer.calls) == 1  # ten wrong ones would lock the dialer's API user
    assert (hold.scope, hold.code) == ("login", "login.incorrect")
    assert hold.probe_at - hold.since == 900


def test_a_call_may_try_the_login_again_when_a_lead_might(store: Store, clock: FakeClock) -> None:
    dialer = ScriptedDialer()
    calls = calls_with(dialer, store, clock)
    store.hold(hold("login", probe_at=clock.now() + 900))
    before = calls.place("main", CALL).outcome
    clock.turn(901)

    assert (before, calls.place("main", CALL).outcome) == (REFUSED, Placed(phone="9876543210"))


def test_what_stops_a_list_or_another_dialer_stops_no_call(store: Store, clock: FakeClock) -> None:
    calls = calls_with(ScriptedDialer(), store, clock)
    store.hold(hold("list:25062018", probe_at=clock.now() + 900))
    store.hold(hold("login", probe_at=clock.now() + 900, dialer="other"))

    assert isinstance(calls.place("main", CALL).outcome, Placed)


@pytest.mark.parametrize(
    "outcome",
    [
        Rejected(code="agent.not_paused", message="Pause."),
        Refused(code="permission.denied", message="No.", scope=Scope.LINE),
    ],
)
def test_other_refusals_stop_no_lead(store: Store, clock: FakeClock, outcome: CallOutcome) -> None:
    calls = calls_with(ScriptedDialer(call_script=lambda _: outcome), store, clock)

    assert calls.place("main", CALL).outcome == outcome
    assert store.holds("main") == []


# -- making --------------------------------------------------------------------------------------------------


class SlowGate:
    """Lets everybody in, after a while."""

    def __init__(self, clock: FakeClock, seconds: float = 0.0) -> None:
        self._clock = clock
        self._seconds = seconds

    def enter(self) -> Permit | float:
        self._clock.turn(self._seconds)
        return OpenPermit()

    def close(self) -> None:
        return None


class OpenPermit:
    def depart(self) -> float:
        return 0.0

    def release(self) -> None:
        return None

    def cancel(self) -> None:
        return None


def calls_with(dialer: ScriptedDialer, store: Store, clock: FakeClock, gate: SlowGate | None = None) -> Calls:
    return Calls({"main": dialer}, open_gate=lambda _: gate or SlowGate(clock), store=store, clock=clock)


def hold(scope: str, *, probe_at: float, dialer: str = "main") -> Hold:
    return Hold(
        dialer=dialer,
        scope=scope,
        code=REFUSED.code,
        message=REFUSED.message,
        since=probe_at - 900,
        probe_at=probe_at,
    )


def _breaks(_: Call) -> CallOutcome:
    raise ZeroDivisionError


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path}/gateway.db", clock=clock, migrate=True)
    yield store
    store.close()
