"""The page of alerts: what is wrong and what to do, who is on it, who is told, and that no address is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.accounts import Role
from gateway.config.alert_table import AlertsConfig, AlertTarget
from gateway.leads.identity import new_id
from gateway.store.alerts import Alert, AlertChanges
from tests.console.at_the_console import AtTheConsole, add_account, console_config, signed_in
from tests.web.gateway_under_test import Gateway

SECRET = "xoxb-very-secret-0123456789"
TARGETS = (
    AlertTarget(reference="env:ALERTS_SLACK", url=f"slack://{SECRET}/general"),
    AlertTarget(reference="file:/run/mail", url="mailtos://duty:password-123@mail.example/"),
)


def alert(gateway: Gateway, **changes: Any) -> Alert:
    now = gateway.clock.now()
    known: dict[str, Any] = {
        "id": new_id(now),
        "rule": "login_refused",
        "subject": "main",
        "severity": "critical",
        "opened_at": now - 600,
        "seen_at": now,
        "raised_at": now,
        "leads": 214,
        "peak": 214,
        "summary": "Dialer main refuses our login. 214 leads wait for it.",
        "next_step": "Ask its administrator.",
    }
    return Alert(**(known | changes))


def keep(gateway: Gateway, *alerts: Alert) -> None:
    now = gateway.clock.now()
    turn = gateway.store.console.alerts.take_turn(now=now, every=-1.0)
    assert turn is not None
    assert gateway.store.console.alerts.keep(AlertChanges(keep=alerts), turn=turn, now=now)


@pytest.fixture
def telling(open_console_gateway: Callable[..., Gateway]) -> Gateway:
    """A gateway that tells two targets."""
    config = replace(console_config(), alerts=AlertsConfig(targets=TARGETS))
    return open_console_gateway(config=config)


def test_where_nothing_is_wrong_the_page_says_so_and_how_to_be_told(viewer: AtTheConsole) -> None:
    page = viewer.get("/console/alerts")

    assert page.status_code == 200
    assert "Nothing is wrong." in page.text
    assert "Nobody is told yet" in page.text
    assert "dialer_away" in page.text
    assert "Send a test" not in page.text


def test_what_is_wrong_is_shown_with_its_leads_and_the_way_out(
    console: Gateway, viewer: AtTheConsole
) -> None:
    keep(console, alert(console), alert(console, rule="source_silent", subject="portal", severity="warning"))

    text = viewer.get("/console/alerts").text

    assert "214 leads wait for it." in text
    assert "Ask its administrator." in text
    assert 'href="/console/dialers/main"' in text
    assert 'href="/console/leads?state=held&amp;dialer=main"' in text
    assert 'href="/console/sources/portal"' in text
    assert text.index("login") < text.index("brings no leads")
    assert "I am on it" not in text


def test_the_part_that_refreshes_is_a_piece_of_the_page(console: Gateway, viewer: AtTheConsole) -> None:
    keep(console, alert(console))

    part = viewer.part("/console/alerts").text

    assert part.lstrip().startswith('<div id="alerts-now"')
    assert "214 leads" in part
    assert "<html" not in part


def test_an_operator_takes_it_on_once_and_everybody_sees_it(console: Gateway, operator: AtTheConsole) -> None:
    first = alert(console)
    keep(console, first)

    page = operator.follow(operator.post(f"/console/alerts/{first.id}/acknowledge"))
    assert "You are on it." in page.text
    assert "<strong>omar</strong> is on it" in page.text
    again = operator.follow(operator.post(f"/console/alerts/{first.id}/acknowledge"))
    assert "somebody else is on it" in again.text

    (entry,) = console.store.console.audit.of("alert", first.id)
    assert (entry.deed.actor, entry.deed.action) == ("omar", "alert.acknowledged")


def test_a_viewer_takes_nothing_on_and_only_an_admin_sends_a_test(
    console: Gateway, viewer: AtTheConsole, operator: AtTheConsole
) -> None:
    first = alert(console)
    keep(console, first)

    assert viewer.post(f"/console/alerts/{first.id}/acknowledge").status_code == 403
    assert operator.post("/console/alerts/test").status_code == 403
    assert console.store.console.alerts.open()[0].seen_by is None


def test_a_test_is_put_on_its_way_to_every_target_and_noted(telling: Gateway) -> None:
    admin = signed_in(telling, add_account(telling, "ada", Role.ADMIN))

    page = admin.follow(admin.post("/console/alerts/test"))

    assert "The test is on its way." in page.text
    assert page.text.count("on its way") >= 2
    states = telling.store.console.alert_messages.states([each.reference for each in TARGETS])
    assert [state.waiting for state in states.values()] == [1, 1]
    assert telling.store.console.audit.latest(subject="alert")[0].deed.action == "alert.tested"


def test_without_a_target_a_test_says_what_is_missing(admin: AtTheConsole) -> None:
    page = admin.follow(admin.post("/console/alerts/test"))

    assert "names no target yet" in page.text


def test_targets_are_shown_by_their_reference_and_kind_and_never_by_their_address(telling: Gateway) -> None:
    viewer = signed_in(telling, add_account(telling, "vera"))
    admin = signed_in(telling, add_account(telling, "ada", Role.ADMIN))
    admin.post("/console/alerts/test")
    now = telling.clock.now()
    messages = telling.store.console.alert_messages
    messages.claim("env:ALERTS_SLACK", now=now + 1, lease=now + 60)
    messages.again("env:ALERTS_SLACK", lease=now + 60, at=now + 300, problem="status_404", before=0.0)

    text = viewer.get("/console/alerts").text

    assert "env:ALERTS_SLACK" in text
    assert "mailtos" in text
    assert "does not take it" in text
    assert "There is nothing at that address (404)" in text
    assert SECRET not in text
    assert "password-123" not in text


def test_what_is_over_is_history_with_its_length_page_by_page(console: Gateway, viewer: AtTheConsole) -> None:
    now = console.clock.now()
    keep(
        console,
        *(
            alert(console, subject=f"d{n:02}", opened_at=now - 3600, closed_at=now - 3600 + 60 * (n + 1))
            for n in range(32)
        ),
    )

    first = viewer.get("/console/alerts").text
    assert "d31" in first
    assert "32 min" in first
    assert "d01" not in first
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = viewer.get(older).text
    assert "d01" in second
    assert "d00" in second
    assert "d31" not in second


def test_what_somebody_wrote_is_never_markup(console: Gateway, viewer: AtTheConsole) -> None:
    keep(console, alert(console, subject='"><script>1</script>', summary="<img src=x>", next_step="<b>x</b>"))

    text = viewer.get("/console/alerts").text

    assert "<script>1" not in text
    assert "<img" not in text
    assert "<b>x" not in text


def test_rules_are_shown_as_they_are_configured(open_console_gateway: Callable[..., Gateway]) -> None:
    gateway = open_console_gateway(
        '[alerts.rules.backlog]\nafter = "20m"\n[alerts.rules.dead]\non = false\n[alerts.rules.disk]\npercent = 7'
    )
    text = signed_in(gateway, add_account(gateway, "vera")).get("/console/alerts").text

    assert "after 20 min, lasting 30 s" in text
    assert "less than 7 % free" in text
    assert ">off<" in text
