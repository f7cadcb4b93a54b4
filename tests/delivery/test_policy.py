"""What an outcome means for a lead, as a table."""

from __future__ import annotations

import pytest

from gateway.config import OnUnknown
from gateway.delivery.policy import LIFETIME, LONGEST_PAUSE, Decision, decide, pause_before
from gateway.dialer.outcome import (
    Busy,
    Created,
    Duplicate,
    NotSent,
    Outcome,
    Refused,
    Rejected,
    Scope,
    Unknown,
)
from gateway.leads.lead import State

NOW = 1_000_000.0


def decided(
    outcome: Outcome, *, attempts: int = 1, age: float = 0.0, on_unknown: OnUnknown = OnUnknown.HOLD
) -> Decision:
    return decide(outcome, attempts=attempts, received_at=NOW - age, on_unknown=on_unknown, now=NOW, dice=0.5)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Created(lead_id="1764"), State.DELIVERED),
        (Created(lead_id=None), State.DELIVERED),
        (Duplicate(lead_id="37"), State.DELIVERED),
        (Rejected(code="phone.invalid", message="m"), State.REJECTED),
        (Refused(code="dialer.login", message="m", scope=Scope.LOGIN), State.HELD),
        (Refused(code="list.not_found", message="m", scope=Scope.LIST), State.HELD),
        (Busy(code="dialer.busy", message="m"), State.QUEUED),
        (NotSent(code="dialer.refused_connection", message="m"), State.QUEUED),
        (Unknown(code="dialer.no_answer", message="m"), State.UNCONFIRMED),
    ],
)
def test_each_outcome_leads_to_one_state(outcome: Outcome, state: State) -> None:
    assert decided(outcome).state is state


def test_the_dialers_lead_id_is_kept_as_text() -> None:
    decision = decided(Created(lead_id="1764", list_id="25062018", status="NEW"))

    assert (decision.dialer_lead_id, decision.dialer_list_id, decision.dialer_status) == (
        "1764",
        "25062018",
        "NEW",
    )


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 1.0), (2, 5.0), (3, 15.0), (4, 60.0), (5, 120.0), (6, 240.0), (100, LONGEST_PAUSE)],
)
def test_pauses_grow_to_four_hours(attempt: int, seconds: float) -> None:
    assert pause_before(attempt, 0.5) == pytest.approx(seconds)


@pytest.mark.parametrize(("dice", "factor"), [(0.0, 0.8), (0.999999, 1.2)])
def test_pauses_are_spread_by_a_fifth(dice: float, factor: float) -> None:
    assert pause_before(3, dice) == pytest.approx(15.0 * factor, rel=1e-3)


def test_an_enormous_number_of_attempts_does_not_overflow() -> None:
    assert pause_before(100_000, 0.5) == pytest.approx(LONGEST_PAUSE)


def test_a_busy_dialer_that_names_a_time_is_left_alone_until_then() -> None:
    decision = decided(Busy(code="dialer.busy", message="m", retry_after=120.0))

    assert decision.next_at == pytest.approx(NOW + 120.0)


def test_an_old_lead_that_was_hardly_tried_gets_a_fair_chance_first() -> None:
    decision = decided(NotSent(code="n", message="m"), attempts=2, age=LIFETIME)

    assert decision.state is State.QUEUED


@pytest.mark.parametrize("outcome", [Busy(code="b", message="m"), NotSent(code="n", message="m")])
def test_after_seven_days_a_lead_is_dead_and_not_tried_again(outcome: Outcome) -> None:
    decision = decided(outcome, attempts=60, age=LIFETIME)

    assert (decision.state, decision.next_at) == (State.DEAD, None)


def test_resend_sends_again_and_says_so() -> None:
    decision = decided(Unknown(code="dialer.no_answer", message="m"), on_unknown=OnUnknown.RESEND)

    assert (decision.state, decision.possible_duplicate) == (State.QUEUED, True)


def test_a_lead_that_was_probably_created_is_never_sent_again_by_itself() -> None:
    outcome = Unknown(code="custom_fields.not_added", message="m", scope=Scope.LIST, resend=False)

    assert decided(outcome, on_unknown=OnUnknown.RESEND).state is State.UNCONFIRMED


def test_look_up_waits_some_seconds_before_it_asks() -> None:
    decision = decided(Unknown(code="dialer.no_answer", message="m"), on_unknown=OnUnknown.LOOKUP)

    assert decision.state is State.UNCONFIRMED
    assert decision.next_at == pytest.approx(NOW + 7.0)
