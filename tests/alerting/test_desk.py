"""Whole troubles, from their beginning to what people read in the end, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway import metrics
from gateway.alerting.post import Sent
from gateway.alerting.telling import GIVEN_UP_AFTER, LEASE
from gateway.config.alert_table import AlertsConfig
from gateway.leads.identity import new_id
from gateway.store import Store
from gateway.store.lines import Closed
from gateway.store.records import Hold
from tests.alerting.desks import MAIL, SLACK, FakeSender, Office
from tests.fakes import FakeClock
from tests.store.making import OWNER, keep, record, result, send

HOUR = 3600.0


@pytest.fixture
def office(store: Store, clock: FakeClock, tmp_path: Path) -> Office:
    return Office(store, clock, tmp_path)


@pytest.fixture
def sqlite_office(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Office:
    """For what does not depend on the engine."""
    return Office(sqlite_store, clock, tmp_path)


def leads(office: Office, number: int, **changes: Any) -> list[Any]:
    now = office.clock.now()
    return [
        keep(office.store, id=new_id(now), owner=OWNER, received_at=now, next_at=now, **changes)
        for _ in range(number)
    ]


def deliver(office: Office, *those: Any) -> None:
    now = office.clock.now()
    for lead in those:
        send(office.store, lead, attempt_id=lead.id)
        office.store.transact([record(result(lead, dialer_lead_id="1"), attempt_id=lead.id, now=now)])


def refuse(office: Office, scope: str = "login") -> None:
    now = office.clock.now()
    hold = Hold(dialer="main", scope=scope, code="login.refused", message="no", since=now, probe_at=now + 900)
    office.store.hold(hold)


def shown(rule: str) -> float | None:
    return metrics.REGISTRY.get_sample_value("gw_alerts_open", {"rule": rule})


def test_a_dialer_that_is_away_is_told_once_and_so_is_its_return(office: Office) -> None:
    office.closed = Closed.AWAY
    waiting = leads(office, 3)
    office.go(60)
    assert office.sender.sent == []

    office.go(2 * HOUR, step=100)
    (alert,) = office.store.console.alerts.open()
    assert (alert.rule, alert.subject, alert.leads) == ("dialer_away", "main", 3)
    assert shown("dialer_away") == 1.0
    office.closed = None
    deliver(office, *waiting)
    office.go(300)

    first, last = [letter for _, letter in office.sender.sent]
    assert first.title == "CRITICAL: Dialer main does not answer."
    assert "3 leads wait for it." in first.body
    assert last.title.startswith("Over: Dialer main does not answer: over after ")
    assert "3 leads waited at most; all are delivered." in last.body
    assert office.store.console.alerts.open() == []
    assert shown("dialer_away") == 0.0


def test_five_hundred_held_leads_are_one_message(office: Office) -> None:
    leads(office, 5)
    refuse(office)
    office.go(60)

    (letter,) = [letter for _, letter in office.sender.sent]
    assert "5 leads wait for it." in letter.body


def test_all_that_is_found_at_one_look_is_one_message_to_each_target(office: Office) -> None:
    office.alerts = AlertsConfig(targets=(SLACK, MAIL))
    office.desk = office.new_desk()
    refuse(office)
    refuse(office, "list:25062018")
    office.go(60)

    assert [reference for reference, _ in office.sender.sent] == [SLACK.reference, MAIL.reference]
    assert all("(and 1 more)" in letter.title for _, letter in office.sender.sent)


def test_a_restart_in_between_tells_nothing_twice_and_forgets_nothing(office: Office) -> None:
    refuse(office)
    office.go(60)
    office.desk = office.new_desk()
    office.go(HOUR, step=100)
    office.store.release_hold("main", "login", now=office.clock.now())
    office.desk = office.new_desk()
    office.go(300)

    assert [title.partition(":")[0] for title in office.sender.titles] == ["CRITICAL", "Over"]


def test_two_processes_tell_it_once(office: Office, open_store: Callable[[str], Store], url: str) -> None:
    second = office.new_desk(open_store(url))
    refuse(office)
    office.go(HOUR, office.desk, second, step=100)

    assert len(office.sender.sent) == 1


def test_many_processes_at_the_same_moment_tell_it_once(
    office: Office, open_store: Callable[[str], Store], url: str
) -> None:
    desks = [office.new_desk(open_store(url)) for _ in range(4)]
    refuse(office)
    office.clock.turn(30)
    start = threading.Barrier(len(desks))

    def turn(desk: Any) -> None:
        start.wait(10)
        for _ in range(3):
            desk.turn()

    threads = [threading.Thread(target=turn, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(office.store.console.alerts.open()) == 1
    assert len(office.sender.sent) == 1


def test_a_target_that_fails_is_tried_again_and_the_other_is_not_told_twice(office: Office) -> None:
    office.alerts = AlertsConfig(targets=(SLACK, MAIL))
    office.desk = office.new_desk()
    works = False
    office.sender.answer = lambda target, _: (
        Sent(taken=True) if target is SLACK or works else Sent(taken=False, problem="status_404")
    )
    refuse(office)
    with capture_logs() as lines:
        office.go(90)
    state = office.store.console.alert_messages.states([MAIL.reference])[MAIL.reference]
    (failure, *_) = [line for line in lines if line["event"] == "alert.not_told"]

    assert (state.waiting, state.problem, state.told_at) == (1, "status_404", None)
    assert failure["target"] == MAIL.reference
    assert "(404)" in failure["next_step"]
    assert "secret" not in str(lines)

    works = True
    office.go(600)

    assert [reference for reference, _ in office.sender.sent].count(SLACK.reference) == 1
    state = office.store.console.alert_messages.states([MAIL.reference])[MAIL.reference]
    assert (state.waiting, state.problem) == (0, None)
    assert state.told_at is not None


def test_what_came_meanwhile_goes_out_together_in_its_order(office: Office) -> None:
    office.sender.answer = lambda *_: Sent(taken=False, problem="unreachable")
    refuse(office)
    office.go(120)
    refuse(office, "list:25062018")
    office.go(60)
    office.sender.answer = lambda *_: Sent(taken=True)
    office.sender.sent.clear()
    office.go(HOUR, step=100)

    (letter,) = [letter for _, letter in office.sender.sent]
    assert letter.body.index("refuses our login") < letter.body.index("list 25062018")


def test_a_message_whose_process_was_killed_is_sent_by_another_once(office: Office) -> None:
    def dies(*_: object) -> Sent:
        raise KeyboardInterrupt

    office.sender.answer = dies
    refuse(office)
    with pytest.raises(KeyboardInterrupt):
        office.go(30)
    after = FakeSender()
    second = office.new_desk(sender=after)

    office.go(LEASE - 30, second)
    assert after.sent == []
    office.go(HOUR, second, step=100)

    assert len(after.sent) == 1


def test_a_target_that_never_takes_it_is_given_up_after_a_day(sqlite_office: Office) -> None:
    office = sqlite_office
    office.alerts = replace(office.alerts, reminder=0.0)
    office.desk = office.new_desk()
    office.sender.answer = lambda *_: Sent(taken=False, problem="timeout")
    refuse(office)
    with capture_logs() as lines:
        office.go(GIVEN_UP_AFTER + 2 * HOUR, step=1800)

    assert len(office.sender.sent) < 60
    assert [line["log_level"] for line in lines if line["event"] == "alert.not_told"][-1] == "error"
    state = office.store.console.alert_messages.states([SLACK.reference])[SLACK.reference]
    assert (state.waiting, state.problem) == (0, "timeout")


def test_an_alert_of_this_hour_is_not_given_up_with_one_of_yesterday(sqlite_office: Office) -> None:
    office = sqlite_office
    office.alerts = replace(office.alerts, reminder=0.0)
    office.desk = office.new_desk()
    office.sender.answer = lambda *_: Sent(taken=False, problem="timeout")
    refuse(office)
    office.go(GIVEN_UP_AFTER - HOUR, step=1800)
    refuse(office, "list:25062018")
    office.go(3 * HOUR, step=1800)
    office.sender.answer = lambda *_: Sent(taken=True)
    office.sender.sent.clear()
    office.go(HOUR, step=600)

    (letter,) = [letter for _, letter in office.sender.sent]
    assert "list 25062018" in letter.title


def test_without_a_target_the_alert_is_in_the_store_the_log_and_the_metrics(sqlite_office: Office) -> None:
    office = sqlite_office
    office.alerts = AlertsConfig()
    office.desk = office.new_desk()
    refuse(office)
    with capture_logs() as lines:
        office.go(60)
        office.store.release_hold("main", "login", now=office.clock.now())
        office.go(300)

    events = [(line["event"], line["log_level"]) for line in lines if line["event"].startswith("alert.")]
    assert events == [("alert.opened", "error"), ("alert.closed", "info")]
    assert office.sender.sent == []
    assert [each.rule for each in office.store.console.alerts.latest()] == ["login_refused"]


def test_somebody_who_is_at_it_ends_the_reminders(sqlite_office: Office) -> None:
    office = sqlite_office
    office.alerts = replace(office.alerts, reminder=600.0)
    office.desk = office.new_desk()
    refuse(office)
    office.go(1000, step=100)
    assert len(office.sender.sent) == 2

    (alert,) = office.store.console.alerts.open()
    assert office.store.console.alerts.acknowledge(alert.id, by="omar", now=office.clock.now())
    office.go(2000, step=100)

    assert len(office.sender.sent) == 2
    assert office.store.console.alerts.open()[0].seen_by == "omar"


def test_what_still_waits_after_a_dialers_return_is_no_new_trouble(sqlite_office: Office) -> None:
    office = sqlite_office
    office.closed = Closed.AWAY
    leads(office, 3)
    office.go(900, step=60)
    office.closed = None
    office.go(1200, step=60)

    assert [title.partition(":")[0] for title in office.sender.titles] == ["CRITICAL", "Over"]
    assert "3 still on their way" in office.sender.sent[-1][1].body
    office.go(1200, step=60)
    assert "waited" in office.sender.titles[-1]
