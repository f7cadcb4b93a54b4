"""The dialers in the console: how they stand, and a person's hand on them."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable

import pytest

from gateway.accounts import Role
from gateway.config import parse_config
from gateway.dialer.outcome import Refused, Scope
from gateway.leads.lead import State
from gateway.store.records import Hold
from tests.console.at_the_console import CONFIG, ENVIRON, AtTheConsole, add_account, signed_in
from tests.console.busy_day import put
from tests.web.gateway_under_test import Gateway

PATH = "/console/dialers/main"


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def audited(console: Gateway) -> list[tuple[str, str, str]]:
    entries = console.store.console.audit.of("dialer", "main")
    return [(each.deed.actor, each.deed.action, each.deed.reason) for each in entries]


def until_halted(console: Gateway) -> None:
    end = time.monotonic() + 2
    while not console.services.delivery.lines()["main"].halted:
        assert time.monotonic() < end
        time.sleep(0.01)


def hold(console: Gateway, scope: str, code: str = "list.not_found") -> None:
    now = console.clock.now()
    console.store.hold(
        Hold(dialer="main", scope=scope, code=code, message="It said no.", since=now, probe_at=now + 300)
    )


def test_an_operator_pauses_a_dialer_and_resumes_it_and_both_are_written_down(
    console: Gateway, operator: AtTheConsole
) -> None:
    answer = operator.post(f"{PATH}/pause", reason="new  lists", back="overview")
    assert answer.headers["Location"] == "/console/"
    page = operator.follow(answer).text
    assert "main is paused. Leads are taken in and wait" in page
    assert "“new lists”" in page
    until_halted(console)
    assert console.lead().status_code == 202

    page = operator.follow(operator.post(f"{PATH}/resume")).text
    assert "main is resumed." in page
    assert audited(console) == [("omar", "dialer.paused", "new lists"), ("omar", "dialer.resumed", "")]


def test_a_second_pause_changes_nothing(console: Gateway, operator: AtTheConsole) -> None:
    operator.post(f"{PATH}/pause", reason="first")

    page = operator.follow(operator.post(f"{PATH}/pause", reason="second")).text

    assert "is paused already" in page
    assert len(audited(console)) == 1
    assert (
        "is not paused"
        in operator.follow([operator.post(f"{PATH}/resume"), operator.post(f"{PATH}/resume")][1]).text
    )


@pytest.mark.parametrize("deed", ["pause", "resume", "release", "check"])
def test_who_only_looks_may_touch_nothing(console: Gateway, viewer: AtTheConsole, deed: str) -> None:
    assert viewer.post(f"{PATH}/{deed}", scope="line").status_code == 403
    assert console.store.console.lines.pauses() == {}


@pytest.mark.parametrize("deed", ["pause", "resume", "release", "check"])
def test_a_dialer_that_is_not_configured_is_not_found(operator: AtTheConsole, deed: str) -> None:
    assert operator.get("/console/dialers/nobody").status_code == 404
    assert operator.post(f"/console/dialers/nobody/{deed}").status_code == 404


def test_a_partner_who_waits_for_a_call_is_told_that_the_dialer_is_paused(
    console: Gateway, operator: AtTheConsole
) -> None:
    operator.post(f"{PATH}/pause", reason="x")

    answer = console.ask(
        "POST",
        "/v1/calls",
        json={"agent_user": "agent1", "value": "9876543210"},
        headers={"Authorization": f"Bearer {console.key()}"},
    )

    assert (answer.status_code, answer.get_json()["reason_code"]) == (503, "dialer.paused")
    assert answer.get_json()["title"] == "The dialer is paused"
    assert console.dialer.calls == []


def test_a_held_list_is_told_in_words_and_released_with_one_click(
    console: Gateway, operator: AtTheConsole
) -> None:
    hold(console, "list:25062018")
    put(console.store, console.clock.now(), state="held", scope="list:25062018", reason="list.not_found")
    page = operator.get(PATH).text
    assert "List 25062018: 1 lead held" in page
    assert "It said no." in page

    page = operator.follow(operator.post(f"{PATH}/release", scope="list:25062018")).text

    assert "1 lead released" in page
    assert console.store.holds("main") == []
    assert audited(console) == [("omar", "dialer.released", "")]
    assert (
        "Nothing is held there any more"
        in operator.follow(operator.post(f"{PATH}/release", scope="list:25062018")).text
    )


def test_a_refused_login_says_which_user_and_why_not_to_hurry(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    toml = CONFIG.format(public_url="http://gateway.example", more="").replace(
        'url = "http://dialer.example/"',
        'url = "http://dialer.example/main.php?key=unseen-1"\nuser = "env:DIALER_USER"\n'
        'password = "env:DIALER_PASSWORD"',
    )
    config = parse_config(toml, {**ENVIRON, "DIALER_USER": "unseen-2"})
    console = open_console_gateway(config=config)
    hold(console, "login", "login.incorrect")
    page = signed_in(console, add_account(console, "omar", Role.OPERATOR)).get(PATH).text

    assert "The user is <code>env:DIALER_USER</code>" in page
    assert "ten wrong logins lock the dialer’s API user" in page
    assert "I have mended it: release now" in page
    assert "Secrets that are set" in page
    assert "pass, user" in page
    assert "unseen-" not in page
    assert ENVIRON["DIALER_PASSWORD"] not in page


def test_unconfirmed_leads_lead_to_the_list_and_to_all_of_them(
    console: Gateway, operator: AtTheConsole
) -> None:
    put(console.store, console.clock.now(), state="unconfirmed", leads=2)

    page = operator.get(PATH).text

    assert "2 unconfirmed leads" in page
    assert "on_unknown = &#34;hold&#34;" in page
    assert 'href="/console/leads?state=unconfirmed&amp;dialer=main"' in page
    form = re.search(r'<form class="act" action="/console/jobs/prepare".*?</form>', page, re.DOTALL)
    assert form is not None
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    assert (
        operator.post("/console/jobs/prepare", **{k: v for k, v in fields.items() if k != "csrf"}).status_code
        == 200
    )


def test_each_process_and_the_outcomes_of_the_hour_are_shown(console: Gateway, viewer: AtTheConsole) -> None:
    console.dialer.script = lambda _: Refused(
        code="list.not_found", message="No such list.", scope=Scope.LIST
    )
    console.lead()
    end = time.monotonic() + 3
    while console.stored()[0].state is not State.HELD:
        assert time.monotonic() < end
        time.sleep(0.01)

    page = plain(viewer.get(PATH).text)

    assert re.search(r"process \d+ on \w+ open 0 0", page)
    assert "refused us 1" in page
    assert "No such list." in page


def test_the_connection_is_tried_and_nothing_is_sent(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    toml = CONFIG.format(public_url="http://gateway.example", more="").replace(
        "http://dialer.example/", f"http://127.0.0.1:{port}/"
    )
    console = open_console_gateway(config=parse_config(toml, ENVIRON))
    operator = signed_in(console, add_account(console, "omar", Role.OPERATOR))

    assert "Somebody listens" in operator.follow(operator.post(f"{PATH}/check")).text
    connection, _ = listener.accept()
    connection.settimeout(2)
    assert connection.recv(1) == b""
    connection.close()
    listener.close()
    assert "Nobody answers" in operator.follow(operator.post(f"{PATH}/check")).text


def test_in_the_demo_the_page_leads_to_the_stand_in_dialer(
    console: Gateway, viewer: AtTheConsole, open_console_gateway: Callable[..., Gateway]
) -> None:
    assert "stand-in dialer" not in viewer.get(PATH).text

    demo = open_console_gateway(demo=True)
    page = signed_in(demo, add_account(demo, "vik", Role.VIEWER)).get(PATH).text
    assert 'href="http://dialer.example/"' in page


@pytest.mark.parametrize("path", ["/console/dialers", PATH])
def test_nothing_is_sent_while_nothing_has_changed(console: Gateway, viewer: AtTheConsole, path: str) -> None:
    page = viewer.get(path).text
    address = re.search(r'hx-get="([^"]+)"', page)
    assert address is not None
    assert viewer.part(address[1]).status_code == 204

    hold(console, "line", "permission.denied")
    console.clock.ahead += 2
    assert viewer.part(address[1]).status_code == 200
