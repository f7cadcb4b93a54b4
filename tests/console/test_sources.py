"""The sources in the console: who is in trouble, why, and what it says about connecting one."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.accounts import Role
from gateway.config import parse_config
from gateway.sources.registry import SOURCES
from gateway.store.door_counts import HOUR
from gateway.store.records import Hold
from gateway.store.shapes import KnownField
from gateway.store.watching import Hour
from gateway.web.console.kind_names import NAMES
from tests.console.at_the_console import CONFIG, ENVIRON, PUBLIC_URL, AtTheConsole, add_account, signed_in
from tests.web.gateway_under_test import TOKEN, Gateway

PAGES = ("", "/connect", "/configuration", "/docs")
FACEBOOK = """
[sources.facebook]
kind = "meta"
list_id = "25062018"
secret = "env:PORTAL_TOKEN"
access_token = "env:OIDC_SECRET"
verify_token = "env:DIALER_PASSWORD"
"""
LIMITED = """
[sources.limited]
kind = "generic"
list_id = "25062018"
auth = "none"
limits = ["3 per hour", "2 per minute per ip"]
daily_cap = 5
callback_url = "https://partner.example/told?code=very-secret"
callback_secret = "env:CALLBACK_SECRET"
"""


def text_of(answer: TestResponse) -> str:
    """What a person reads: without tags, on one line."""
    assert answer.status_code in (200, 422), answer.status_code
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def seen(store: Any, source: str, *, last_at: float) -> None:
    """The watch has counted one lead of the source."""
    hour = int(last_at // HOUR)
    turn = store.watching.take_turn(now=time.time(), every=0, begin=hour * HOUR)
    assert turn
    part = Hour(source=source, hour=hour, leads=1, first_at=last_at, last_at=last_at)
    assert store.watching.keep((part,), start=hour * HOUR, end=last_at + 1)


def changed(path: str, change: str, advice: str) -> KnownField:
    return KnownField(
        path=path,
        kinds=frozenset({"text"}),
        born=0,
        seen=30,
        absent=0,
        first_at=time.time(),
        last_at=time.time(),
        change=change,
        changed_at=time.time(),
        advice=advice,
    )


def test_every_source_is_listed_with_its_kind_in_words(viewer: AtTheConsole) -> None:
    text = text_of(viewer.get("/console/sources"))

    assert "portal Webhook with a mapping" in text
    assert "website Website form" in text
    assert "no lead yet" in text


def test_every_kind_has_a_name_for_people() -> None:
    assert set(NAMES) == set(SOURCES)


def test_the_source_in_trouble_stands_first(console: Gateway, viewer: AtTheConsole) -> None:
    console.lead()
    console.webhook({"name": "nobody to call"})

    page = viewer.get("/console/sources").text

    names = re.findall(r"<strong>(\w+)</strong>", page)
    assert names[0] == "portal"
    assert "quarantine" in page
    assert 'href="/console/leads?source=portal&amp;state=quarantined"' in page


def test_leads_of_today_are_counted_and_tests_are_not_the_last_lead(
    console: Gateway, viewer: AtTheConsole, operator: AtTheConsole
) -> None:
    operator.post("/console/sources/portal/test")

    assert "Last lead never Today 0" in text_of(viewer.get("/console/sources/portal"))

    console.webhook()
    told = ""
    for _ in range(100):  # while it is on its way, its row may be counted where it was, and where it is
        console.store.console.figures.forget()
        told = text_of(viewer.get("/console/sources/portal"))
        if "Today 1 " in told:
            break
        time.sleep(0.02)

    assert re.search(r"Last lead (just now|\S+ m?s ago) Today 1\b", told)


def test_a_silent_source_says_since_when_and_what_to_do(console: Gateway, viewer: AtTheConsole) -> None:
    last_at = time.time() - 7200
    seen(console.store, "portal", last_at=last_at)
    assert console.store.watching.fell_silent("portal", last_at=last_at, usual_gap=600)

    text = text_of(viewer.get("/console/sources/portal"))

    assert "Silent for longer than it ever usually is" in text
    assert re.search("2 h ago ?; usual at this hour is one every 10 min", text)
    assert "silent" in text_of(viewer.get("/console/sources"))


def test_reasons_are_counted_and_lead_to_their_leads(console: Gateway, viewer: AtTheConsole) -> None:
    console.webhook({"name": "A"})
    console.webhook({"phone": "12"})
    console.webhook({"name": "B"})

    page = viewer.get("/console/sources/portal").text

    assert re.search(
        r"phone\.required.*?state=quarantined&amp;reason=phone.required&amp;since=7d\">2</a>", page, re.DOTALL
    )
    assert "3 enquiries in quarantine" in page


@pytest.mark.parametrize("headers", [{"X-Gateway-Token": "wrong"}, {"X-Gateway-Token": ""}])
def test_a_wrong_token_is_counted_for_good(
    console: Gateway, viewer: AtTheConsole, headers: dict[str, str]
) -> None:
    for _ in range(3):
        assert console.webhook(headers=headers).status_code == 401
    console.clock.ahead += 2
    console.ask("GET", "/livez").close()  # whatever is answered next: what was counted is written

    found = console.store.console.doors.since(time.time() - HOUR, source="portal")

    assert [(each.code, each.number) for each in found] == [("auth.refused", 3)]
    assert "wrong signatures" in text_of(viewer.get("/console/sources"))
    assert "auth.refused signature" in text_of(viewer.get("/console/sources/portal"))


def test_what_a_partner_is_refused_is_counted_by_its_reason(console: Gateway, viewer: AtTheConsole) -> None:
    assert console.lead({"MobileNo": "12"}).status_code == 422
    assert console.form({"MobileNo": "12"}).status_code == 422
    console.clock.ahead += 2
    console.ask("GET", "/livez").close()

    assert re.search(
        r"phone\.too_short .* 1 Nothing of these is kept", text_of(viewer.get("/console/sources/partner"))
    )
    assert "lead.invalid" in text_of(viewer.get("/console/sources/website"))


def test_what_the_door_refused_long_ago_is_forgotten(console: Gateway) -> None:
    console.webhook(headers={"X-Gateway-Token": "wrong"})
    console.clock.ahead += 40 * 86400
    console.webhook(headers={"X-Gateway-Token": "wrong"})
    console.clock.ahead += 2
    console.ask("GET", "/livez").close()

    assert [each.number for each in console.store.console.doors.since(0)] == [1]


def test_a_changed_field_comes_with_the_line_to_paste(
    console: Gateway, viewer: AtTheConsole, operator: AtTheConsole
) -> None:
    seen(console.store, "portal", last_at=time.time() - 60)
    fields = [
        changed("contact.phone", "missing", 'MobileNo = "contact.mobile"; CustomField1 = "contact.mobile"'),
        changed("utm", "new", ""),
    ]
    assert console.store.shapes.keep("portal", fields, samples=30, before=0)

    page = viewer.get("/console/sources/portal").text

    assert 'MobileNo = "contact.mobile"\nCustomField1 = "contact.mobile"' in html.unescape(page)
    assert "data-copy" in page
    assert "Try this line" not in page
    assert "/try?field=contact.phone" in operator.get("/console/sources/portal").text
    assert "fields changed" in viewer.get("/console/sources").text


def test_a_suggested_line_is_in_the_box_when_it_is_to_be_tried(
    console: Gateway, operator: AtTheConsole
) -> None:
    seen(console.store, "portal", last_at=time.time() - 60)
    fields = [changed("contact.phone", "missing", 'MobileNo = "contact.mobile"')]
    assert console.store.shapes.keep("portal", fields, samples=30, before=0)

    page = html.unescape(operator.get("/console/sources/portal/try?field=contact.phone").text)

    assert 'MobileNo = "contact.mobile"\nCustomerName = "name"' in page


def test_a_platform_that_refuses_our_token_is_told_and_asked_again(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    gateway = open_console_gateway(FACEBOOK)
    operator = signed_in(gateway, add_account(gateway, "omar", Role.OPERATOR))
    now = time.time()
    hold = Hold(
        dialer="main",
        scope="fetch:facebook",
        code="fetch.token",
        message="No.",
        since=now,
        probe_at=now + 300,
    )
    gateway.store.quarantine.hold(hold)

    page = text_of(operator.get("/console/sources/facebook"))
    assert "The platform refuses us" in page
    assert "The platform does not take our access token." in page
    assert "platform refuses us" in text_of(operator.get("/console/sources"))

    answer = operator.post("/console/sources/facebook/ask-again")

    assert answer.status_code == 303
    assert gateway.store.quarantine.held("facebook", ["main"]) == []
    assert gateway.store.console.audit.of("source", "facebook")[0].deed.action == "source.asked_again"


def test_the_address_is_whole_and_no_secret_is_shown(console: Gateway, admin: AtTheConsole) -> None:
    for source in ("portal", "partner", "website"):
        for page in PAGES:
            assert TOKEN not in admin.get(f"/console/sources/{source}{page}").text

    page = text_of(admin.get("/console/sources/portal/connect"))
    assert "http://gateway.example/webhooks/portal" in page
    assert "token set env:PORTAL_TOKEN" in page
    assert 'token = ["env:NEW_SECRET", "env:PORTAL_TOKEN"]' in page
    assert "http://gateway.example/v1/leads" in text_of(admin.get("/console/sources/partner/connect"))


def test_a_platform_has_its_steps_and_a_form_its_snippets(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    gateway = open_console_gateway(FACEBOOK)
    viewer = signed_in(gateway, add_account(gateway, "vera"))

    page = text_of(viewer.get("/console/sources/facebook/connect"))
    assert "Connect the platform" in page
    assert "http://gateway.example/webhooks/facebook" in page
    assert "access_token set env:OIDC_SECRET" in page
    form = text_of(viewer.get("/console/sources/website/connect"))
    assert "embed.js" in form
    assert 'action="http://gateway.example/forms/website"' in form


def test_the_configuration_is_shown_as_it_is_written(open_console_gateway: Callable[..., Gateway]) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr"
    config = console_config_with(LIMITED, CALLBACK_SECRET=secret)
    gateway = open_console_gateway(config=config)
    viewer = signed_in(gateway, add_account(gateway, "vera"))
    for _ in range(2):
        assert gateway.ask("POST", "/webhooks/limited", json={"phone": "9876543210"}).status_code == 200

    page = viewer.get("/console/sources/limited/configuration")
    text = html.unescape(page.text)

    assert 'callback_secret = "env:CALLBACK_SECRET"' in text
    assert 'callback_url = "https://partner.example/[not shown]"' in text
    assert secret not in text
    assert "very-secret" not in text
    assert re.search(r"3 in 1 hour all its senders together [23]", text_of(page))
    assert "2 in a minute each visitor's address each apart" in text_of(page)
    assert "1 of 5 today" in text_of(page)


def test_what_its_developers_must_know_is_shown_and_can_be_sent(viewer: AtTheConsole) -> None:
    page = viewer.get("/console/sources/partner/docs")
    assert "Leads for partner" not in page.text
    assert "mobile_no" in page.text

    for name, kind in (
        ("docs.md", "text/markdown"),
        ("docs.html", "text/html"),
        ("postman.json", "application/json"),
    ):
        answer = viewer.get(f"/console/sources/partner/{name}")
        assert answer.content_type.startswith(kind)
        assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert viewer.get("/console/sources/website/postman.json").status_code == 404


@pytest.mark.parametrize("page", ["", "/connect", "/configuration", "/docs", "/try", "/test", "/keys"])
def test_a_source_that_is_not_configured_has_no_page(admin: AtTheConsole, page: str) -> None:
    assert admin.get(f"/console/sources/nobody{page}").status_code == 404


@pytest.mark.parametrize("page", ["/try", "/test", "/keys"])
def test_what_a_viewer_may_not_do_is_neither_offered_nor_open(viewer: AtTheConsole, page: str) -> None:
    assert viewer.get(f"/console/sources/partner{page}").status_code == 403
    assert f"/console/sources/partner{page}" not in viewer.get("/console/sources/partner").text


def test_an_operator_looks_after_no_keys(operator: AtTheConsole) -> None:
    assert operator.get("/console/sources/partner/keys").status_code == 403
    assert "/keys" not in operator.get("/console/sources/partner").text


def test_every_page_of_a_source_stays_light(admin: AtTheConsole) -> None:
    for page in (*PAGES, "/try", "/test"):
        assert len(admin.get(f"/console/sources/website{page}").data) < 60_000


def console_config_with(toml: str, **environ: str) -> Any:
    return parse_config(CONFIG.format(public_url=PUBLIC_URL, more=toml), {**ENVIRON, **environ})
