"""Where a lead's time went, told by what most of it was spent on."""

from __future__ import annotations

from typing import Any

from gateway.leads.lead import LeadStatus, State
from gateway.store.audit import Deed, Entry
from gateway.store.beside import Beside, Trouble
from gateway.store.records import Attempt, Story
from gateway.web.console.delays import Cause, because, longest, stretches

T = 1_795_000_000.0


def attempt(at: float, took: float = 0.0, state: State = State.QUEUED, **more: Any) -> Attempt:
    values: dict[str, Any] = {
        "attempt_id": str(at),
        "dialer": "main",
        "action": "add_lead",
        "http_status": None,
        "response": None,
        "outcome": "not_sent",
        "reason_code": None,
        "message": "The dialer cannot be reached. Check that it runs.",
    }
    return Attempt(started_at=T + at, finished_at=T + at + took, state=state, **(values | more))


def story(*attempts: Attempt, state: State = State.DELIVERED) -> Story:
    lead = LeadStatus(id="L", source="website", state=state, received_at=T, dialer="main")
    return Story(
        enquiry=None, lead=lead, phone="9876543210", fields={}, extra={}, problems=(), attempts=attempts
    )


def beside(finished: float | None = None, **more: Any) -> Beside:
    values: dict[str, Any] = {
        "test": False,
        "taken": False,
        "hold_scope": None,
        "hold": None,
        "pause": None,
        "suppressed": False,
        "others": (),
        "more_others": False,
        "siblings": ("L",),
        "first": None,
        "troubles": (),
        "dialer_deeds": (),
    }
    return Beside(finished_at=None if finished is None else T + finished, **(values | more))


def deed(at: float, action: str, *, before: str = "", subject: str = "lead", **more: Any) -> Entry:
    detail = {"before": {"state": before}} if before else {}
    return Entry(
        id=str(at),
        at=T + at,
        deed=Deed(actor="asha", action=action, subject=subject, subject_id="L", detail=detail, **more),
    )


def why(told: Story, around: Beside, log: tuple[Entry, ...] = ()) -> str:
    return because(stretches(told, around, log, T + 5000), len(told.attempts))


def test_a_dialer_that_does_not_answer_is_the_reason() -> None:
    told = story(*(attempt(at) for at in (0, 1, 60)), attempt(700, 0.3, State.DELIVERED, message=None))

    assert why(told, beside(700.3)) == (
        "the dialer did not take it at first (4 attempts): The dialer cannot be reached"
    )


def test_a_slow_answer_is_the_reason() -> None:
    told = story(attempt(0.1, 28.0, State.DELIVERED, message=None))

    spent = stretches(told, beside(28.1), (), T + 5000)
    assert because(spent, 1) == "the dialer took 28 s to answer"
    worst = longest(spent)
    assert worst is not None
    assert worst.cause is Cause.ANSWER


def test_a_hold_that_the_lead_itself_met_is_the_reason() -> None:
    told = story(
        attempt(0, 0.1, State.HELD, message="The dialer refuses our login. Correct it."),
        attempt(600, 0.1, State.DELIVERED, message=None),
    )

    assert why(told, beside(600.1)) == "it was held for 9 min 59 s: The dialer refuses our login"


def test_trouble_that_others_met_is_the_reason_of_a_lead_that_was_never_tried() -> None:
    told = story(attempt(300, 0.1, State.DELIVERED, message=None))
    trouble = Trouble(subject="main", since=T - 50, until=T + 290, summary="main refuses our login.")

    assert why(told, beside(300.1, troubles=(trouble,))) == "it was held for 5 min: main refuses our login"
    assert "its turn" in why(told, beside(300.1))


def test_a_pause_is_told_with_the_reason_of_whoever_made_it() -> None:
    told = story(attempt(300, 0.1, State.DELIVERED, message=None))
    paused = deed(1, "dialer.paused", subject="dialer", reason="A new list.")

    assert why(told, beside(300.1, dialer_deeds=(paused,))) == (
        "it waited 5 min: asha paused the dialer: A new list"
    )


def test_a_lead_in_quarantine_waited_for_a_person() -> None:
    told = story(attempt(900.5, 0.1, State.DELIVERED, message=None))
    released = deed(900, "lead.released", before="quarantined")

    assert why(told, beside(900.6), (released,)) == "it waited 15 min for a person to decide"


def test_a_lead_that_still_waits_has_waited_until_now() -> None:
    told = story(attempt(0, 0.1, State.UNCONFIRMED), state=State.UNCONFIRMED)

    worst = longest(stretches(told, beside(), (), T + 5000))

    assert worst is not None
    assert (worst.cause, round(worst.seconds)) == (Cause.PERSON, 5000)


def test_what_comes_after_the_end_is_no_delay() -> None:
    told = story(attempt(0, 0.2, State.DELIVERED, message=None))
    looked = deed(4000, "lead.revealed")

    spent = stretches(told, beside(0.2), (looked,), T + 5000)

    assert sum(each.seconds for each in spent) < 1
    assert longest(spent) is None


def test_a_slow_platform_is_the_reason() -> None:
    told = story(
        attempt(200, 0.5, State.QUEUED, action="fetch", outcome="fetched", message=None),
        attempt(201, 0.1, State.DELIVERED, message=None),
    )

    assert why(told, beside(201.1)) == "its platform took 3 min 20 s to tell the rest of it"
