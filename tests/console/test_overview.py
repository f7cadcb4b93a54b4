"""The overview: one sentence, then figures; quiet while nothing changes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from gateway.accounts import Role
from gateway.leads.lead import State
from gateway.store.alerts import Alert
from gateway.store.records import Hold
from tests.console.at_the_console import AtTheConsole, add_account, signed_in
from tests.console.busy_day import put, put_weeks
from tests.web.gateway_under_test import Gateway

PATH = "/console/"
HEAVIEST = 150_000  # bytes of the page and everything it loads


def verdict(page: str) -> str:
    """The sentence at the top, without its elements."""
    found = re.search(r'<div class="verdict tone-(\w+)">(.*?)</div>', page, re.DOTALL)
    assert found is not None
    return f"{found[1]}: " + " ".join(re.sub(r"<[^>]+>", " ", found[2]).split())


def later(console: Gateway) -> None:
    """What was counted is counted anew."""
    console.clock.ahead += 11


def hold(console: Gateway, scope: str, code: str, **more: float) -> None:
    now = console.clock.now()
    console.store.hold(
        Hold(
            dialer="main", scope=scope, code=code, message="", since=now, probe_at=now + more.get("wait", 300)
        )
    )


def test_everything_is_all_right_when_leads_come_and_go(console: Gateway, viewer: AtTheConsole) -> None:
    assert console.lead().status_code == 201
    assert console.lead({"MobileNo": "9876543211"}).status_code == 201

    told = verdict(viewer.get(PATH).text)

    assert re.fullmatch(
        r"good: Everything is all right: 2 leads today, the last one .+, none waits; of the last hour 95 of"
        r" 100 were in the dialer within .+\.",
        told,
    )


def test_a_day_without_a_lead_is_all_right_too(viewer: AtTheConsole) -> None:
    assert verdict(viewer.get(PATH).text) == "good: Everything is all right. No lead has come today yet."


def test_a_quiet_day_says_what_is_usual(console: Gateway, viewer: AtTheConsole) -> None:
    put_weeks(console.store, now=console.clock.now(), source="website", by_hour=6000)

    page = viewer.get(PATH).text

    assert "are usual on such a day." in verdict(page)
    assert re.search(r"<td class=\"num\" data-label=\"Usual by now\">[\d,]+</td>", page)


def test_a_held_list_is_told_with_what_to_do_and_where(console: Gateway, viewer: AtTheConsole) -> None:
    hold(console, "list:25062020", "list.not_found")
    put(console.store, console.clock.now(), state="held", scope="list:25062020", leads=214)

    page = viewer.get(PATH).text

    told = verdict(page)
    assert told.startswith("warn: 214 leads are held because list 25062020 does not exist at main.")
    assert "Create it there, or correct list_id in gateway.toml." in told
    assert 'href="/console/dialers/main">Mend and release</a>' in page
    assert 'href="/console/leads?state=held&amp;dialer=main"' in page


def test_a_refused_login_comes_first_and_asks_for_patience(console: Gateway, viewer: AtTheConsole) -> None:
    hold(console, "list:25062020", "list.not_found")
    hold(console, "login", "login.incorrect", wait=720)

    page = viewer.get(PATH).text

    told = verdict(page)
    assert told.startswith("bad: main refuses our login")
    assert re.search(r"The next try is in 1[12] min", told)
    assert "ten wrong logins lock the dialer's API user" in told
    assert '<ol class="troubles" start="2"' in page


def test_where_no_process_delivers_the_overview_says_so(open_console_gateway: Callable[..., Gateway]) -> None:
    console = open_console_gateway(deliver=False)
    viewer = signed_in(console, add_account(console, "vera", Role.VIEWER))
    put(console.store, console.clock.now(), state="queued", leads=3)

    assert verdict(viewer.get(PATH).text).startswith("bad: No process delivers to main; 3 leads wait.")


def test_an_old_backlog_of_an_open_line_is_a_trouble(console: Gateway, viewer: AtTheConsole) -> None:
    put(console.store, console.clock.now() - 400, state="queued", dialer="main", leads=2)
    console.store.write(
        lambda transaction: transaction.run("UPDATE leads SET next_at = ?", (time.time() + 9999,))
    )

    assert verdict(viewer.get(PATH).text).startswith("warn: 2 leads wait for main, the oldest since")


def test_unconfirmed_leads_silent_sources_and_leads_of_no_dialer_are_told(
    console: Gateway, viewer: AtTheConsole
) -> None:
    now = console.clock.now()
    put(console.store, now - 5, state="unconfirmed")
    put(console.store, now - 5, state="held", dialer="gone", scope="line", leads=2)
    put_weeks(console.store, now=now, source="portal")
    console.store.write(
        lambda transaction: transaction.run(
            "UPDATE watched_sources SET silent_since = last_at WHERE source = 'portal'", ()
        )
    )

    page = re.sub(r"<[^>]+>", "", viewer.get(PATH).text)

    assert "1 lead was sent to main without a usable answer." in page
    assert "portal has brought no lead since" in page
    assert "2 leads wait for gone, which is not configured any more." in page


def test_a_silence_is_over_with_the_next_lead(console: Gateway, viewer: AtTheConsole) -> None:
    now = console.clock.now()
    put_weeks(console.store, now=now - 7200, source="portal")
    console.store.write(
        lambda transaction: transaction.run("UPDATE watched_sources SET silent_since = last_at", ())
    )
    put(console.store, now - 1, source="portal")

    assert verdict(viewer.get(PATH).text).startswith("good:")


def test_an_alert_about_something_else_stands_among_the_troubles(
    console: Gateway, viewer: AtTheConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = console.clock.now()
    alerts = [
        Alert(
            id="A",
            rule=rule,
            subject="",
            severity=severity,
            opened_at=now,
            seen_at=now,
            summary=f"This is {rule}.",
            next_step="Make room.",
        )
        for rule, severity in (("disk", "critical"), ("dialer_away", "critical"))
    ]
    monkeypatch.setattr(console.store.console.alerts, "open", lambda: alerts)

    page = viewer.get(PATH).text

    assert verdict(page).startswith("bad: This is disk. Make room.")
    assert "This is dialer_away" not in page  # seen by itself, this second


def test_nothing_is_sent_while_nothing_has_changed(console: Gateway, viewer: AtTheConsole) -> None:
    put(console.store, console.clock.now() - 30)
    page = viewer.get(PATH).text
    address = re.search(r'hx-get="([^"]+)"', page)
    assert address is not None

    quiet = viewer.part(address[1])
    assert (quiet.status_code, quiet.data) == (204, b"")

    put(console.store, console.clock.now(), state="rejected", reason="phone.invalid")
    later(console)
    changed = viewer.part(address[1])
    assert changed.status_code == 200
    assert changed.text.lstrip().startswith('<div id="live"')
    assert "<html" not in changed.text


def test_the_figures_lead_to_the_leads_behind_them(console: Gateway, viewer: AtTheConsole) -> None:
    put(console.store, console.clock.now() - 5, state="dead")
    put(console.store, console.clock.now() - 5, state="test", leads=2)
    put(console.store, console.clock.now() - 5, state="rejected", reason="phone.length")
    put(console.store, console.clock.now() - 5, state="rejected", reason="phone.invalid", leads=2)

    page = viewer.get(PATH).text

    assert '<a href="/console/leads?state=dead">Dead</a>' in page
    assert re.search(r"<dt>Tests</dt><dd>2", page)
    assert "mostly phone.invalid" in page
    assert re.search(r'<a href="/console/leads\?since=\d+">Leads today</a></dt><dd>4', page)


def test_each_chart_is_a_table_first(viewer: AtTheConsole) -> None:
    page = viewer.get(PATH).text

    assert page.count("<figure") == page.count("Show as a table") == 3
    assert len(re.findall(r"<tr data-x=", page)) == 24 + 12 + 12
    assert "style=" not in page


def test_who_only_looks_is_offered_no_button(viewer: AtTheConsole, operator: AtTheConsole) -> None:
    assert "Pause…" not in viewer.get(PATH).text
    assert "Pause…" in operator.get(PATH).text


def test_a_source_named_like_markup_stays_text(console: Gateway, viewer: AtTheConsole) -> None:
    put(console.store, console.clock.now() - 5, source="<b>x</b>")

    assert "<b>x</b>" not in viewer.get(PATH).text


def test_the_overview_with_all_it_loads_is_light(console: Gateway, viewer: AtTheConsole) -> None:
    now = console.clock.now()
    put_weeks(console.store, now=now)
    for number in range(12):
        put(console.store, now - 60 * number, source=f"source-{number}", leads=3)
    page = viewer.get(PATH)
    files = set(re.findall(r'(?:src|href)="(/console/assets/[^"]+)"', page.text))
    assert len(files) >= 6

    loaded = [viewer.get(each, headers={"Accept-Encoding": "gzip, br"}) for each in files]

    assert {each.headers["Content-Encoding"] for each in loaded} == {"gzip"}
    assert len(page.data) + sum(len(each.data) for each in loaded) < HEAVIEST


def test_a_lead_is_counted_once_whatever_state_it_is_in(console: Gateway, viewer: AtTheConsole) -> None:
    now = console.clock.now()
    for state in State:
        put(console.store, now - 1, state=state.value)

    assert re.search(rf"Leads today</a></dt><dd>{len(State) - 1}<", viewer.get(PATH).text)
