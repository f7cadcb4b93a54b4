"""When a trouble is told, when it is over, and that one that comes and goes is not told each time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gateway.alerting.finding import Finding
from gateway.alerting.reckoning import FLAPPING, Known, Reckoning, reckon
from gateway.config.alert_table import DEFAULTS, AlertsConfig, AlertTarget
from gateway.store.alerts import Alert

NOW = 1_795_000_000.0
STEP = 15.0
HOUR = 3600.0
TARGET = AlertTarget(reference="env:A", url="json://127.0.0.1/")


def finding(rule: str = "dialer_away", subject: str = "main", **changes: Any) -> Finding:
    known: dict[str, Any] = {
        "severity": "critical",
        "summary": "It is away.",
        "next_step": "Look.",
        "leads": 1,
    }
    return Finding(rule=rule, subject=subject, **(known | changes))


@dataclass
class Days:
    """Time passes, look by look; `told` is what people hear."""

    config: AlertsConfig = field(default_factory=lambda: AlertsConfig(targets=(TARGET,)))
    now: float = NOW
    awake_since: float = NOW - HOUR
    standing: dict[str, Alert] = field(default_factory=dict)
    closed: list[Alert] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    ids: Any = field(default_factory=lambda: map(str, itertools.count(1)))

    def look(self, *findings: Finding) -> Reckoning:
        recent = [each for each in self.closed if (each.closed_at or 0) >= self.now - FLAPPING]
        known = Known(standing=list(self.standing.values()), closed=recent, awake_since=self.awake_since)
        done = reckon(known, findings, self.config, now=self.now, new_id=lambda: next(self.ids))
        for each in done.kept:
            self.standing[each.id] = each
        for each in (*done.closed, *done.dropped):
            self.standing.pop(each.id)
        self.closed += done.closed
        for what, alerts in (("new", done.begun), ("still", done.reminded), ("over", done.over)):
            self.told += [(what, f"{each.rule} {each.subject}") for each in alerts]
        self.now += STEP
        return done

    def pass_by(self, seconds: float, *findings: Finding) -> None:
        for _ in range(int(seconds / STEP)):
            self.look(*findings)


@pytest.fixture
def days() -> Days:
    return Days()


def test_a_trouble_is_told_once_it_has_lasted(days: Days) -> None:
    days.pass_by(60.0, finding())
    assert days.told == []

    days.look(finding())
    days.pass_by(HOUR, finding())

    assert days.told == [("new", "dialer_away main")]


def test_what_began_long_ago_is_told_at_the_first_look(days: Days) -> None:
    days.look(finding(since=NOW - HOUR))

    assert days.told == [("new", "dialer_away main")]
    assert next(iter(days.standing.values())).opened_at == NOW - HOUR


def test_a_trouble_that_passes_before_it_is_told_leaves_nothing(days: Days) -> None:
    days.pass_by(30.0, finding())
    days.pass_by(120.0)

    assert (days.told, days.standing, days.closed) == ([], {}, [])


def test_a_short_gap_does_not_begin_the_waiting_anew(days: Days) -> None:
    days.pass_by(30.0, finding())
    days.look()
    days.pass_by(30.0, finding())

    assert days.told == [("new", "dialer_away main")]


def test_the_end_is_told_with_its_true_moment_after_some_calm(days: Days) -> None:
    days.pass_by(300.0, finding(leads=214))
    last = days.now - STEP
    days.pass_by(105.0)
    assert days.told == [("new", "dialer_away main")]

    days.pass_by(60.0)

    assert days.told[1:] == [("over", "dialer_away main")]
    (closed,) = days.closed
    assert (closed.closed_at, closed.opened_at, closed.peak) == (last, NOW, 214)


def test_one_that_comes_and_goes_is_told_twice_and_then_left_alone(days: Days) -> None:
    for _ in range(8):
        days.pass_by(120.0, finding())
        days.pass_by(180.0)

    assert [what for what, _ in days.told] == ["new", "over", "new"]
    assert next(iter(days.standing.values())).times == 2

    days.pass_by(FLAPPING)
    assert [what for what, _ in days.told] == ["new", "over", "new", "over"]


def test_one_that_comes_back_much_later_is_another(days: Days) -> None:
    days.pass_by(120.0, finding())
    days.pass_by(FLAPPING + 300.0)
    days.pass_by(120.0, finding())

    assert [what for what, _ in days.told] == ["new", "over", "new"]
    assert next(iter(days.standing.values())).times == 1


def test_a_reminder_comes_while_it_lasts_until_somebody_is_at_it(days: Days) -> None:
    days.pass_by(9 * HOUR, finding())
    assert [what for what, _ in days.told] == ["new", "still", "still"]

    (alert,) = days.standing.values()
    days.standing[alert.id] = replace(alert, seen_by="omar")
    days.pass_by(9 * HOUR, finding())
    days.pass_by(HOUR)

    assert [what for what, _ in days.told] == ["new", "still", "still", "over"]


def test_nothing_is_over_because_nobody_looked(days: Days) -> None:
    days.pass_by(120.0, finding())
    days.now += 2 * HOUR
    days.awake_since = days.now

    days.pass_by(105.0)
    assert len(days.standing) == 1

    days.pass_by(60.0)
    assert [what for what, _ in days.told] == ["new", "over"]


def test_without_a_target_it_is_an_alert_all_the_same_and_is_told_when_there_is_one() -> None:
    days = Days(config=AlertsConfig())
    done = [days.look(finding()) for _ in range(6)]

    assert [each.raised != () for each in done].count(True) == 1
    assert days.told == []
    days.config = AlertsConfig(targets=(TARGET,))
    days.look(finding())
    assert days.told == [("new", "dialer_away main")]


def test_only_what_is_grave_enough_is_told() -> None:
    days = Days(config=AlertsConfig(targets=(TARGET,), min_severity="critical"))
    days.pass_by(120.0, finding(), finding("dead", severity="warning"))
    days.pass_by(HOUR)

    assert days.told == [("new", "dialer_away main"), ("over", "dialer_away main")]
    assert {each.rule for each in days.closed} == {"dialer_away", "dead"}


def test_a_rule_that_was_switched_off_ends_its_alerts_without_a_word(days: Days) -> None:
    days.pass_by(120.0, finding())
    off = {**DEFAULTS, "dialer_away": replace(DEFAULTS["dialer_away"], on=False)}
    days.config = AlertsConfig(targets=(TARGET,), rules=off)
    days.look()

    assert days.standing == {}
    assert days.told == [("new", "dialer_away main")]


def test_the_same_rule_about_another_subject_is_another_trouble(days: Days) -> None:
    days.pass_by(120.0, finding(), finding(subject="spare"))

    assert days.told == [("new", "dialer_away main"), ("new", "dialer_away spare")]
