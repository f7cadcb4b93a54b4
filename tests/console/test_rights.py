"""Every address of the console, every verb, every role: nobody gets further than the role goes (catalogue 97)."""

from __future__ import annotations

import re

import pytest
from structlog.testing import capture_logs
from werkzeug.routing import Rule

from gateway.accounts import Role
from gateway.web.blueprints import GUARDS
from gateway.web.console import door, rights
from tests.console.at_the_console import AtTheConsole, add_account, signed_in, stranger
from tests.web.gateway_under_test import Gateway

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What is open to everybody: the sign-in itself, and our own style and scripts.
OPEN = {"console_sign_in", "console_oidc", "console_assets"}


def rules(gateway: Gateway) -> list[Rule]:
    return [
        rule
        for rule in gateway.app.url_map.iter_rules()
        if rule.rule == "/console" or rule.rule.startswith("/console/")
    ]


def closed_rules(gateway: Gateway) -> list[Rule]:
    return [rule for rule in rules(gateway) if rule.endpoint.partition(".")[0] not in OPEN]


def address(rule: Rule) -> str:
    return re.sub(r"<(?:any\((\w+)[^>]*|[^>]+)>", lambda found: found[1] or "x", rule.rule)


def needed(gateway: Gateway, rule: Rule) -> Role | None:
    with gateway.app.app_context():
        return rights.needed_by(rule.endpoint)


def changing(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}


def test_what_is_open_to_everybody_is_three_doors(console: Gateway) -> None:
    blueprints = {rule.endpoint.partition(".")[0] for rule in rules(console)}
    unguarded = {name for name in blueprints if GUARDS[name] is not door.signed_in}

    assert unguarded == OPEN


def test_every_page_says_what_role_it_asks_for(console: Gateway) -> None:
    assert len(closed_rules(console)) > 20
    assert [rule.rule for rule in closed_rules(console) if needed(console, rule) is None] == []


def test_a_page_that_says_nothing_stays_closed(console: Gateway, admin: AtTheConsole) -> None:
    def unmarked() -> str:
        return "open"

    console.app.view_functions["console_account.show"] = unmarked

    assert admin.get("/console/account").status_code == 500


def test_nothing_is_changed_by_looking(console: Gateway) -> None:
    both = [
        rule.rule for rule in closed_rules(console) if changing(rule) and "GET" in (rule.methods or set())
    ]

    assert both == []
    assert {verb for rule in rules(console) for verb in changing(rule)} == {"POST"}


def test_without_a_session_nothing_opens(console: Gateway) -> None:
    browser = stranger(console)
    wrong: list[tuple[str, str, object]] = []
    for rule in closed_rules(console):
        for verb in VERBS:
            answer = browser.open(verb, address(rule), data={} if verb != "GET" else None)
            allowed = verb in (rule.methods or set())
            if answer.status_code not in ((303,) if allowed else (303, 404, 405)):
                wrong.append((verb, rule.rule, answer.status_code))
            if answer.status_code == 303 and not answer.headers["Location"].startswith("/console/sign-in"):
                wrong.append((verb, rule.rule, answer.headers["Location"]))

    assert wrong == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_a_role_opens_no_page_that_needs_more(console: Gateway, role: Role) -> None:
    browser = signed_in(console, add_account(console, "ravi", role))
    tried, wrong = 0, []
    for rule in closed_rules(console):
        needs = needed(console, rule)
        if needs is None or role.covers(needs):
            continue
        for verb in VERBS:
            fields = {"data": {"csrf": browser.csrf}} if verb != "GET" else {}
            answer = browser.open(verb, address(rule), **fields)
            tried += 1
            # Another rule may stand at the same address for another verb; it is looked at in its own turn.
            good = (403,) if verb in (rule.methods or set()) else (200, 403, 404, 405)
            if answer.status_code not in good:
                wrong.append((verb, rule.rule, answer.status_code))

    assert wrong == []
    assert tried > 20


def test_a_viewer_cannot_send_anything_but_about_the_own_account(console: Gateway) -> None:
    open_to_viewers = {
        rule.endpoint
        for rule in closed_rules(console)
        if changing(rule) and needed(console, rule) is Role.VIEWER
    }

    assert {endpoint.partition(".")[0] for endpoint in open_to_viewers} == {"console_account"}


def test_a_refusal_for_lack_of_role_is_written_down_once(console: Gateway, viewer: AtTheConsole) -> None:
    with capture_logs() as logs:
        for _ in range(5):
            assert viewer.get("/console/people").status_code == 403
        viewer.post("/console/people", name="ravi", role="admin")

    assert [log["event"] for log in logs if log["event"] == "authz_fail"] == ["authz_fail"] * 6
    found = console.store.console.audit.latest(actor="vera")
    assert [entry.deed.action for entry in found] == ["access.refused"] * 2
    assert {entry.deed.detail["page"] for entry in found} == {"console_users.index", "console_users.create"}


def test_the_menu_shows_what_the_role_opens(viewer: AtTheConsole, admin: AtTheConsole) -> None:
    assert 'href="/console/people"' not in viewer.get("/console/account").text
    assert 'href="/console/people"' in admin.get("/console/account").text
