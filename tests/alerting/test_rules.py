"""Each rule finds its trouble, says how many leads are behind it, and leaves everything else alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.alerting.rules import RULES, STORE_AWAY, judge
from gateway.alerting.situation import Disk, Situation
from gateway.config.alert_table import DEFAULTS
from gateway.leads.lead import State
from gateway.store.alert_facts import Aside, Facts, Pulled, Waiting
from gateway.store.lines import Closed, LineReport, Pause
from gateway.store.records import Hold

NOW = 1_795_000_000.0
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
GB = 1_000_000_000


def situation(*, facts: Facts | None = None, **changes: Any) -> Situation:
    known: dict[str, Any] = {
        "now": NOW,
        "facts": facts or Facts(),
        "rules": DEFAULTS,
        "dialers": frozenset({"main"}),
        "sources": frozenset({"website", "portal"}),
        "watched": frozenset({"website"}),
        "drifting": frozenset({"portal"}),
        "pulled": frozenset({"portal"}),
    }
    return Situation(**(known | changes))


def waiting(state: State = State.QUEUED, leads: int = 3, *, ago: float = 10.0, **changes: Any) -> Waiting:
    known: dict[str, Any] = {"dialer": "main", "hold_scope": ""}
    return Waiting(state=state, leads=leads, oldest=NOW - ago, **(known | changes))


def hold(scope: str, **changes: Any) -> Hold:
    known: dict[str, Any] = {
        "code": "login.refused",
        "message": "no",
        "since": NOW - 60,
        "probe_at": NOW + 60,
    }
    return Hold(dialer="main", scope=scope, **(known | changes))


def line(*, is_open: bool = False, reason: Closed | None = Closed.AWAY, **changes: Any) -> LineReport:
    known: dict[str, Any] = {"owner": "machine:1", "dialer": "main", "at": NOW}
    return LineReport(is_open=is_open, reason=None if is_open else reason, **(known | changes))


def found(here: Situation) -> list[tuple[str, str, int | None]]:
    return [(each.rule, each.subject, each.leads) for each in judge(here)]


def test_every_rule_has_its_defaults_and_every_default_its_rule() -> None:
    assert {*RULES, STORE_AWAY} == set(DEFAULTS)


def test_where_nothing_is_wrong_nothing_is_found() -> None:
    facts = Facts(
        waiting=(waiting(),),
        pulled=(Pulled(source="portal", covered=NOW - HOUR, failures=0, reason=""),),
    )

    assert (
        found(situation(facts=facts, lines=(line(is_open=True),), disk=Disk(free=50 * GB, total=100 * GB)))
        == []
    )


# -- dialers -------------------------------------------------------------------------------------------------


def test_a_dialer_that_does_not_answer_is_away_with_all_that_waits() -> None:
    facts = Facts(waiting=(waiting(leads=200, ago=HOUR), waiting(State.HELD, 14, hold_scope="list:1")))

    (finding,) = judge(situation(facts=facts, lines=(line(),)))

    assert (finding.rule, finding.subject, finding.leads) == ("dialer_away", "main", 214)
    assert finding.summary == "Dialer main does not answer. 214 leads wait for it."
    assert finding.severity == "critical"


@pytest.mark.parametrize("reason", [Closed.PAUSED, Closed.HELD])
def test_a_line_that_is_closed_on_purpose_is_not_away(reason: Closed) -> None:
    assert found(situation(lines=(line(reason=reason),))) == []


def test_a_process_that_had_nothing_to_send_is_no_proof_and_one_that_was_answered_is() -> None:
    idle, busy = line(is_open=True, owner="b"), line(is_open=True, owner="c", last_answer_at=NOW - 5)

    assert found(situation(lines=(line(), idle))) == [("dialer_away", "main", 0)]
    assert found(situation(lines=(line(), idle, busy))) == []


@pytest.mark.parametrize(
    ("scope", "rule", "subject"),
    [
        ("login", "login_refused", "main"),
        ("line", "line_refused", "main"),
        ("list:25062018", "list_refused", "main/25062018"),
    ],
)
def test_a_hold_is_found_with_the_leads_behind_it_and_since_it_began(
    scope: str, rule: str, subject: str
) -> None:
    facts = Facts(
        holds=(hold(scope),),
        waiting=(waiting(State.HELD, 500, hold_scope=scope), waiting(State.HELD, 7, hold_scope="other")),
    )

    (finding,) = judge(situation(facts=facts))

    assert (finding.rule, finding.subject, finding.leads, finding.since) == (rule, subject, 500, NOW - 60)
    assert "500 leads wait for it" in finding.summary


def test_a_pause_is_found_once_it_may_have_been_forgotten() -> None:
    fresh = Pause(dialer="main", since=NOW - 10 * MINUTE, actor="omar", reason="update")
    facts = Facts(waiting=(waiting(leads=5, ago=2 * HOUR),))

    assert found(situation(facts=facts, pauses=(fresh,))) == []
    old = replace(fresh, since=NOW - 2 * HOUR)
    assert found(situation(facts=facts, pauses=(old,))) == [("dialer_paused", "main", 5)]
    assert "omar" not in judge(situation(facts=facts, pauses=(old,)))[0].summary


def test_a_backlog_is_found_when_its_oldest_lead_is_too_old_and_nothing_else_says_why() -> None:
    facts = Facts(waiting=(waiting(leads=40, ago=6 * MINUTE),))

    assert found(situation(facts=Facts(waiting=(waiting(leads=40, ago=4 * MINUTE),)))) == []
    assert found(situation(facts=facts)) == [("backlog", "main", 40)]
    assert found(situation(facts=facts, lines=(line(),))) == [("dialer_away", "main", 40)]
    assert found(situation(facts=replace(facts, holds=(hold("login"),)))) == [("login_refused", "main", 0)]


def test_leads_for_a_dialer_that_left_the_configuration_are_found() -> None:
    (finding,) = judge(situation(facts=Facts(waiting=(waiting(dialer="old", ago=HOUR),))))

    assert (finding.rule, finding.subject) == ("backlog", "old")
    assert "no longer in gateway.toml" in finding.next_step


def test_unconfirmed_and_dead_leads_are_found_by_dialer() -> None:
    facts = Facts(waiting=(waiting(State.UNCONFIRMED, 1),), dead={"main": 2})

    assert found(situation(facts=facts)) == [("unconfirmed", "main", 1), ("dead", "main", 2)]
    assert "1 lead was sent" in judge(situation(facts=facts))[0].summary


# -- sources -------------------------------------------------------------------------------------------------


def test_a_silent_source_is_found_unless_that_is_meant() -> None:
    facts = Facts(silent={"website": NOW - 3 * HOUR, "portal": NOW - 3 * HOUR})

    (finding,) = judge(situation(facts=facts))

    assert (finding.rule, finding.subject, finding.since) == ("source_silent", "website", NOW - 3 * HOUR)
    assert "no lead for 3 h" in finding.summary


def test_changed_fields_are_counted_and_not_named() -> None:
    assert found(situation(facts=Facts(changed={"portal": 2, "website": 1}))) == [
        ("source_changed", "portal", None)
    ]


@pytest.mark.parametrize(
    ("state", "rule", "bad", "came", "is_found"),
    [
        (State.REJECTED, "rejections", 9, 10, False),  # too few to say anything
        (State.REJECTED, "rejections", 10, 100, False),
        (State.REJECTED, "rejections", 30, 100, True),
        (State.QUARANTINED, "quarantine", 49, 100, False),
        (State.QUARANTINED, "quarantine", 50, 100, True),
    ],
)
def test_a_rate_is_found_above_its_share_and_its_least_number(
    state: State, rule: str, bad: int, came: int, is_found: bool
) -> None:
    aside = (
        Aside(source="portal", state=state, reason="phone.missing", leads=bad - 1),
        Aside(source="portal", state=state, reason="phone.invalid", leads=1),
        Aside(source="gone", state=state, reason="phone.invalid", leads=1000),
    )
    here = situation(facts=Facts(aside=aside, came={"portal": came, "gone": 1000}))

    assert found(here) == ([(rule, "portal", bad)] if is_found else [])
    assert not is_found or "phone.missing" in judge(here)[0].summary


def test_a_refused_token_is_found_whether_the_platform_is_asked_or_pulled() -> None:
    asked = Facts(holds=(hold("fetch:website", code="fetch.token"),))
    pulled = Facts(pulled=(Pulled(source="portal", covered=NOW - DAY, failures=1, reason="pull.key"),))

    assert found(situation(facts=asked)) == [("token_refused", "website", None)]
    assert found(situation(facts=pulled)) == [("token_refused", "portal", None)]


def test_a_platform_that_is_not_pulled_is_found_when_it_should_be() -> None:
    late = Pulled(source="portal", covered=NOW - 3 * HOUR, failures=4, reason="pull.timeout")

    assert found(situation(facts=Facts(pulled=(late, replace(late, source="website"))))) == [
        ("not_pulled", "portal", None)
    ]


def test_callbacks_that_were_given_up_are_found() -> None:
    assert found(situation(facts=Facts(given_up={"website": 2}))) == [("callbacks_given_up", "website", None)]


# -- the house -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("free", "total", "is_found"),
    [(0.5, 8, True), (5, 100, True), (11, 100, False), (100, 2000, False), (0.9, 2000, True)],
)
def test_a_disk_is_nearly_full_by_its_share_or_by_what_is_left(
    free: float, total: int, is_found: bool
) -> None:
    disk = Disk(free=int(free * GB), total=total * GB)

    assert found(situation(disk=disk)) == ([("disk", "", None)] if is_found else [])


def test_what_runs_out_is_found_before_it_does_and_after() -> None:
    facts = Facts(keys={"k1": ("website", NOW + 2 * DAY)})
    expiries = {"The page's token": NOW + 6 * DAY, "A certificate": NOW - DAY, "Far away": NOW + 30 * DAY}

    findings = judge(situation(facts=facts, expiries=expiries))

    assert [each.subject for each in findings] == ["website/k1", "A certificate", "The page's token"]
    assert [each.summary for each in findings] == [
        "The API key k1 of source website ends in 2 d.",
        "A certificate has run out.",
        "The page's token runs out in 6 d.",
    ]


def test_a_rule_that_is_off_finds_nothing_and_severity_is_as_configured() -> None:
    facts = Facts(holds=(hold("login"),), dead={"main": 1})
    rules = dict(DEFAULTS)
    rules["login_refused"] = replace(rules["login_refused"], on=False)
    rules["dead"] = replace(rules["dead"], severity="critical")

    findings = judge(situation(facts=facts, rules=rules))

    assert [(each.rule, each.severity) for each in findings] == [("dead", "critical")]
